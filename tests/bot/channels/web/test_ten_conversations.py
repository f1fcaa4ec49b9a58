"""Ten conversations on the real page in a real Chromium, with the trained reader, on a phone and on a large screen.

Who says what and what must be seen stands in ten_conversations.yaml. After every step: each message stands once in
the log and once in the store, in its order; the keyboard is where it was; and nothing runs out of the page.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect
from ruamel.yaml import YAML

from bot.assistant import Assistant, staff_reply
from bot.channels.web import web_routes
from bot.conversation import replay
from bot.events import Claimed, Closed, Consented, Event, HandedOver
from bot.limits import Limits, TooFast
from bot.minds import Minds
from bot.stores.memory import MemoryStore

AXE = (Path(__file__).parents[3] / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]  # all that another scheme can change
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
