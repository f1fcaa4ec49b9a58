"""The web chat in a real Chromium against a real server: what test_ten_conversations.py does not walk through."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect

from bot.ports import StoreAway

AXE = (Path(__file__).parents[3] / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 390, "height": 844}

Open = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, server) -> Iterator[Open]:
    """Return how to open the page in a browser of its own; the browser may have nothing to complain about."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def open_page(address: str = "/", **options) -> Page:
        context = chromium.new_context(base_url=server.address, viewport=options.pop("viewport", PHONE), **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def say(page: Page, text: str) -> None:
    """Type something and wait for the answer."""
    count = messages(page).count()
    page.locator("#bericht").fill(text)
    page.locator("#bericht").press("Enter")
    expect(messages(page)).to_have_count(count + 2)


def choose(page: Page, title: str) -> None:
    """Press a button of the last reply and wait for the answer."""
    count = messages(page).count()
    messages(page).last.get_by_role("button", name=title).click()
    expect(messages(page)).to_have_count(count + 2)


def messages(page: Page):
    """Return the messages that the server has."""
    return page.locator(".ww-message[data-number]")


def to_the_referral(page: Page) -> None:
    """Tell the question and answer until there is a referral."""
    say(page, "Ik kom niet rond met mijn geld")
    say(page, "Overvecht")
    while not page.locator(".ww-card").count():
        choose(page, "Weet ik niet")


def faults(page: Page) -> list[str]:
    """Return what axe finds."""
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def cookie(page: Page) -> str:
    (one,) = page.context.cookies()
    return str(one["value"])


# ---------------------------------------------------------------- a conversation


def test_after_a_button_the_keyboard_stays_at_it_and_it_shows_that_it_was_chosen(visit):
    page = visit()
    say(page, "Ik kom niet rond met mijn geld")
    page.get_by_role("button", name="Weet ik niet").focus()
    page.keyboard.press("Enter")
    expect(messages(page)).to_have_count(4)

    chosen = page.get_by_role("button", name="Weet ik niet", pressed=True)
    expect(chosen).to_be_focused()
    expect(messages(page).nth(1).get_by_role("button")).to_have_count(1)
    page.keyboard.press("Enter")  # it says nothing twice
    page.reload()
    expect(messages(page)).to_have_count(4)
    expect(chosen).to_be_visible()


def test_enter_sends_and_shift_enter_makes_a_new_line(visit):
    page = visit()
    box = page.locator("#bericht")
    low = box.bounding_box()["height"]
    box.press_sequentially("Ik heb")
    box.press("Shift+Enter")
    box.press_sequentially("geen geld")

    assert box.input_value() == "Ik heb\ngeen geld"
    assert box.bounding_box()["height"] > low
    box.press("Enter")
    expect(messages(page)).to_have_count(2)


def test_nothing_is_sent_when_nothing_was_typed(visit):
    page = visit()

    page.locator("#bericht").press("Enter")

    expect(page.locator(".ww-message")).to_have_count(0)


def test_who_reads_back_is_told_of_a_new_message_and_not_moved(visit, server, colleague):
    page = visit(reduced_motion="reduce")
    to_the_referral(page)
    page.evaluate("scrollTo(0, 0)")

    server.happens(cookie(page), *colleague("Dag, ik kijk mee."))

    news = page.get_by_role("button", name="Bekijk het nieuwe bericht")
    expect(news).to_be_visible()
    assert page.evaluate("scrollY") == 0
    news.click()
    expect(page.locator(".ww-message--staff")).to_be_in_viewport()
    expect(news).to_be_hidden()


def test_after_erasing_in_the_conversation_a_new_one_can_begin(visit, server):
    page = visit()
    say(page, "Ik kom niet rond met mijn geld")
    page.locator("#bericht").fill("/forget")
    page.locator("#bericht").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Alles wat u hier typte, is gewist.")

    say(page, "Overvecht")

    assert len(server.assistant.store._events) == 1


def test_what_was_typed_goes_along_to_another_language_and_nowhere_else(visit, server):
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    box, half = page.locator("#bericht"), "Ik heb een brief van\nde woningbouw"
    box.fill(half)

    for language, direction in (("العربية", "rtl"), ("English", "ltr")):
        to_language(page, language)
        expect(box).to_have_value(half)
        expect(page.locator("html")).to_have_attribute("dir", direction)
        assert page.evaluate("sessionStorage.length") == 0
    assert box.bounding_box()["height"] > 60  # both lines are seen
    assert not any("brief" in one for one in asked)
    assert len(server.assistant.store._events) == 0

    box.press("Enter")
    expect(messages(page)).to_have_count(2)
    page.reload()
    expect(box).to_have_value("")
    box.fill("nog iets")
    page.locator(".ww-erase summary").click()
    page.locator(".ww-erase button").click()
    expect(page.locator(".ww-receipt")).to_be_visible()
    expect(box).to_have_value("")

    page.route("**/?taal=nl", lambda route: route.fulfill(status=204))  # the page does not come, and then they leave
    page.route(lambda address: not address.startswith(server.address), lambda route: route.fulfill(body="elsewhere"))
    box.fill("en dit ook niet")
    page.locator(".ww-languages summary").click()
    page.get_by_role("link", name="Nederlands", exact=True).click()
    page.wait_for_function("sessionStorage.length")
    page.locator("#snel-weg").click()
    expect(page.get_by_text("elsewhere")).to_be_visible()
    page.goto(server.address)
    expect(box).to_have_value("")


def to_language(page: Page, language: str) -> None:
    page.locator(".ww-languages summary").click()
    page.get_by_role("link", name=language).click()
    expect(page.locator(".ww-languages summary")).to_contain_text(language)


# ---------------------------------------------------------------- slow, broken, gone


def test_even_kijken_appears_only_when_the_answer_takes_more_than_a_second(visit, assistant, monkeypatch):
    at_once = assistant.taken

    async def slowly(*given):
        await asyncio.sleep(1.8)
        return await at_once(*given)

    monkeypatch.setattr(assistant, "taken", slowly)
    page = visit()
    page.locator("#bericht").fill("geld")
    page.evaluate(
        """() => {
             const even = document.querySelector('#even');
             addEventListener('submit', () => { window.sent = performance.now(); }, true);
             new MutationObserver(() => { window.shown ??= performance.now(); })
               .observe(even, {childList: true, characterData: true, subtree: true});
           }"""
    )
    page.locator("#bericht").press("Enter")

    expect(page.locator("#even")).to_have_text("Even kijken…")
    expect(messages(page)).to_have_count(2)
    expect(page.locator("#even")).to_be_empty()
    assert page.evaluate("shown - sent") > 900  # milliseconds


def test_what_waits_survives_a_reload_and_is_sent_once(visit, server):
    page = visit()
    page.route("**/chat", lambda route: route.abort())
    page.locator("#bericht").fill("Ik kom niet rond met mijn geld")
    page.locator("#bericht").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Wacht op verbinding.")
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Ik kom niet rond met mijn geld")

    page.unroute("**/chat")
    page.get_by_role("button", name="Opnieuw proberen").click()

    expect(messages(page)).to_have_count(2)
    assert [len(events) for events in server.assistant.store._events.values()] == [3]
    assert page.evaluate("sessionStorage.length") == 0


def test_a_line_that_fell_silent_is_made_again_and_what_came_meanwhile_is_shown_once(visit, server, colleague):
    page = visit()
    page.clock.install()
    page.reload()
    with page.expect_request("**/chat/events?*"):
        say(page, "Ik kom niet rond met mijn geld")
    with page.expect_request("**/chat/events?*"):
        page.clock.run_for(60_000)
    server.happens(cookie(page), *colleague("Dag, ik kijk mee."))

    expect(page.locator(".ww-message--staff")).to_have_count(1)


def test_a_tab_that_slept_while_another_began_anew_starts_over(visit):
    page = visit()
    say(page, "Ik kom niet rond met mijn geld")
    page.context.set_offline(True)
    page.context.set_offline(False)
    other = page.context.new_page()
    page.route("**/chat/events?*", lambda route: route.abort())  # it hears nothing of what follows
    page.evaluate("dispatchEvent(new Event('online'))")
    other.goto("/")
    other.get_by_text("Wis alles").first.click()
    other.get_by_role("button", name="Ja, wis alles").click()
    expect(messages(other)).to_have_count(0)
    for text in ("Ik voel me alleen", "Overvecht"):
        say(other, text)
    page.unroute("**/chat/events?*")
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(messages(page)).to_have_count(4)
    assert messages(page).all_inner_texts() == messages(other).all_inner_texts()


def test_a_lost_answer_and_a_second_try_count_once(visit, server):
    page = visit()

    def lose(route: Route) -> None:
        route.fetch()  # it arrives, but the answer does not come back
        route.abort()

    page.route("**/chat", lose, times=1)
    page.locator("#bericht").fill("Ik kom niet rond met mijn geld")
    page.locator("#bericht").press("Enter")
    page.get_by_role("button", name="Opnieuw proberen").click()

    expect(messages(page)).to_have_count(2)
    assert [len(events) for events in server.assistant.store._events.values()] == [3]


def test_when_the_store_is_away_the_resident_reads_whom_to_call(visit, assistant, monkeypatch):
    async def nobody(*_):
        raise StoreAway

    monkeypatch.setattr(assistant, "taken", nobody)
    page = visit()
    page.locator("#bericht").fill("geld")
    page.locator("#bericht").press("Enter")

    expect(page.get_by_role("log").get_by_role("link", name="14 030")).to_have_attribute("href", "tel:14030")
    expect(page.get_by_role("button", name="Opnieuw proberen")).to_be_visible()
    assert faults(page) == []


# ---------------------------------------------------------------- for everybody


def test_what_can_be_tapped_is_large_enough(visit):
    page = visit()
    to_the_referral(page)

    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, .ww-ways li > a, .ww-languages a, .ww-danger a')]
           .filter(one => one.offsetParent && one.getBoundingClientRect().height < 36)
           .map(one => one.outerHTML)"""
    )
    assert small == []


def test_the_page_does_not_shift_while_it_loads_or_answers(visit):
    page = visit()
    page.evaluate(
        """() => { window.shift = 0; new PerformanceObserver(list => {
             for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value;
           }).observe({type: 'layout-shift', buffered: true}); }"""
    )
    say(page, "Ik kom niet rond met mijn geld")
    page.wait_for_timeout(300)

    assert page.evaluate("window.shift") < 0.05


def test_escape_once_does_not_leave(visit):
    page = visit()
    page.keyboard.press("Escape")
    page.wait_for_timeout(1100)
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)

    expect(page.locator("#bericht")).to_be_visible()
