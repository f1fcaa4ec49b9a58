"""Puts the courier together from the settings."""

import os
from collections.abc import Mapping

import httpx

from bot.assistant import Assistant
from bot.deliveries import Deliveries, Kind
from bot.elsewhere import klantinteracties, webhook
from bot.elsewhere.courier import Carrier, Courier, Note
from bot.elsewhere.load import Secrets, secrets_of
from bot.elsewhere.mail import Mailer
from bot.elsewhere.net import client
from bot.places import NOWHERE, Places
from bot.settings import Settings


def courier_for(
    places: Places,
    settings: Settings,
    deliveries: Deliveries,
    assistant: Assistant,
    note: Note,
    environment: Mapping[str, str] = os.environ,
) -> Courier | None:
    """Return who tells the places elsewhere, None when there are none. Raises BadPlaces."""
    if places == NOWHERE:
        return None
    net = client(places.private_hosts, klantinteracties.SECONDS)
    carriers = _carriers(places, settings, assistant, secrets_of(places, environment), net)
    return Courier(deliveries, carriers, assistant.clock, note, net=net)


def _carriers(
    places: Places, settings: Settings, assistant: Assistant, secrets: Secrets, net: httpx.AsyncClient
) -> Mapping[Kind, Carrier]:
    clock = assistant.clock
    cases = klantinteracties.Klantinteracties(
        places, secrets, net, assistant.conversation, lambda: assistant.minds.guide, settings.public_url
    )
    carriers: dict[Kind, Carrier] = {
        "webhook": webhook.Webhooks(places, secrets, net, clock),
        "klantinteracties": cases,
    }
    if settings.smtp and settings.mail_from and settings.public_url:
        carriers["mail"] = Mailer(places, settings.smtp, settings.mail_from, settings.public_url, clock)
    return carriers
