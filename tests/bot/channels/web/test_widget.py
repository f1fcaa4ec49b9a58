"""The chat on another website: a plain page with one script tag, under a strict policy, in a real Chromium."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from bot.channels.web import web_routes

WIDE = {"width": 1100, "height": 800}


@dataclass
class Town:
    """A website of a municipality."""

    address: str
    pages: dict[str, str]
    policy: str = ""


@pytest.fixture
def town() -> Iterator[Town]:
    """Return a plain website of another origin, that allows nothing but what `policy` says."""
    town = Town(address="", pages={})

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", town.policy)
            self.end_headers()
            self.wfile.write(town.pages.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        town.address = f"http://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield town
        server.shutdown()
        thread.join()


@pytest.fixture
def app(assistant, shutdown, town) -> FastAPI:
    app = FastAPI()
    app.include_router(web_routes(assistant, shutdown=shutdown, sites=(town.address,)))
    return app


@pytest.fixture
def visit(chromium: Browser, server, town) -> Iterator[Page]:
    """Return a page of the site with the chat in the corner; the browser may have nothing to complain about."""
    town.policy = (
        f"default-src 'none'; script-src {server.address}; connect-src {server.address}; "
        "require-trusted-types-for 'script'; trusted-types wegwijs"
    )
    tag = f'<script src="{server.address}/wegwijs.js" data-gemeente="utrecht" data-taal="nl" defer></script>'
    body = '<main><h1>Gemeente</h1><a href="/in">Verder</a></main>'
    town.pages["/"] = f'<!doctype html><html lang="nl"><title>Gemeente</title>{body}{tag}</html>'
    town.pages["/in"] = town.pages["/"].replace("</main>", "<wegwijs-chat></wegwijs-chat></main>")
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    complaints: list[str] = []
    expected = ("Failed to load resource", "Error: Wegwijs")  # when there is no line

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(expected):
            complaints.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    page.goto(f"{town.address}/")
    yield page
    context.close()
    assert complaints == []


def messages(page: Page) -> Locator:
    """Return the messages that the server has."""
    return page.locator(".ww-message[data-number]")


def say(page: Page, text: str) -> None:
    page.locator("#bericht").fill(text)
    page.locator("#bericht").press("Enter")


def kept(page: Page) -> str | None:
    return page.evaluate("sessionStorage.getItem('wegwijs')")


def test_a_conversation_in_the_corner_of_another_site_from_the_button_to_the_last_tab(visit, server, town):
    page = visit
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    button = page.get_by_role("button", name="Vraag het Wegwijs")

    # nothing is fetched or kept before it is wanted
    expect(button).to_have_attribute("aria-expanded", "false")
    assert (asked, kept(page), page.context.cookies()) == ([], None, [])

    # the keyboard opens and closes the panel
    button.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Vraag het Wegwijs")
    expect(panel.get_by_role("heading", name="Vind wie u kan helpen")).to_be_visible()
    expect(panel).to_contain_text("Ik ben een computer, geen mens.")
    assert page.locator("#bericht").evaluate("one => getComputedStyle(one).fontFamily").startswith("system-ui")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    assert (kept(page), page.context.cookies()) == (None, [])

    # a conversation, which a reload does not lose
    page.get_by_role("button", name="Ik kom niet rond met mijn geld").click()
    expect(messages(page)).to_have_count(2)
    page.reload()
    expect(messages(page)).to_have_count(2)
    page.get_by_role("button", name="Weet ik niet").click()
    expect(messages(page)).to_have_count(4)
    expect(page.get_by_role("button", name="Weet ik niet", pressed=True)).to_be_focused()

    # what is typed without a line waits, visibly, through a language switch, and goes out once
    page.context.set_offline(True)
    say(page, "Ik voel me alleen")
    say(page, "en ik heb geen geld")
    expect(page.locator(".ww-unsent").first).to_contain_text("Wacht op verbinding.")
    page.context.set_offline(False)
    expect(messages(page)).to_have_count(8)
    expect(page.locator(".ww-unsent")).to_have_count(0)

    # a second tab of the same conversation shows the same
    with page.context.expect_page() as opened:
        page.evaluate("open('/in')")
    other = opened.value
    expect(messages(other)).to_have_count(8)
    say(other, "Overvecht")
    expect(messages(page)).to_have_count(10)
    expect(messages(other)).to_have_count(10)
    assert messages(other).all_inner_texts() == messages(page).all_inner_texts()
    assert len(server.assistant.store._events) == 1

    # another language keeps the conversation and what was half typed
    page.locator("#bericht").fill("half")
    page.locator(".ww-languages summary").click()
    page.get_by_role("link", name="العربية").click()
    expect(page.locator(".ww-widget")).to_have_attribute("dir", "rtl")
    expect(messages(page)).to_have_count(10)
    expect(page.locator("#bericht")).to_have_value("half")
    expect(page.locator(".ww-languages summary")).to_be_focused()

    # erased in one tab is erased in the other
    other.get_by_text("Wis alles").first.click()
    other.get_by_role("button", name="Ja, wis alles").click()
    expect(other.get_by_role("log")).to_contain_text("Alles wat u hier typte, is gewist.")
    expect(messages(page)).to_have_count(0)
    assert server.assistant.store._events == {}
    assert kept(other) is None

    # nobody else was asked, and no cookie was set
    assert {address.partition("/")[2].split("/")[1] for address in asked} <= {
        one.removeprefix("http://") for one in (server.address, town.address)
    }
    assert page.context.cookies() == []


def test_an_advice_is_kept_and_copied_on_another_site_where_a_link_cannot_show_the_key(visit, town):
    page = visit
    page.goto(f"{town.address}/in")
    for text in ("Ik kom niet rond met mijn geld", "Overvecht"):
        say(page, text)
    for count in (6, 8):
        expect(messages(page)).to_have_count(count - 2)
        page.get_by_role("button", name="Weet ik niet", pressed=False).last.click()
    expect(messages(page)).to_have_count(8)

    tools = page.locator(".ww-tools[data-advice]")
    tools.locator(".ww-keep summary").click()
    tools.get_by_text("Maak een kopie").click()
    expect(tools.locator(".ww-tool-said")).to_have_text("Gekopieerd.")
    with page.expect_download() as download:
        tools.get_by_text("Bewaar als pdf").click()
    assert download.value.suggested_filename == "advies-wegwijs.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_leaving_quickly_replaces_the_page_of_the_site(visit, town):
    page = visit
    page.context.route("https://www.weeronline.nl/**", lambda route: route.fulfill(body="<h1>Het weer</h1>"))
    page.goto(f"{town.address}/in")
    expect(page.locator("#bericht")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    page.wait_for_url("https://www.weeronline.nl/")
    page.go_back()
    assert page.url == f"{town.address}/"
    page.keyboard.press("Escape")  # here the panel is closed: the keys of this page are its own
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Vraag het Wegwijs")).to_be_visible()


def test_when_wegwijs_cannot_be_reached_the_site_says_so_and_where_to_go(visit, server):
    page = visit
    page.context.route("**/widget?*", lambda route: route.fulfill(status=503, body="away"))
    page.get_by_role("button", name="Vraag het Wegwijs").click()

    line = page.get_by_role("dialog").locator(".away")
    expect(line).to_contain_text("bel 112")
    expect(line.get_by_role("link")).to_have_attribute("href", server.address)
