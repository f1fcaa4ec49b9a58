"""Asks an identity provider who somebody is: OpenID Connect, code flow with PKCE, state and nonce.

And tells it that they leave (RP-initiated logout), and hears from it that they left (back-channel logout).
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.entry import Oidc
from bot.messages import Value
from bot.people import AtProvider, Journey
from bot.ports import Clock

_SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")  # never "none"
_FRESH = timedelta(hours=1)  # how long what the provider says of itself is taken to hold
_LEEWAY = 60  # seconds that two clocks may differ
_PATIENCE = 10.0  # seconds
_LONGEST_HINT = 4000  # characters of an ID token that still fit in an address
_LEFT = "http://schemas.openid.net/event/backchannel-logout"
_JUST_NOW = timedelta(minutes=5)  # how old the news may be that somebody left
_KEYS_HOLD = timedelta(minutes=1)  # in which who sends us nonsense does not make us ask for the keys again

Claims = Mapping[str, Any]


class ProviderAway(Exception):
    """The identity provider does not answer, or not as itself."""


class NotBelieved(Exception):
    """What came back does not prove who somebody is."""


class Left(Value):
    """Somebody left at the provider: who, which session there (None for all), and which sessions that can be about."""

    subject: str
    session: str | None
    before: datetime


class Provider:
    """The identity provider of this installation."""

    def __init__(self, oidc: Oidc, clock: Clock) -> None:
        self.oidc = oidc
        self._clock = clock
        self._known: tuple[datetime, Claims, KeySet] | None = None

    async def address(self, back: str, state: str, journey: Journey) -> str:
        """Return where to send a browser. Raises ProviderAway."""
        about, _ = await self._about()
        asked = {
            "response_type": "code",
            "client_id": self.oidc.client_id,
            "redirect_uri": back,
            "scope": "openid profile email",
            "state": state,
            "nonce": journey.nonce,
            "code_challenge": create_s256_code_challenge(journey.verifier),
            "code_challenge_method": "S256",
        }
        return str(httpx.URL(about["authorization_endpoint"]).copy_merge_params(asked))

    async def farewell(self, back: str, state: str, id_token: str) -> str | None:
        """Return where to send a browser to sign out there too, None when this provider has no such place.

        Raises ProviderAway.
        """
        about, _ = await self._about()
        address = about.get("end_session_endpoint")
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            return None
        asked = {"client_id": self.oidc.client_id, "post_logout_redirect_uri": back, "state": state}
        if id_token and len(id_token) <= _LONGEST_HINT:
            asked["id_token_hint"] = id_token
        return str(httpx.URL(address).copy_merge_params(asked))

    async def left(self, token: str) -> Left:
        """Return who left, as a logout token of the provider tells. Raises NotBelieved and ProviderAway."""
        _, keys = await self._about()
        try:
            return self._left(jwt.decode(token, keys, algorithms=list(_SIGNED_WITH)).claims)
        except (JoseError, KeyError, TypeError, ValueError, OverflowError) as wrong:
            if self._known and self._clock.now() - self._known[0] > _KEYS_HOLD:
                self._known = None  # a provider may have changed its keys
            raise NotBelieved(type(wrong).__name__) from wrong

    def _left(self, claims: Claims) -> Left:
        """Read a logout token. One that is played back ends no session that was opened after it was made."""
        made, now = datetime.fromtimestamp(claims["iat"], UTC), self._clock.now()
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        right = (
            claims["iss"] == self.oidc.issuer
            and self.oidc.client_id in audience
            and abs(now - made) <= _JUST_NOW
            and claims.get("exp", now.timestamp()) > now.timestamp() - _LEEWAY
            and isinstance(claims["events"][_LEFT], dict)
            and "nonce" not in claims  # it would be an ID token
        )
        if not right or not claims["sub"]:
            raise ValueError("logout token")
        return Left(subject=claims["sub"], session=claims.get("sid"), before=made + timedelta(seconds=_LEEWAY))

    async def claims(self, back: str, answer: Mapping[str, str], journey: Journey) -> tuple[Claims, AtProvider]:
        """Return what the provider says of who came back, and its proof. Raises NotBelieved and ProviderAway."""
        about, keys = await self._about()
        self._from_the_provider(answer, about)
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE) as client:
                token = await self._token(client, about, back, answer["code"], journey)
                claims = self._believed(token, keys, journey.nonce)
                told = await self._with_userinfo(client, about, claims, token)
                return told, AtProvider(id_token=token["id_token"], session=str(claims.get("sid", "")))
        except httpx.HTTPStatusError as no:
            raise NotBelieved(str(no.response.status_code)) from no
        except httpx.HTTPError as away:
            raise ProviderAway(type(away).__name__) from away
        except (JoseError, KeyError, TypeError, ValueError) as wrong:
            self._known = None  # a provider may have changed its keys
            raise NotBelieved(type(wrong).__name__) from wrong

    async def _token(self, client: httpx.AsyncClient, about: Claims, back: str, code: str, journey: Journey) -> Claims:
        """Return what the provider gives for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": journey.verifier,
            "client_id": self.oidc.client_id,
        }
        secret = self.oidc.client_secret
        proof = (
            httpx.BasicAuth(quote_plus(self.oidc.client_id), quote_plus(secret)) if secret else httpx.USE_CLIENT_DEFAULT
        )
        answer = await client.post(about["token_endpoint"], data=form, auth=proof)
        return _mapping(answer.raise_for_status().json())

    def _from_the_provider(self, answer: Mapping[str, str], about: Claims) -> None:
        """Raise NotBelieved when the answer came from another provider (RFC 9207), or says no."""
        must = about.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", None if must else self.oidc.issuer) != self.oidc.issuer:
            raise NotBelieved("iss")
        if "error" in answer or not answer.get("code"):
            raise NotBelieved("error")

    def _believed(self, token: Claims, keys: KeySet, nonce: str) -> Claims:
        """Return the claims of an ID token that is signed by the provider, for us, now, and for this journey."""
        read = jwt.decode(token["id_token"], keys, algorithms=list(_SIGNED_WITH))
        options = {
            "iss": {"essential": True, "value": self.oidc.issuer},
            "aud": {"essential": True, "value": self.oidc.client_id},
        }
        params = {"nonce": nonce, "client_id": self.oidc.client_id, "access_token": token.get("access_token")}
        CodeIDToken(read.claims, read.header, options, params).validate(self._clock.now().timestamp(), _LEEWAY)
        return dict(read.claims)

    async def _with_userinfo(self, client: httpx.AsyncClient, about: Claims, claims: Claims, token: Claims) -> Claims:
        """Return the claims with what the provider tells only when asked, of the same person."""
        needed = (self.oidc.role_claim, self.oidc.team_claim)
        if all(claim(claims, one) is not None for one in needed) or "userinfo_endpoint" not in about:
            return claims
        proof = {"Authorization": f"Bearer {token['access_token']}"}
        answer = await client.get(about["userinfo_endpoint"], headers=proof)
        told = _mapping(answer.raise_for_status().json())
        if told.get("sub") != claims["sub"]:
            raise ValueError("sub")
        return {**told, **claims}

    async def _about(self) -> tuple[Claims, KeySet]:
        """Return what the provider says of itself, and its keys. Raises ProviderAway."""
        now = self._clock.now()
        if self._known and now - self._known[0] < _FRESH:
            return self._known[1], self._known[2]
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE) as client:
                about = await _read(client, f"{self.oidc.issuer.rstrip('/')}/.well-known/openid-configuration")
                keys = KeySet.import_key_set(await _read(client, about["jwks_uri"]))  # type: ignore[arg-type]
        except (httpx.HTTPError, JoseError, KeyError, TypeError, ValueError) as wrong:
            raise ProviderAway(type(wrong).__name__) from wrong
        if about.get("issuer") != self.oidc.issuer:
            raise ProviderAway("issuer")
        self._known = now, about, keys
        return about, keys


def new_journey(next_page: str) -> tuple[str, Journey]:
    """Return a state for a journey to the provider, and what must fit when it comes back."""
    browser, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    return secrets.token_urlsafe(32), Journey(browser=browser, nonce=nonce, verifier=verifier, next=next_page)


def claim(claims: Claims, path: str) -> Any:
    """Return a claim by its name, or by its way with dots (realm_access.roles); None when it is not there."""
    found: Any = claims
    if path in claims:
        return claims[path]
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


async def _read(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    return _mapping((await client.get(address)).raise_for_status().json())


def _mapping(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found
