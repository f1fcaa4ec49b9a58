"""Everything that is logged goes out here, as a line of JSON on standard error: ids and numbers, never a sentence.

Our own lines name kinds and numbers; what looks like a key or identifies somebody is covered all the same. Of a line
of a library we tell where it came from and what kind of problem it is, and not its words: those quote what people
typed, addresses with a token in them, or what a database refused.
"""

import asyncio
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from bot.masking import mask

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)  # the number of the request at hand

_OURS = "wegwijs"
_SPEAK = {"uvicorn.error", "uvicorn"}  # their first words are fixed, and tell whether the server is well
_FIRST_WORDS = re.compile(r"[A-Za-z' ]{1,60}")
_KEYS = re.compile(
    r"\b\d{6,}:[\w-]{30,}"  # of a Telegram bot
    r"|(?<=://)[^/\s@]+@"  # a password in an address
    r"|(?<=Bearer )\S+"
    r"|\b[0-9a-f]{32,}\b"  # of a conversation, a session, a hash
    r"|\b[A-Za-z0-9_-]{40,}\b"
)
_MOST_FRAMES = 12


class JsonLines(logging.Formatter):
    """Makes a line of JSON of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": _words(record),
        }
        if request := REQUEST.get():
            line["request"] = request
        if record.exc_info and record.exc_info[1]:
            line["problem"] = list(_chain(record.exc_info[1]))
        if not _is_ours(record):
            line["where"] = f"{record.pathname}:{record.lineno}"
        return json.dumps(line, ensure_ascii=False)


def log_to(stream: TextIO | None = None, level: str = "INFO") -> None:
    """Send every line of this process to a stream (standard error), and nothing around it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers[:] = []
            logger.propagate = True
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # it would print the record that could not be written
    sys.excepthook = _hook
    sys.unraisablehook = lambda told: _log("not raised", told.exc_value)
    threading.excepthook = lambda told: _log("a thread ended", told.exc_value)


def tell_of_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Let a loop log what nobody awaited, without the text of it."""
    loop.set_exception_handler(lambda _, told: _log("a task ended", told.get("exception")))


def _hook(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log("the program ended", problem.with_traceback(trace))


def _log(what: str, problem: BaseException | None) -> None:
    told = (type(problem), problem, problem.__traceback__) if problem else None
    logging.getLogger(_OURS).error("%s", what, exc_info=told)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _OURS


def _words(record: logging.LogRecord) -> str:
    """Return what may be said of a record."""
    if _is_ours(record):
        return covered(record.getMessage())
    if record.name in _SPEAK and isinstance(record.msg, str) and (found := _FIRST_WORDS.match(record.msg)):
        return found[0].strip()
    return "(left out)"


def covered(text: str) -> str:
    """Return a text with no key in it, and nothing that identifies somebody."""
    return mask(_KEYS.sub("[key]", text))


def _chain(problem: BaseException) -> Iterator[str]:
    """Yield the kind of a problem and where it arose, then of what caused it; never its text."""
    seen: set[int] = set()
    now: BaseException | None = problem
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        yield type(now).__name__
        yield from _frames(now.__traceback__)
        now = now.__cause__ or now.__context__


def _frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace:
        code = trace.tb_frame.f_code
        frames.append(f"  {code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-_MOST_FRAMES:]
