"""A file that is sealed in pieces (AES-256-GCM): whoever cuts, adds, swaps or alters one makes all of it unreadable.

It begins with a mark and a salt, from which and the passphrase scrypt makes the key. The number of each piece, and
whether it is the last, are in its nonce, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

import secrets
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.stores.trouble import BadBackup

MARK = b"wegwijs backup 1\n"
_SALT = 16  # bytes
_PIECE = 1 << 16
_TAG = 16
_LONGEST_LINE = 1 << 26
_DAMAGED = "The file was cut off or altered, or this is not its key."


class SealedWriter:
    """Writes lines, packed and sealed. `finish` makes it whole."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt = secrets.token_bytes(_SALT)
        file.write(MARK + salt)
        self._file = file
        self._cipher = _cipher(passphrase, salt)
        self._packing = zlib.compressobj(6)
        self._waiting = bytearray()
        self._number = 0

    def write(self, line: bytes) -> None:
        """Add a line, which has no end of line in it."""
        self._waiting += self._packing.compress(line + b"\n")
        while len(self._waiting) > _PIECE:  # the last piece is never empty
            self._seal(_PIECE, last=False)

    def finish(self) -> None:
        """Write the last piece."""
        self._waiting += self._packing.flush()
        while len(self._waiting) > _PIECE:
            self._seal(_PIECE, last=False)
        self._seal(len(self._waiting), last=True)

    def _seal(self, length: int, *, last: bool) -> None:
        piece = bytes(self._waiting[:length])
        del self._waiting[:length]
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, MARK))
        self._number += 1


def read_lines(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """Yield the lines of a sealed file. Raises BadBackup at the first piece that does not fit."""
    unpacking, rest = zlib.decompressobj(), b""
    for piece in _pieces(file, passphrase):
        *lines, rest = (rest + unpacking.decompress(piece)).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise BadBackup(_DAMAGED)
        yield from lines
    if rest or not unpacking.eof:
        raise BadBackup(_DAMAGED)


def _pieces(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    if file.read(len(MARK)) != MARK:
        raise BadBackup("This is no backup of Wegwijs.")
    cipher, number = _cipher(passphrase, file.read(_SALT)), 0
    piece = file.read(_PIECE + _TAG)
    while True:
        following = file.read(_PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, MARK)
        except (InvalidTag, ValueError):
            raise BadBackup(_DAMAGED) from None
        if not following:
            return
        piece, number = following, number + 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode()))
