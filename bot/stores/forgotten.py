"""The file in which who was forgotten is added as a keyed hash, so that a restored backup brings nobody back."""

import asyncio
import logging
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.stores.trouble import BadBackup

log = logging.getLogger("wegwijs")

Forgotten = Mapping[str, datetime]  # hash -> when


async def add_forgotten(path: Path | None, mark: str, at: datetime) -> None:
    """Add a line, so that it is on the disk; the database knows it already, so a fault is only logged."""
    if path is None:
        return
    try:
        await asyncio.to_thread(_add, path, f"{mark} {at.isoformat()}\n")
    except OSError as problem:
        log.error("the file of what was forgotten cannot be written: %s", type(problem).__name__)


def read_forgotten(path: Path) -> Forgotten:
    """Return what such a file tells. Raises BadBackup."""
    try:
        pairs = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
        return {mark: datetime.fromisoformat(at) for mark, at in pairs}
    except (OSError, ValueError) as wrong:
        raise BadBackup(f"{path} cannot be read as what was forgotten ({type(wrong).__name__}).") from None


def _add(path: Path, line: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
