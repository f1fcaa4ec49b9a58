"""Passwords: which may be chosen (NIST SP 800-63B-4, 3.1.1), and what is kept of them.

No rules of composition and no expiry; long, and not what others guess first.
"""

import re
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 256  # characters
_LONGEST_BYTES = 4 * LONGEST
_EASIEST = 10.0  # power of ten of the guesses that zxcvbn expects; where its highest score begins
_LOOKED_AT = 72  # characters that zxcvbn looks at; its time grows with the square
_WORD = 4  # letters from which a part of a name counts
# What people here choose first; zxcvbn's own lists are English.
_OURS = (
    "wegwijs", "wachtwoord", "welkom", "geheim", "utrecht", "amersfoort", "buurtteam", "gemeente", "wijkteam",
    "nederland", "holland", "voetbal", "lente", "zomer", "herfst", "winter", "januari", "februari", "maart",
    "april", "juni", "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_HASHER = PasswordHasher()


class BadPassword(ValueError):
    """This password cannot be; the text says why, in Dutch."""


def check_password(password: str, *about: str) -> None:
    """Raise BadPassword unless the password is long enough and not easy to guess.

    `about` is what others know of the colleague: the name, the team.
    """
    whole = _normal(password)
    if len(whole) < SHORTEST:
        raise BadPassword(f"Kies een wachtwoord van {SHORTEST} tekens of meer. Een korte zin is goed.")
    if len(whole) > LONGEST:
        raise BadPassword(f"Een wachtwoord heeft hoogstens {LONGEST} tekens.")
    if found := _known(whole, ("wegwijs", *about)):
        raise BadPassword(f"In het wachtwoord staat “{found}”. Dat raadt iemand snel. Kies andere woorden.")
    if _guesses(whole, about) < _EASIEST:
        raise BadPassword("Dit wachtwoord is makkelijk te raden. Kies een paar woorden die niet bij elkaar horen.")


def hashed(password: str) -> str:
    """Return what is kept of a password (argon2id)."""
    return _HASHER.hash(_normal(password))


def fits(password_hash: str, password: str) -> bool:
    """Tell whether this is the password. It takes as long for an account without one."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), _normal(password[: LONGEST + 1])) and bool(
            password_hash
        )
    except (VerificationError, InvalidHashError):
        return False


def _known(password: str, about: tuple[str, ...]) -> str | None:
    """Return a name, or a long part of one, that stands in the password."""
    bare = _bare(password)
    parts = [part for one in about for part in (one, *re.split(r"[\W_]+", one)) if len(_bare(part)) >= _WORD]
    return next((part for part in parts if _bare(part) in bare), None)


def _guesses(password: str, about: tuple[str, ...]) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415 -- reads its lists of words at first use

    return float(zxcvbn(password[:_LOOKED_AT], user_inputs=[*_OURS, *about])["guesses_log10"])


def _bare(text: str) -> str:
    """Return only the letters and digits of a text, without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _normal(password: str) -> str:
    """Return the same password for all keyboards."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return hashed(secrets.token_urlsafe())
