"""Remembers on this machine what is being taken, also when the process dies of it: a file a process, without content.

A line is a mark (`mark_of`) behind `+` when it begins and `-` when it ends. Nothing waits for the disk: what the
system was told survives the process, and a machine that loses power died of no message.
"""

import fcntl
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

_MARK = 32  # signs
_YOUNG = 60  # seconds in which another process may just be making its file


def shared_folder(database_url: str) -> Path:
    """Return where the processes of this machine remember: beside the database file, else where files may go."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return Path(str(url.database)).parent / "under-way"
    named = sha256(url.render_as_string(hide_password=True).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"wegwijs-{os.geteuid()}" / named


class UnderWay:
    """A Watch in a folder that the processes of this machine share. Where it cannot write, it remembers nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._dead: tuple[Path, ...] = ()
        self._marks = 0
        self._file = -1
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid == os.geteuid():
                self._file = os.open(folder / uuid4().hex, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_RDWR, 0o600)
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # as long as this process lives

    @contextmanager
    def over(self, mark: str) -> Iterator[None]:
        """Remember a message as long as it is being taken."""
        self._write(f"+{mark}\n")
        self._marks += 1
        try:
            yield
        finally:
            self._marks -= 1
            self._write(f"-{mark}\n")

    def left(self) -> tuple[str, ...]:
        """Return what was being taken by processes that died."""
        found: list[str] = []
        dead: list[Path] = []
        for path in self._folder.glob("?" * _MARK):
            with suppress(OSError):
                if (marks := _marks_of_a_dead_one(path)) is not None:
                    found += marks
                    dead.append(path)
        self._dead = tuple(dead)
        return tuple(found)

    def clear(self) -> None:
        """Forget what `left` returned last: it is counted."""
        for path in self._dead:
            path.unlink(missing_ok=True)
        self._dead = ()

    def _write(self, line: str) -> None:
        if self._file < 0:
            return
        with suppress(OSError):  # a full disk is no reason to let a resident wait
            os.write(self._file, line.encode())
            if not self._marks and line.startswith("-"):
                os.ftruncate(self._file, 0)


def _marks_of_a_dead_one(path: Path) -> tuple[str, ...] | None:
    """Return what a process was taking when it died, None when it lives or is only just starting."""
    with path.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        lines = file.read().decode("ascii", "replace").splitlines()
    if not lines and time.time() - path.stat().st_mtime < _YOUNG:
        return None
    open_ = Counter(line[1:] for line in lines if line[:1] == "+" and len(line) == 1 + _MARK)
    open_ -= Counter(line[1:] for line in lines if line[:1] == "-")
    return tuple(open_)
