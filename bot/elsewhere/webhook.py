"""Webhooks in the form of the Standard Webhooks specification: signed, so that who hears knows that it is us."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

import httpx

from bot.deliveries import Delivery, Keep
from bot.elsewhere.load import Secrets, key_of
from bot.elsewhere.net import call
from bot.elsewhere.problems import Refused
from bot.places import Places
from bot.ports import Clock

SECONDS = 15.0  # for one call


class Webhooks:
    """Tells other programs what happened to a case."""

    def __init__(self, places: Places, secrets: Secrets, client: httpx.AsyncClient, clock: Clock) -> None:
        self._places = {place.name: (place.url, key_of(secrets[place.secret])) for place in places.webhooks}
        self._client = client
        self._clock = clock

    async def carry(self, delivery: Delivery, keep: Keep) -> None:  # noqa: ARG002 -- it is told in one call
        """Send it, signed for this moment. Raises Failed."""
        if delivery.place not in self._places:
            raise Refused("no_such_place")
        url, key = self._places[delivery.place]
        name = json.loads(delivery.body)["id"]
        signed = headers(name, int(self._clock.now().timestamp()), delivery.body.encode(), key)
        await call(self._client, "POST", url, SECONDS, content=delivery.body.encode(), headers=signed)


def headers(name: str, at: int, body: bytes, key: bytes) -> Mapping[str, str]:
    """Return the headers of a message: its id, the seconds since 1970, and the signature over both and the body."""
    digest = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
