"""How it looks in a real Chromium: every page, in every way of looking, in the colours of a municipality too."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.assistant import Assistant
from bot.channels.web import site_of, web_routes
from bot.settings import settings_from

AXE = (Path(__file__).parents[3] / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAPERS = ("/privacy", "/toegankelijkheid", "/over")
PHONE = {"width": 320, "height": 568}
AT_400_PERCENT = {"width": 320, "height": 256}  # of a screen of 1280 by 1024
TWICE_AS_LARGE = "document.documentElement.style.setProperty('--ww-rem', '32px')"
GREEN = "rgb(0, 105, 92)"  # of the buttons of examples/themes/voorbeeldstad.css

Open = Callable[..., Page]


@pytest.fixture
def app(assistant: Assistant, shutdown: asyncio.Event) -> FastAPI:
    """The chat of a municipality that set everything there is to set."""
    told = {"PRIVACY_CONTACT": "fg@stad.example", "ACCESSIBILITY_CONTACT": "14 030", "THEMES": "examples/themes"}
    settings = settings_from({f"WEGWIJS_{name}": value for name, value in told.items()})
    app = FastAPI()
    app.include_router(web_routes(assistant, shutdown=shutdown, site=site_of(settings)))
    return app


@pytest.fixture
def visit(chromium: Browser, server) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def open_page(address: str = "/", **options) -> Page:
        context = chromium.new_context(base_url=server.address, **{"viewport": PHONE, **options})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """Return what axe finds."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{page.url} {one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def too_wide(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def say(page: Page, text: str) -> None:
    count = page.locator(".ww-message[data-number]").count()
    page.locator("#bericht").fill(text)
    page.locator("#bericht").press("Enter")
    expect(page.locator(".ww-message[data-number]")).to_have_count(count + 2)


def style(page: Page, selector: str, name: str) -> str:
    return page.locator(selector).first.evaluate("(one, name) => getComputedStyle(one)[name]", name)


@pytest.mark.parametrize(("scheme", "language"), [("light", "nl"), ("dark", "ar")])
def test_axe_finds_nothing_on_the_pages_around_the_conversation_and_nothing_runs_out_of_them(visit, scheme, language):
    page = visit(f"/?taal={language}", color_scheme=scheme, reduced_motion="reduce")
    found, wide = [], []
    for path in PAPERS:
        page.goto(f"{path}?taal={language}")
        found += faults(page)
        wide += [page.url] if too_wide(page) else []

    assert (found, wide) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_colours_of_a_municipality(visit, scheme):
    page = visit("/?gemeente=voorbeeldstad", color_scheme=scheme, reduced_motion="reduce")
    found = faults(page)
    say(page, "Ik kom niet rond met mijn geld")
    say(page, "Soms wil ik dood")
    found += faults(page)

    assert found == []
    assert style(page, "#schrijf .utrecht-button", "backgroundColor") == GREEN
    page.goto("/")
    assert style(page, "#schrijf .utrecht-button", "backgroundColor") != GREEN


def test_at_four_hundred_percent_and_with_letters_twice_as_large_all_can_be_read_and_done(visit):
    page = visit(viewport=AT_400_PERCENT)
    say(page, "Ik kom niet rond met mijn geld " + "enditiseenwoorddatnietophoudt" * 4)
    wide = [too_wide(page)]
    assert style(page, ".ww-composer", "position") == "static"  # it would cover what is to be read

    page.set_viewport_size({"width": 390, "height": 700})
    page.evaluate(TWICE_AS_LARGE)
    wide += [too_wide(page)]
    for path in PAPERS:
        page.goto(path)
        page.evaluate(TWICE_AS_LARGE)
        wide += [too_wide(page)]

    assert wide == [False] * 5


def test_on_paper_stands_what_was_said_with_addresses_and_nothing_to_press(visit):
    page = visit(color_scheme="dark", viewport={"width": 800, "height": 900})
    say(page, "Ik kom niet rond met mijn geld")
    say(page, "Overvecht")
    while not page.locator(".ww-card").count():
        count = page.locator(".ww-message[data-number]").count()
        page.locator(".ww-message").last.get_by_role("button", name="Weet ik niet").click()
        expect(page.locator(".ww-message[data-number]")).to_have_count(count + 2)
    page.emulate_media(media="print", color_scheme="dark")

    for gone in (".ww-composer", ".ww-danger", ".ww-choices", ".ww-footer", ".ww-languages"):
        assert not page.locator(gone).first.is_visible(), gone
    written = page.locator(".ww-card a[href^='https']").first.evaluate(
        "one => getComputedStyle(one, '::after').content"
    )
    assert "https://" in written
    assert style(page, "body", "color") == "rgb(0, 26, 64)"  # dark ink, also for who looks in the dark


def test_with_colours_of_ones_own_every_message_and_button_keeps_an_edge(visit):
    page = visit(forced_colors="active")
    say(page, "Soms wil ik dood")

    for edged in (
        ".ww-message--resident .ww-body",
        ".ww-message--bot .ww-body",
        ".ww-alarm",
        ".ww-call",
        "#schrijf .utrecht-button",
    ):
        assert float(style(page, edged, "borderInlineStartWidth").removesuffix("px")) >= 1, edged


def test_the_keyboard_walks_a_page_from_the_skip_link_to_the_foot(visit):
    page = visit("/privacy", viewport={"width": 900, "height": 700})

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("utrecht-skip-link ww-skip")
    page.keyboard.press("Enter")
    expect(page.locator("#inhoud")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "mailto:fg@stad.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#bericht")).to_be_visible()


def test_the_first_view_is_under_a_hundred_kilobytes_in_few_requests(visit):
    page = visit("about:blank")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    weights: list[float] = []
    line.on("Network.loadingFinished", lambda done: weights.append(done["encodedDataLength"]))

    page.goto("/", wait_until="networkidle")

    assert sum(weights) < 100_000
    assert len(weights) <= 4  # the page, its look, its script, its icon
