"""Residents and colleagues who talk with a server that dies now and then, and say again what was not answered."""

import asyncio
import contextlib
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count, product
from uuid import uuid4

import httpx

from tests.bot_api import FakeBotApi

TO_THE_DESK = ("lunetten", "/human", "/affirm")  # after a first message; ends in a queue
LATER = 0.15  # seconds until what was not answered is sent again
OF_A_COLLEAGUE = "Goed dat u het vraagt"
PASSWORD = "een lang wachtwoord dat niemand raadt"
TEAM = "utrecht-dock"
TOWN = "https://www.utrecht.nl"  # a website with the widget
FROM_TOWN = {"origin": TOWN, "sec-fetch-site": "cross-site"}
_MAY_BE_HELD = 3  # seconds that who asked for a person waits for a reply: when a colleague holds it, there is none
_A_NIGHT = 36_000  # seconds: while the server dies again and again, nobody on Telegram is answered


def words() -> Callable[[], str]:
    """Return what gives a word that nobody used yet, without digits, so that nothing of it is masked."""
    letters = ("".join(one) for one in product("bcdfghjklmnpqrstvwxz", repeat=5))
    return lambda: f"qq{next(letters)}"


@dataclass
class Told:
    """A message of a resident, the word that is in it alone, and whether it was acknowledged."""

    conversation: str
    id: str
    text: str
    word: str | None = None
    acknowledged: bool = False


@dataclass
class Ledger:
    """What everybody said, as they know it themselves."""

    random: random.Random
    told: list[Told] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  # word of a colleague's answer -> number of its case
    notes: dict[str, str] = field(default_factory=dict)  # word of a colleague's note -> the same
    widgets: set[str] = field(default_factory=set)  # keys to the conversations that were held on a website
    uttered: dict[str, list[str]] = field(default_factory=dict)  # conversation -> the texts that came over Socket.IO
    sent: int = 0  # requests, also those that came to nothing
    again: int = 0
    heard: dict[str, list[str]] = field(default_factory=dict)  # conversation -> what its page was told over SSE
    word: Callable[[], str] = field(default_factory=words)

    def tell(self, conversation: str, id_: str, text: str, word: str | None = None) -> Told:
        self.told.append(Told(conversation, id_, text, word))
        return self.told[-1]

    async def pause(self) -> None:
        await asyncio.sleep(self.random.uniform(0, 0.25))

    def key(self, token: str) -> dict[str, str]:
        """Return the headers by which a browser shows that a conversation is its own: a cookie, or that of a widget."""
        if token in self.widgets:
            return {"authorization": f"Bearer {token}", **FROM_TOWN}
        return {"cookie": f"wegwijs={token}"}


Send = Callable[[], Awaitable[httpx.Response]]


async def until_answered(send: Send, ledger: Ledger) -> httpx.Response:
    """Send something until there is an answer that says that it was taken."""
    while True:
        ledger.sent += 1
        with contextlib.suppress(httpx.TransportError):
            if (answer := await send()).status_code in (200, 303):
                return answer
        ledger.again += 1
        await asyncio.sleep(LATER)


async def on_the_web(ledger: Ledger, url: str, stop: asyncio.Event, *, widget: bool = False) -> None:
    """Hold conversations in the web chat, each with a key of its own and a page that listens."""
    while not stop.is_set():
        async with _browser(url) as browser:
            token = await _open_widget(browser, ledger) if widget else uuid4().hex
            conversation = f"web:{token}"
            listening = asyncio.create_task(_listen(browser, ledger.heard.setdefault(conversation, []), stop))
            for text, word in script(ledger):
                told = ledger.tell(conversation, uuid4().hex, text, word)
                field_ = "choice" if text.startswith("/") else "message"
                form = {"id": told.id, field_: text, "start": token, "taal": "nl"}
                await until_answered(lambda form=form: browser.post("/chat", data=form), ledger)  # type: ignore[misc]
                told.acknowledged = True
                await ledger.pause()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _open_widget(browser: httpx.AsyncClient, ledger: Ledger) -> str:
    """Fetch the chat from a website, and return the key to the conversation that begins there."""
    fragment = await until_answered(lambda: browser.get("/widget", params={"taal": "nl"}, headers=FROM_TOWN), ledger)
    token = re.search(r'data-start="([0-9a-f]{32})"', fragment.text)[1]  # type: ignore[index]
    ledger.widgets.add(token)
    browser.headers.update(ledger.key(token))
    return token


def _browser(url: str, **options: object) -> httpx.AsyncClient:
    headers = {"origin": url, "accept": "application/json"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=20, trust_env=False, **options)  # type: ignore[arg-type]


async def _listen(browser: httpx.AsyncClient, heard: list[str], stop: asyncio.Event) -> None:
    last = "0"
    while not stop.is_set():
        with contextlib.suppress(httpx.TransportError):
            async with browser.stream("GET", "/chat/events", headers={"last-event-id": last}) as lines:
                async for line in lines.aiter_lines():
                    last = line[4:] if line.startswith("id: ") else last
                    if line.startswith("id: "):
                        heard.append(last)
        await asyncio.sleep(LATER)


async def over_rest(ledger: Ledger, url: str, stop: asyncio.Event, *, stream: bool = False) -> None:
    """Hold conversations over REST, each message with a number of its own."""
    path = "/webhooks/rest/webhook" + ("?stream=true" if stream else "")
    async with _browser(url) as client:
        while not stop.is_set():
            sender = uuid4().hex[:12]
            for number, (text, word) in enumerate(script(ledger)):
                told = ledger.tell(f"rest:{sender}", f"rest:{sender}:{number}", text, word)
                body = {"sender": sender, "message": text, "message_id": str(number)}
                await until_answered(lambda body=body: client.post(path, json=body), ledger)  # type: ignore[misc]
                told.acknowledged = True
                await ledger.pause()


_chats = count(1000)


async def on_telegram(ledger: Ledger, api: FakeBotApi, stop: asyncio.Event) -> None:
    """Hold conversations on Telegram. A message is acknowledged when the bot asks for what comes after it."""
    while not stop.is_set():
        chat, patience = next(_chats), _A_NIGHT
        for text, word in script(ledger):
            before = len(api.said(chat))
            update = await api.types(text, chat=chat)
            ledger.sent += 1
            number = update["message"]["message_id"]
            told = ledger.tell(f"telegram:{chat}", f"message{chat}:{number}", text, word)
            await api.until(lambda u=update: u not in api.queue, _A_NIGHT)  # type: ignore[misc]
            told.acknowledged = True
            with contextlib.suppress(TimeoutError):
                await api.until(lambda b=before, c=chat: len(api.said(c)) > b, patience)  # type: ignore[misc]
            patience = _MAY_BE_HELD if text == "/affirm" else patience
            await ledger.pause()


def script(ledger: Ledger) -> list[tuple[str, str | None]]:
    """Return what a resident says, each with the word that is in it alone; half of them ask for a person."""
    word = ledger.word()
    first: list[tuple[str, str | None]] = [(f"ik wil graag mensen leren kennen {word}", word)]
    rest = TO_THE_DESK if ledger.random.random() < 0.6 else TO_THE_DESK[:1]
    last = ledger.word()
    return [*first, *((text, None) for text in rest), (f"dank u wel {last}", last)]


class Colleague:
    """Somebody at the desk, who takes what waits, answers it and closes it."""

    def __init__(self, name: str, ledger: Ledger, url: str) -> None:
        self.name = name
        self.ledger = ledger
        self.client = _browser(url)
        self.client.headers["accept"] = "text/html"

    async def work(self, stop: asyncio.Event) -> None:
        """Take cases until it is time to stop."""
        while not stop.is_set():
            waiting = await self.cases("nieuw")
            if waiting:
                await self.take(self.ledger.random.choice(sorted(waiting)))
            await self.ledger.pause()

    async def take(self, case: str) -> None:
        """Claim a case, answer it and, half of the time, close it; stop at what a colleague was quicker with."""
        await self.press(case, "claim")
        page = await self.page(f"/staff/cases/{case}")
        if "/answer" not in page:
            return
        await self.note(case)
        word = self.ledger.word()
        if await self.press(case, "answer", text=f"{OF_A_COLLEAGUE} {word}"):
            self.ledger.answers[word] = case
        if self.ledger.random.random() < 0.5:
            await self.press(case, "close", outcome="helped")

    async def note(self, case: str) -> None:
        """Write something down for the team; half of the time with a double click."""
        word = self.ledger.word()
        if await self.press(case, "note", clicks=self.ledger.random.choice((1, 2)), text=f"Bel na zes uur {word}"):
            self.ledger.notes[word] = case

    async def press(self, case: str, button: str, clicks: int = 1, **fields: str) -> bool:
        """Press a button until the server answers; tell whether it was done."""
        csrf = _csrf(await self.page(f"/staff/cases/{case}"))
        if csrf is None:
            return False
        form = {"csrf": csrf, "number": uuid4().hex, **fields}
        sending = (until_answered(lambda: self._post(case, button, form), self.ledger) for _ in range(clicks))
        answers = await asyncio.gather(*sending)
        return any(one.headers.get("location", "").startswith(f"/staff/cases/{case}") for one in answers)

    async def _post(self, case: str, button: str, form: dict[str, str]) -> httpx.Response:
        answer = await self.client.post(f"/staff/cases/{case}/{button}", data=form)
        return httpx.Response(200) if answer.status_code in (403, 404, 409) else answer  # said no, in so many words

    async def cases(self, tab: str) -> set[str]:
        """Return the numbers of the cases that this colleague sees in a tab."""
        found: set[str] = set()
        address: str | None = f"/staff?tab={tab}"
        while address:
            page = await self.page(address)
            found |= set(re.findall(r'href="/staff/cases/([0-9a-f]+)', page))
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = following[1].replace("&amp;", "&") if following else None
        return found

    async def page(self, address: str) -> str:
        """Return a page, signing in when that is needed."""
        while True:
            answer = await until_answered(lambda: self.client.get(address), self.ledger)
            if answer.status_code == 200:
                return answer.text
            await until_answered(self._sign_in, self.ledger)

    async def _sign_in(self) -> httpx.Response:
        return await self.client.post("/staff/login", data={"name": self.name, "password": PASSWORD})


def _csrf(page: str) -> str | None:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    return found[1] if found else None
