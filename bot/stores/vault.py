"""Seals what is in conversations: AES-256-GCM, each conversation with a key of its own, wrapped by the master key.

A conversation whose key is gone cannot be read by anybody. No key of a conversation is kept in memory: unwrapping one
takes a few microseconds. What is sealed is bound to its conversation and its place there, so that it cannot be moved.
"""

import json
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.ports import StoreAway
from bot.queue import number_by
from bot.stores.masters import Master, Masters, derived
from bot.stores.trouble import KeyTrouble

PLAIN = "substr(body, 1, 1) = '{'"  # in SQL: written by a version from before the keys
_MARK = "g1:"  # the way it was sealed
_NONCE = 12  # bytes


class Unreadable(StoreAway):
    """It was sealed with a key that we do not have, or somebody changed or moved it."""


@dataclass(frozen=True)
class ConversationKey:
    """The key of one conversation."""

    conversation: str
    cipher: AESGCM = field(repr=False)

    def seal(self, text: str, *place: str | int) -> str:
        """Return what is kept of a text at this place in the conversation."""
        return _MARK + _sealed(self.cipher, text.encode(), self._bound(place))

    def open(self, kept: str, *place: str | int) -> str:
        """Return the text; one from before the keys stands there as it is. Raises Unreadable."""
        if not kept.startswith(_MARK):
            return kept
        return _opened(self.cipher, kept.removeprefix(_MARK), self._bound(place)).decode()

    def _bound(self, place: tuple[str | int, ...]) -> bytes:
        return json.dumps([self.conversation, *place]).encode()


@dataclass(frozen=True)
class Wrapped:
    """A key as it is kept: wrapped, and by which master key."""

    master: str
    text: str = field(repr=False)


class Vault:
    """Wraps and unwraps keys with the master keys."""

    def __init__(self, masters: Masters) -> None:
        self.masters = masters
        self.root: bytes | None = None  # of the database, once it was read
        number_by(_numbers(self.first_root))

    @property
    def first_root(self) -> bytes:
        """What a database that is new gets as its secret."""
        return derived(self.masters.current.text.encode(), "wegwijs root")

    def know(self, root: bytes) -> None:
        """Take over the secret of the database: the numbers of its cases come from it."""
        self.root = root
        number_by(_numbers(root))

    def new(self, conversation: str) -> tuple[ConversationKey, Wrapped]:
        """Return a new key for a conversation, and as it is kept."""
        raw = secrets.token_bytes(32)
        return ConversationKey(conversation, AESGCM(raw)), self.wrap(raw, conversation)

    def key(self, conversation: str, wrapped: str | None) -> ConversationKey:
        """Return the key of a conversation; of one from before the keys one that opens what was never sealed.

        Raises Unreadable.
        """
        raw = secrets.token_bytes(32) if wrapped is None else self.unwrap(wrapped, conversation)
        return ConversationKey(conversation, AESGCM(raw))

    def wrap(self, raw: bytes, *name: str) -> Wrapped:
        """Return a key wrapped by the first master key, bound to what it is for."""
        master = self.masters.current
        return Wrapped(master.id, f"{master.id}:{_sealed(master.cipher, raw, _name(name))}")

    def unwrap(self, wrapped: str, *name: str) -> bytes:
        """Return a key. Raises Unreadable."""
        master = self._of(wrapped)
        if master is None:
            raise Unreadable("another master key")
        return _opened(master.cipher, wrapped.partition(":")[2], _name(name))

    def again(self, wrapped: str, *name: str) -> Wrapped:
        """Return a key wrapped by the first master key in place of an older one. Raises Unreadable."""
        return self.wrap(self.unwrap(wrapped, *name), *name)

    def check(self, wrapped: str) -> None:
        """Raise KeyTrouble unless we have the master key that wrapped this."""
        if self._of(wrapped) is None:
            raise KeyTrouble(
                f"What is in this database was sealed with another master key ({wrapped.partition(':')[0]}). Set that"
                " one in WEGWIJS_MASTER_KEY or WEGWIJS_MASTER_KEY_FILE; docs/encryption.md says more."
            )

    def _of(self, wrapped: str) -> Master | None:
        return self.masters.of(wrapped.partition(":")[0])


def _numbers(root: bytes) -> bytes:
    return derived(root, "wegwijs case numbers")


def _name(name: tuple[str, ...]) -> bytes:
    return json.dumps(["key", *name]).encode()


def _sealed(cipher: AESGCM, content: bytes, bound: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    return b64encode(nonce + cipher.encrypt(nonce, content, bound)).decode()


def _opened(cipher: AESGCM, kept: str, bound: bytes) -> bytes:
    try:
        raw = b64decode(kept, validate=True)
        return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], bound)
    except (InvalidTag, NotBase64, ValueError) as wrong:
        raise Unreadable(type(wrong).__name__) from None
