"""The second step of signing in: six digits from an app (TOTP, RFC 6238), or a recovery code."""

import base64
import hashlib
import hmac
import io
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STEP = 30  # seconds
CODES = 10
SHORTEST_KEY = 32  # characters of WEGWIJS_SECRET_KEY
_NEAR = (0, -1, 1)  # steps that a clock may be off
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that look alike
_LONG = 12  # signs of a recovery code: 60 bits
_PLAIN, _SEALED = "plain:", "fernet:"


class Vault:
    """Seals secrets with a key, so that a copy of the database does not hold them; without a key, keeps them plain."""

    def __init__(self, key: str | None) -> None:
        self._fernet = Fernet(_derived(key)) if key else None

    @property
    def seals(self) -> bool:
        """Tell whether there is a key."""
        return self._fernet is not None

    def seal(self, secret: str) -> str:
        """Return what is kept of a secret."""
        return _SEALED + self._fernet.encrypt(secret.encode()).decode() if self._fernet else _PLAIN + secret

    def open(self, kept: str) -> str | None:
        """Return a secret, None when it was sealed with another key."""
        if kept.startswith(_PLAIN):
            return kept.removeprefix(_PLAIN)
        try:
            return self._fernet.decrypt(kept.removeprefix(_SEALED)).decode() if self._fernet else None
        except InvalidToken:
            return None


def _derived(key: str) -> bytes:
    found = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wegwijs second step").derive(key.encode())
    return base64.urlsafe_b64encode(found)


# ---------------------------------------------------------------- the app


def new_secret() -> str:
    """Return a secret for an app (160 bits)."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step of 30 seconds to which these six digits belong, None when they are wrong."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    here, app = int(now.timestamp()) // STEP, pyotp.TOTP(secret)
    return next((here + off for off in _NEAR if hmac.compare_digest(app.generate_otp(here + off), digits)), None)


def is_secret(text: str) -> bool:
    """Tell whether this can be a secret that we made."""
    return re.fullmatch(r"[A-Z2-7]{32}", text) is not None


def picture(secret: str, name: str) -> str:
    """Return the QR code that an app reads, as the address of an image."""
    made = segno.make(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Wegwijs"), error="m")
    svg = io.BytesIO()
    made.save(svg, kind="svg", scale=4, border=4, light="#fff", xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.getvalue()).decode()


# ---------------------------------------------------------------- recovery codes


def new_codes() -> tuple[str, ...]:
    """Return recovery codes to write down, such as 7KMN-4XWA-2PQR."""
    return tuple(_grouped("".join(secrets.choice(_SIGNS) for _ in range(_LONG))) for _ in range(CODES))


def kept(codes: Sequence[str]) -> tuple[str, ...]:
    """Return what is kept of recovery codes: one salt, and a slow hash of each."""
    salt = secrets.token_hex(16)
    return tuple(f"{salt}:{_slow(code, salt)}" for code in codes)


def kept_one(codes: Sequence[str], typed: str) -> str | None:
    """Return which of the kept codes was typed, None when it is none of them."""
    if not codes or len(_bare(typed)) != _LONG:
        return None
    salt = codes[0].partition(":")[0]
    sought = f"{salt}:{_slow(typed, salt)}"
    return next((one for one in codes if hmac.compare_digest(one, sought)), None)


def _slow(code: str, salt: str) -> str:
    return hashlib.scrypt(_bare(code).encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()


def _bare(code: str) -> str:
    return re.sub(r"[\s-]", "", code[:100]).upper()


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, _LONG, 4))
