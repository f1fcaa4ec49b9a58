"""Reads where else cases are told of: a YAML file, and the secrets that it names from the environment."""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.places import NOWHERE, Hears, Place, Places
from bot.secrets import secret
from bot.settings import Settings

Secrets = Mapping[str, SecretStr]  # the name of a variable -> what it holds

_SHORTEST_KEY, _LONGEST_KEY = 24, 64  # bytes, as the Standard Webhooks specification says
_PREFIX = "whsec_"


class BadPlaces(ValueError):
    """The settings of the places elsewhere are wrong; every fault stands in `faults`."""

    def __init__(self, faults: Collection[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def load_places(settings: Settings, teams: Collection[str]) -> Places:
    """Return the places elsewhere, nowhere when there is no file. Raises BadPlaces; no secret is in its text."""
    if settings.elsewhere is None:
        return NOWHERE
    try:
        read = YAML(typ="safe").load(settings.elsewhere.read_text("utf-8")) or {}
        places = Places.model_validate_json(json.dumps(read))
    except (OSError, UnicodeDecodeError, YAMLError, TypeError) as unread:
        raise BadPlaces([f"{settings.elsewhere}: cannot be read ({type(unread).__name__})"]) from None
    except ValidationError as wrong:
        raise BadPlaces([_told(settings.elsewhere, error["loc"], error["msg"]) for error in wrong.errors()]) from None
    if faults := [f"{settings.elsewhere}: {fault}" for fault in _faults(places, settings, teams)]:
        raise BadPlaces(faults)
    return places


def secrets_of(places: Places, environment: Mapping[str, str]) -> Secrets:
    """Return the secrets that the places name. Raises BadPlaces, in which no secret stands."""
    try:
        said = {place.secret: secret(environment, place.secret) or "" for place in places.called}
    except ValueError as unread:
        raise BadPlaces([str(unread)]) from None
    if faults := [fault for place in places.called if (fault := _secret_fault(place, said[place.secret]))]:
        raise BadPlaces(faults)
    return {name: SecretStr(value.strip()) for name, value in said.items()}


def key_of(secret: SecretStr) -> bytes:
    """Return the key with which a webhook is signed. Raises ValueError."""
    written = secret.get_secret_value()
    if not written.startswith(_PREFIX):
        raise ValueError(f"a secret begins with {_PREFIX}")
    key = base64.b64decode(written.removeprefix(_PREFIX), validate=True)
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise ValueError(f"a key has {_SHORTEST_KEY} to {_LONGEST_KEY} bytes")
    return key


def _told(path: Path, where: tuple[int | str, ...], what: str) -> str:
    return f"{path}: {'.'.join(map(str, where)) or 'the file'}: {what}"


def _faults(places: Places, settings: Settings, teams: Collection[str]) -> list[str]:
    """Return what does not fit together."""
    named = Counter(place.name for place in places.called)
    taken = Counter(team for place in places.klantinteracties for team in place.teams)
    used = {*taken, *places.mail, *(team for place in places.webhooks for team in place.teams or ())}
    mail = settings.smtp and settings.mail_from and settings.public_url
    return [
        *(f"{name}: two places have this name" for name, number in named.items() if number > 1),
        *(f"{team}: only one system can take over the cases of a team" for team, number in taken.items() if number > 1),
        *(f"{team}: there is no such organisation in the guide" for team in sorted(used - set(teams))),
        *(
            f"{place.name}: use https, or name the host under private_hosts"
            for place in places.called
            if urlsplit(place.url).scheme == "http" and urlsplit(place.url).hostname not in places.private_hosts
        ),
        *(["mail: set WEGWIJS_SMTP_URL, WEGWIJS_MAIL_FROM and WEGWIJS_PUBLIC_URL"] if places.mail and not mail else []),
    ]


def _secret_fault(place: Place, secret: str) -> str | None:
    if not secret.strip():
        return f"{place.name}: the variable {place.secret} is not set"
    if isinstance(place, Hears):
        try:
            key_of(SecretStr(secret.strip()))
        except (ValueError, binascii.Error):
            return f"{place.name}: {place.secret} must be {_PREFIX} and 24 to 64 bytes in base64"
    elif not secret.strip().isascii() or not secret.strip().isprintable():
        return f"{place.name}: {place.secret} has signs that cannot be in a token"
    return None
