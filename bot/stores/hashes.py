"""What is kept in place of a name or a secret."""

import unicodedata
from hashlib import sha256


def key_of(name: str) -> str:
    """Return what is the same for all spellings of a name that a person would call the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def hash_of(secret: str) -> str:
    """Return what is kept of a secret that is too long to guess."""
    return sha256(secret.encode()).hexdigest()
