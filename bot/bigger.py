"""A bigger reader (a language model) that a municipality runs itself, behind OpenAI's form of a chat completion.

Off unless it is set. It is asked when the local readers are unsure; slow, wrong or away, all goes on as without it.
What goes out: the masked text of that one message and the list of themes. Nothing of it is kept or logged here.
"""

import asyncio
import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock, Semaphore, Thread
from typing import Any

import httpx

from bot.masking import mask_wholly
from bot.minds import Understand
from bot.settings import Llm
from intents.bigger import NoAnswer, merge, read_answer, request_for, worth_asking
from intents.model import Reading, Theme, Understanding
from intents.normalise import guard

log = logging.getLogger("wegwijs")

Rank = Callable[[str], Sequence[Reading]]  # a masked text to the themes that it is about, none when there is no answer

_OPEN = {None, "theme", "offer"}  # what was asked when a message can be about anything; a name is no question
_MOST_BYTES = 64_000  # of an answer
_AT_ONCE = 2  # requests; the other threads that think go on without, so that no resident waits for another's
_FAILURES = 3  # in a row, after which it gets a rest
_REST = 60.0  # seconds

# What says nothing of the theme and may tell who it is: any long number (also a date of birth), a postcode.
_NUMBER = re.compile(r"\d(?:[ ./-]?\d){5,}")
_POSTCODE = re.compile(r"\b\d{4} ?[A-Z]{2}\b", re.IGNORECASE)


def helped(understand: Understand, rank: Rank) -> Understand:
    """Return an understanding that asks a bigger reader where the local readers are unsure."""

    def understand_with_help(text: str, language: str | None, expecting: str | None) -> Understanding:
        said = understand(text, language, expecting)
        if expecting not in _OPEN or not worth_asking(text, said):
            return said
        return merge(said, rank(outgoing(text)))

    return understand_with_help


def outgoing(text: str) -> str:
    """Return a text as it may go out: masked, once more than it is for keeping, and at most 1,000 long."""
    return _POSTCODE.sub("[postcode]", _NUMBER.sub("[nummer]", mask_wholly(guard(text))))


class BiggerReader:
    """Asks the endpoint, within its time. The thread that waits here is never the one that serves everybody."""

    def __init__(self, llm: Llm, themes: Sequence[Theme], clock: Callable[[], float] = time.monotonic) -> None:
        self._llm = llm
        self._themes = tuple(themes)
        self._known = {theme.id for theme in themes}
        self._breaker = Breaker(clock)
        self._free = Semaphore(_AT_ONCE)
        self._client = _client(llm)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="bigger-reader", daemon=True)
        self._thread.start()

    def rank(self, text: str) -> tuple[Reading, ...]:
        """Return the themes that it names for a masked text, surest first; none when there is no answer in time."""
        if self._breaker.rests() or not self._free.acquire(blocking=False):
            return ()
        try:
            named = read_answer(self._post(request_for(text, self._themes, self._llm.model)), self._known)
        except Exception as problem:  # whatever the world sends, the turn goes on
            self._breaker.failed()
            log.warning(
                "bigger reader: no answer, %s", problem if isinstance(problem, NoAnswer) else type(problem).__name__
            )
            return ()
        finally:
            self._free.release()
        self._breaker.worked()
        log.info("bigger reader: named %s", [reading.theme for reading in named])
        return named

    def close(self) -> None:
        """Let go of the connections and the thread."""
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result(self._llm.seconds)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _post(self, body: Mapping[str, Any]) -> bytes:
        """Return the answer. One limit holds for all of it: the look-up of the name, drops by drops, everything."""
        asked = asyncio.run_coroutine_threadsafe(self._answer(body), self._loop)
        try:
            return asked.result(self._llm.seconds)
        finally:
            asked.cancel()

    async def _answer(self, body: Mapping[str, Any]) -> bytes:
        async with self._client.stream("POST", "chat/completions", json=body) as answer:
            if answer.status_code != httpx.codes.OK:
                raise NoAnswer(f"status {answer.status_code}")
            read = bytearray()
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) > _MOST_BYTES:
                    raise NoAnswer(f"more than {_MOST_BYTES} bytes")
            return bytes(read)


class Breaker:
    """Gives the endpoint a rest after several failures in a row; then one more failure is enough for the next."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._until = float("-inf")

    def rests(self) -> bool:
        """Tell whether it must not be asked now."""
        return self._clock() < self._until

    def failed(self) -> None:
        """Note that there was no answer."""
        with self._lock:
            self._failures += 1
            if self._failures >= _FAILURES:
                self._until = self._clock() + _REST

    def worked(self) -> None:
        """Note that there was one."""
        with self._lock:
            self._failures = 0


def _client(llm: Llm) -> httpx.AsyncClient:
    """Return a client that goes to this address only: no proxy, no redirect, no cookie, nothing unpacked."""
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # they log addresses and headers
    key = {"Authorization": f"Bearer {llm.key}"} if llm.key else {}
    return httpx.AsyncClient(
        base_url=llm.url,
        headers={"Accept-Encoding": "identity", **key},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=llm.seconds,
        trust_env=False,
        verify=ssl.create_default_context(),  # the certificates of the machine, so that one's own authority counts
    )
