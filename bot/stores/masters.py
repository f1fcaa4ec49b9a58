"""The master keys: from the environment, from a file, or from a file that is made at the first start.

The first wraps what is new. Those behind it are still accepted, so that one key can follow another while Wegwijs runs.
"""

import logging
import os
import secrets
import stat
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from platformdirs import user_data_path
from sqlalchemy import make_url

from bot.stores.trouble import KeyTrouble

log = logging.getLogger("wegwijs")

SHORTEST = 32  # characters
_READ_AGAIN = "The master key file {path} changed: {number} accepted."


@dataclass(frozen=True)
class Master:
    """One master key; `id` tells which one wrapped something, and nothing about the key."""

    text: str = field(repr=False)

    @cached_property
    def id(self) -> str:
        """Return what names it."""
        return derived(self.text.encode(), "wegwijs master id")[:8].hex()

    @cached_property
    def cipher(self) -> AESGCM:
        """Return what wraps with it."""
        return AESGCM(derived(self.text.encode(), "wegwijs master key"))


class Masters:
    """The master keys of this process. A file is read again when it changed."""

    def __init__(self, texts: Sequence[str] = (), file: Path | None = None) -> None:
        self._masters = tuple(map(Master, texts))
        self.file = file
        self._seen: object = None

    @property
    def current(self) -> Master:
        """The one that wraps what is new. Raises KeyTrouble."""
        self._look()
        return self._masters[0]

    @property
    def older(self) -> tuple[Master, ...]:
        """Those that are still accepted."""
        self._look()
        return self._masters[1:]

    def of(self, name: str) -> Master | None:
        """Return the one of this id, None when we do not have it."""
        known = {one.id: one for one in self._masters}
        if name not in known:
            self._look()
            known = {one.id: one for one in self._masters}
        return known.get(name)

    def _look(self) -> None:
        if self.file is None:
            return
        try:
            found = self.file.stat()
            if (mark := (found.st_ino, found.st_mtime_ns, found.st_size)) == self._seen:
                return
            texts = read_file(self.file)
        except OSError as missing:
            if self._masters:  # it was there; we go on with what we know
                return
            raise KeyTrouble(f"The master key file {self.file} cannot be read: {missing.strerror}.") from None
        if self._seen is not None:
            log.warning(_READ_AGAIN.format(path=self.file, number=len(texts)))
        self._masters, self._seen = tuple(map(Master, texts)), mark


def masters_from(environment: Mapping[str, str], url: str) -> Masters:
    """Return the master keys for a database. Raises KeyTrouble.

    `WEGWIJS_MASTER_KEY` (and `WEGWIJS_MASTER_KEY_OLD`, still accepted), else the file `WEGWIJS_MASTER_KEY_FILE`, else
    `default_file`, which need not be there yet.
    """
    if text := environment.get("WEGWIJS_MASTER_KEY"):
        return Masters([_checked(one) for one in (text, environment.get("WEGWIJS_MASTER_KEY_OLD")) if one])
    if given := environment.get("WEGWIJS_MASTER_KEY_FILE"):
        masters = Masters(file=Path(given))
        _ = masters.current
        return masters
    return Masters(file=default_file(url))


def default_file(url: str) -> Path:
    """Return where the key lies when nobody says so: beside a SQLite file, else in the user's data directory."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        return Path(f"{target.database}.key")
    return user_data_path("wegwijs") / "master.key"


def read_file(path: Path) -> tuple[str, ...]:
    """Return the keys of a file, one a line; `#` begins a remark. Raises KeyTrouble or OSError."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    texts = tuple(_checked(line) for line in lines if line and not line.startswith("#"))
    if not texts:
        raise KeyTrouble(f"There is no key in {path}.")
    if stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO:
        log.warning("Everybody on this machine can read the master key file %s: chmod o= it.", path)
    return texts


def make_file(path: Path) -> None:
    """Make a file with a new key, for its owner only; one that is there already stays as it is."""
    if path.exists():
        return
    _write(path, (new_key(),), replace=False)
    log.warning(
        "A master key was made in %s. Back it up apart from the database: without it nobody can read what residents"
        " wrote, and who has both can.",
        path,
    )


def put_first(path: Path, text: str) -> None:
    """Put a key above those of a file: it wraps what is new, and the others are still accepted."""
    _write(path, (_checked(text), *(one for one in read_file(path) if one != text)), replace=True)


def keep_first(path: Path) -> None:
    """Leave only the first key of a file."""
    _write(path, read_file(path)[:1], replace=True)


def new_key() -> str:
    """Return a key that nobody can guess."""
    return b64encode(secrets.token_bytes(32)).decode()


def derived(key: bytes, purpose: str) -> bytes:
    """Return a key for one purpose; from it nobody finds the key it came from."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key)


def _checked(text: str) -> str:
    if len(text) < SHORTEST:
        raise KeyTrouble(f"A master key has {SHORTEST} characters or more, such as `openssl rand -base64 32` gives.")
    return text


def _write(path: Path, texts: Sequence[str], *, replace: bool) -> None:
    """Write it whole or not at all; who comes second to a new file leaves that of the first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(f"{text}\n" for text in texts))
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            draft.replace(path)
        else:
            with suppress(FileExistsError):
                os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
