"""Seals what a session keeps for its end with the token of that session, which only the cookie holds.

A copy of the database does not open it, and nobody can when the session is gone.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def sealed(token: str, text: str) -> str:
    """Return what is kept of a text."""
    return _fernet(token).encrypt(text.encode()).decode()


def opened(token: str, kept: str) -> str | None:
    """Return the text, None when it was sealed with another token."""
    try:
        return _fernet(token).decrypt(kept.encode()).decode()
    except InvalidToken:
        return None


def _fernet(token: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"wegwijs farewell").derive(token.encode())
    return Fernet(base64.urlsafe_b64encode(key))
