"""Ten conversations on the real page in a real Chromium, with the trained reader, on a phone and on a large screen.

Who says what and what must be seen stands in ten_conversations.yaml. After every step: each message stands once in
the log and once in the store, in its order; the keyboard is where it was; and nothing runs out of the page.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, expect
from ruamel.yaml import YAML

from bot.assistant import Assistant, staff_reply
from bot.channels.web import web_routes
from bot.events import Claimed, Closed, Consented, Event, HandedOver
from bot.limits import Limits, TooFast

AXE = (Path(__file__).parents[3] / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that another scheme can change
FAULTS = """rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(
  ({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html}`)))"""
SIZES = {"phone": {"width": 320, "height": 640}, "desktop": {"width": 1280, "height": 900}}
CONVERSATIONS = YAML(typ="safe").load(Path(__file__).with_suffix(".yaml").with_stem("ten_conversations"))
TEAM = "utrecht-buurtteam-sociaal"
EXIT = "https://www.weeronline.nl/"
SHOWN = {"heard", "said", "claimed", "closed"}


class Watch:
    """The clock of the limits, moved by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def limits(watch: Watch) -> Limits:
    return Limits(clock=watch)


@pytest.fixture
def assistant(real_assistant: Assistant) -> Assistant:
    return real_assistant


@pytest.fixture
def app(assistant: Assistant, shutdown: asyncio.Event, limits: Limits) -> FastAPI:
    app = FastAPI()
    app.include_router(web_routes(assistant, shutdown=shutdown, limits=limits))
    return app


class Walk:
    """A resident in a browser: does what stands in a conversation, and looks after every step."""

    def __init__(
        self, server: Any, limits: Limits, watch: Watch, chromium: Browser, size: str, conversation: dict[str, Any]
    ) -> None:
        self.server = server
        self.store = server.assistant.store
        self.limits = limits
        self.watch = watch
        self.size = SIZES[size]
        self.scripted = conversation.get("javascript", True)
        self.complaints: list[str] = []
        self.findings: dict[str, list[str]] = {}
        self.unsent = 0
        self.context = chromium.new_context(
            base_url=server.address,
            viewport=self.size,
            reduced_motion="reduce",
            java_script_enabled=self.scripted,
        )
        self.context.on("console", self._note)
        self.context.on("weberror", lambda problem: self.complaints.append(str(problem.error)))
        self.context.on("request", self._note_stranger)
        self.context.route(f"{EXIT}**", lambda route: route.fulfill(body="<h1>Het weer</h1>"))
        self.tabs = {"first": self.context.new_page()}
        self.page = self.tabs["first"]
        self.page.goto(conversation["page"])

    # ---------------------------------------------------------------- what a resident does

    def say(self, text: str) -> None:
        self.page.locator("#bericht").fill(text)
        with self._answered():
            if self.scripted:
                self.page.locator("#bericht").press("Enter")
            else:
                self.page.locator("#schrijf button").click()
        if self.scripted:
            expect(self.page.locator("#bericht")).to_be_focused()
            expect(self.page.locator("#bericht")).to_have_value("")

    def choose(self, title: str) -> None:
        with self._answered():
            self.page.locator(".ww-message--bot").last.get_by_role("button", name=title, exact=True).click()
        if self.scripted:
            assert self.page.locator(".ww-message :focus, .ww-message:focus").count() == 1

    def tile(self, title: str) -> None:
        with self._answered():
            self.page.locator(".ww-start").get_by_role("button", name=title).click()

    def again(self, _: None) -> None:
        with self._answered():
            self.page.locator("#opnieuw button").click()

    def retry(self, title: str) -> None:
        self.unsent -= 1
        self.page.get_by_role("button", name=title).first.click()
        expect(self._unsent()).to_have_count(self.unsent)

    def erase(self, _: None) -> None:
        self.unfold(".ww-erase")
        self.page.locator(".ww-erase .utrecht-button").click()
        expect(self.page.locator(".ww-receipt")).to_be_visible()
        assert self.context.cookies() == []

    def leave(self, way: str) -> None:
        if way == "link":
            self.page.locator("#snel-weg").click()
        else:
            self.page.keyboard.press("Escape")
            self.page.keyboard.press("Escape")
        self.page.wait_for_url(EXIT)
        self.page.go_back()
        assert not self.page.url.startswith(self.server.address)
        self.tabs.clear()

    def unfold(self, selector: str) -> None:
        self.page.locator(selector).last.locator("summary").click()

    fold = unfold

    def menu(self, language: str) -> None:
        self.unfold(".ww-languages")
        self.page.get_by_role("link", name=language).click()
        expect(self.page.locator(".ww-languages summary")).to_contain_text(language)

    # ---------------------------------------------------------------- what happens to the browser, and elsewhere

    def reload(self, _: None) -> None:
        self.page.reload()

    def offline(self, *texts: str) -> None:
        self.context.set_offline(True)
        for text in texts:
            self.page.locator("#bericht").fill(text)
            self.page.locator("#bericht").press("Enter")
        self.unsent += len(texts)
        expect(self.page.locator(".ww-unsent--waiting")).to_have_count(len(texts))

    def online(self, _: None) -> None:
        self.context.set_offline(False)
        self.unsent = 0
        expect(self._unsent()).to_have_count(0)

    def tab(self, name: str) -> None:
        if name not in self.tabs:
            self.tabs[name] = self.context.new_page()
            self.tabs[name].goto(self.page.url)
        self.page = self.tabs[name]

    def colleague(self, text: str) -> None:
        """Sanne takes the conversation and says something; the keyboard stays at what the resident was at."""
        had = self._focus()
        now = self.server.assistant.clock.now()
        asked = any(event.kind == "handed_over" for event in self._events())
        before = () if asked else (Consented(at=now, organisation=TEAM), HandedOver(at=now, organisation=TEAM))
        said = staff_reply(text, "Sanne", now, "from-sanne", "nl")
        self.server.happens(self._token(), *before, Claimed(at=now, by="Sanne"), said)
        if self.scripted:
            expect(self.page.locator(".ww-message--staff")).to_contain_text(text)
            assert self._focus() == had
        else:
            self.page.locator("noscript a").click()

    def closes(self, _: None) -> None:
        now = self.server.assistant.clock.now()
        self.server.happens(self._token(), Closed(at=now, by="Sanne", outcome="helped"))

    def hurry(self, _: None) -> None:
        """Let this conversation say so much, from another device, that the next message is one too many."""
        with suppress(TooFast):
            while True:
                self.server.within(self.limits.message(f"web:{self._token()}", "192.0.2.7", self.store.read))

    def calm(self, _: None) -> None:
        self.watch.seconds += 60

    # ---------------------------------------------------------------- what a resident sees

    def see(self, text: str) -> None:
        seen = self.page.get_by_role("log").get_by_text(text).filter(visible=True)
        expect(seen.last).to_be_visible()

    def gone(self, text: str) -> None:
        expect(self.page.get_by_role("log")).not_to_contain_text(text)

    def direction(self, way: str) -> None:
        expect(self.page.locator("html")).to_have_attribute("dir", way)

    def call(self, name: str) -> None:
        link = self.page.locator(".ww-alarm").last.get_by_role("link", name=name).first
        expect(link).to_be_in_viewport()
        assert str(link.get_attribute("href")).startswith("tel:")

    def look(self, state: str) -> None:
        """Let axe look, in light and in dark, at all of it: none of it under the bars that stay in sight."""
        high = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({**self.size, "height": max(self.size["height"], high)})
        self.page.evaluate("scrollTo(0, 0)")
        found = self._axe(RULES)
        self.page.emulate_media(color_scheme="dark")
        found += self._axe(OF_COLOUR)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(self.size)
        if found:
            self.findings[state] = found

    # ---------------------------------------------------------------- after every step

    def step(self, what: dict[str, Any]) -> None:
        ((name, given),) = what.items()
        many = given if isinstance(given, list) else [given]
        for arguments in [many] if name == "offline" else [[one] for one in many]:
            getattr(self, name)(*arguments)
            self._settled()

    def _settled(self) -> None:
        """Every tab shows what the store holds, each message once, in its order, and nothing runs out of it."""
        wanted = [
            (str(number), event.id if event.kind == "heard" else None)
            for number, event in enumerate(self._events(), start=1)
            if event.kind in SHOWN
        ]
        for tab in self.tabs.values():
            shown = tab.locator(".ww-message[data-number]")
            expect(shown).to_have_count(len(wanted))
            assert [(one["number"], one.get("id")) for one in self._data(shown)] == wanted
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if self.tabs:
            expect(self._unsent()).to_have_count(self.unsent)

    def _data(self, shown: Locator) -> list[dict[str, str]]:
        return shown.evaluate_all("all => all.map(one => ({...one.dataset}))")

    # ---------------------------------------------------------------- helpers

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """Wait until what is done here is heard, or stands there as not sent."""
        mine = self.page.locator(".ww-message--resident")
        count = mine.count()
        with nullcontext() if self.scripted else self.page.expect_navigation():
            yield
        expect(mine).to_have_count(count + 1)
        expect(self.page.locator(".ww-message--waiting")).to_have_count(0)
        self.unsent = self._unsent().count()

    def _unsent(self) -> Locator:
        return self.page.locator(".ww-message:not([data-number])")

    def _token(self) -> str | None:
        return next((str(one["value"]) for one in self.context.cookies()), None)

    def _events(self) -> tuple[Event, ...]:
        token = self._token()
        return self.server.within(self.store.read(f"web:{token}")) if token else ()

    def _focus(self) -> str:
        """Return at which message the keyboard is (its buttons may go), or at which other element."""
        one = "document.activeElement"
        return self.page.evaluate(f"({one}.closest('.ww-message') || {one}).id || {one}.outerHTML")

    def _axe(self, rules: list[str]) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        return self.page.evaluate(FAULTS, rules)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _note_stranger(self, request: Request) -> None:
        if not request.url.startswith((self.server.address, EXIT)):
            self.complaints.append(f"asked {request.url}")


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one["name"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_lost_or_doubled_and_axe_finds_nothing(server, limits, watch, chromium, size, conversation):
    walk = Walk(server, limits, watch, chromium, size, conversation)
    for step in conversation["steps"]:
        walk.step(step)
    walk.context.close()

    erased = any("erase" in step for step in conversation["steps"])
    assert (walk.findings, walk.complaints) == ({}, [])
    assert len(walk.store._events) == (0 if erased else 1)


def test_there_are_ten_conversations_and_in_them_all_that_happens_to_a_browser():
    steps = {name for conversation in CONVERSATIONS for step in conversation["steps"] for name in step}

    assert len(CONVERSATIONS) == 10
    assert steps >= {"reload", "offline", "tab", "colleague", "menu", "leave", "look", "hurry", "again", "erase"}
    assert any(not conversation.get("javascript", True) for conversation in CONVERSATIONS)
