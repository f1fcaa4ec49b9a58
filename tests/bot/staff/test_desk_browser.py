"""A colleague's work in a real Chromium: with the keyboard only, live, without JavaScript, for everybody."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from bot.events import Claimed, Closed, Said
from bot.messages import Incoming
from bot.staff.access import add_staff

AXE = Path("tests/vendor/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEAM, PASSWORD = "utrecht-buurtteam-sociaal", "een lang wachtwoord"
XSS = "<img src=x onerror=\"document.title='gekraakt'\"><script>document.title='gekraakt'</script> schuld"


@pytest.fixture
async def address(desk) -> AsyncIterator[str]:
    """Serve the desk, and return where."""
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    await add_staff(desk.accounts, desk.guide, "Sanne", TEAM, PASSWORD, now=desk.clock.now())
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    desk.shutdown.set()
    server.should_exit = True
    await running


async def a_page(browser: Browser, **options) -> Page:
    """Return a page on which every script error and every breach of the CSP is remembered."""
    page = await (await browser.new_context(locale="nl-NL", **options)).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "console",
        lambda message: page.faults.append(message.text) if "Content Security" in message.text else None,
    )
    return page


async def sign_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/staff")
    await expect(page.locator("#name")).to_be_focused()
    await page.keyboard.type("Sanne")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/login" not in url)


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused = "document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''"
        if (await page.evaluate(focused)).strip() == name:
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


async def violations(page: Page) -> list[str]:
    """Return what axe finds."""
    await page.evaluate(AXE)
    found = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


async def test_a_case_is_worked_from_sign_in_to_closing_with_the_keyboard_only(desk, browser, address):
    await desk.hand_over("web:bert", name="Bert")
    await desk.hand_over(name="Anna", signals=("violence_at_home",), urgent=True)
    page = await a_page(browser)

    await sign_in(page, address)
    await expect(page).to_have_title("(2, 1 dringend) Vragen – Wegwijs")
    await tab_to(page, "Anna")
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Dringend: Anna – Wegwijs")
    await tab_to(page, "Oppakken")
    await page.keyboard.press("Enter")
    await expect(page.locator("#antwoord")).to_be_focused()
    await page.keyboard.type("Dag Anna, bent u nu veilig?")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".desk-line--staff")).to_contain_text("Dag Anna, bent u nu veilig?")
    await tab_to(page, "Vraag sluiten")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "Sluiten")
    await page.keyboard.press("Enter")
    await expect(page.locator("#kop")).to_contain_text("Gesloten door Sanne")

    events = await desk.store.read("web:anna")
    said = [event for event in events if isinstance(event, Said) and event.by == "Sanne"]
    assert [one.reply.plain for one in said] == ["Dag Anna, bent u nu veilig?"]
    assert isinstance(events[-1], Closed)
    assert events[-1].outcome == "on_the_way"
    assert page.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_any_page(desk, browser, address, scheme):
    number = await desk.hand_over(signals=("violence_at_home",), urgent=True)
    await desk.hand_over("web:bert", language="ar", text="أعاني من ديون كبيرة schuld")
    page = await a_page(browser, bypass_csp=True, color_scheme=scheme)  # bypassed for axe's own script

    await page.goto(f"{address}/staff/login")
    found = {"login": await violations(page)}
    await sign_in(page, address)
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 800})
        for path in ("", "?language=ar", "?theme=wonen&language=tr", f"/cases/{number}"):
            await page.goto(f"{address}/staff{path}")
            found[f"{path} {width}"] = await violations(page)
    await page.goto(f"{address}/staff")
    await page.get_by_role("button", name="Geluid bij dringend").click()
    await page.keyboard.press("?")
    found["keys"] = await violations(page)
    await page.goto(f"{address}/staff/cases/{number}")
    await page.get_by_role("button", name="Oppakken").click()
    await page.locator("#antwoord").wait_for()
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found["case in hand"] = await violations(page)

    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize("role", ["coordinator", "beheerder"])
async def test_every_part_of_the_desk_can_be_read_in_the_dark(desk, browser, address, role):
    page = await a_page(browser, bypass_csp=True, color_scheme="dark")
    await desk.accounts.set_role("Sanne", role, TEAM)
    await sign_in(page, address)
    links = await page.locator("header a").evaluate_all("links => links.map(link => link.href)")

    found = {}
    for link in links:
        await page.goto(link)
        found[link.removeprefix(address)] = [one for one in await violations(page) if "contrast" in one]

    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize("width", [320, 390])
async def test_no_page_is_wider_than_a_phone(desk, browser, address, width):
    number = await desk.hand_over(signals=("violence_at_home", "child_unsafe"), urgent=True)
    page = await a_page(browser, viewport={"width": width, "height": 700})
    await sign_in(page, address)

    for path in ("/staff", f"/staff/cases/{number}"):
        await page.goto(address + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_queue_refreshes_itself_in_every_tab_and_keeps_the_focus(desk, browser, address):
    await desk.hand_over("web:bert", name="Bert")
    page = await a_page(browser)
    await sign_in(page, address)
    second = await page.context.new_page()
    await second.goto(f"{address}/staff")
    await page.get_by_role("link", name="Bert").focus()

    await desk.hand_over(name="Anna", urgent=True, signals=("violence_at_home",))

    for one in (page, second):
        await expect(one.get_by_role("link", name="Anna")).to_be_visible()
        await expect(one).to_have_title("(2, 1 dringend) Vragen – Wegwijs")
    await expect(page.get_by_role("link", name="Bert")).to_be_focused()
    assert page.faults == []


async def test_a_message_appears_while_an_answer_is_being_typed(desk, browser, address, send):
    number = await desk.hand_over()
    page = await a_page(browser)
    await sign_in(page, address)
    await page.goto(f"{address}/staff/cases/{number}")
    await page.get_by_role("button", name="Oppakken").click()
    await page.locator("#antwoord").fill("Half antwoord")

    await desk.assistant.handle(Incoming(id="7", conversation="web:anna", text="Bent u daar nog?"))

    await expect(page.locator("#gesprek")).to_contain_text("Bent u daar nog?")
    await expect(page.locator("#antwoord")).to_have_value("Half antwoord")


async def test_when_the_session_ends_nothing_stays_on_the_screen(desk, browser, address):
    await desk.hand_over()
    page = await a_page(browser)
    await sign_in(page, address)
    await expect(page.get_by_role("link", name="Anna")).to_be_visible()

    desk.clock.move(minutes=31)
    await desk.hand_over("web:bert", name="Bert")

    await expect(page).to_have_url(f"{address}/staff/login?next=/staff")
    await expect(page.get_by_text("Anna")).to_have_count(0)


async def test_without_javascript_everything_works(desk, browser, address):
    await desk.hand_over()
    page = await a_page(browser, java_script_enabled=False)
    await sign_in(page, address)

    await page.get_by_role("link", name="Anna").click()
    await page.get_by_role("button", name="Oppakken").click()
    await page.locator("#antwoord").fill("Dag Anna")
    await page.get_by_role("button", name="Versturen").click()
    await expect(page.locator(".desk-line--staff")).to_contain_text("Dag Anna")
    await page.get_by_text("Vraag sluiten").click()
    await page.get_by_label("Geholpen").check()
    await page.get_by_role("button", name="Sluiten").click()
    await expect(page.locator("#kop")).to_contain_text("geholpen")
    await page.get_by_role("button", name="Uitloggen").click()
    await expect(page).to_have_url(f"{address}/staff/login")


async def test_what_a_resident_types_never_runs(desk, browser, address, send):
    number = await desk.hand_over(text=XSS, name=XSS, reach=XSS)
    page = await a_page(browser)
    await sign_in(page, address)

    for path in ("/staff", f"/staff/cases/{number}"):
        await page.goto(address + path)
        await desk.happen("web:anna", desk.story(text=XSS)[0].model_copy(update={"id": path}))
        await page.wait_for_timeout(700)  # the live copy of the page as well
        assert await page.title() != "gekraakt"
        assert await page.locator("main img").count() == 0
    assert page.faults == []


# ---------------------------------------------------------------- the queue by keys, and what it may ring

EARS = """
window.heard = [];
window.AudioContext = class {
  state = "running"; currentTime = 0; destination = {};
  createOscillator() {
    return { frequency: {}, connect: (to) => to, start() { heard.push("tone"); }, stop() {} };
  }
  createGain() {
    return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (to) => to };
  }
};
window.Notification = class extends EventTarget {
  static permission = "granted";
  static async requestPermission() { return "granted"; }
  constructor(title, options) { super(); heard.push(`${title}: ${options.body}`); }
};
"""


async def focused(page: Page) -> str:
    return await page.evaluate("document.activeElement.innerText || document.activeElement.tagName")


async def test_the_queue_is_walked_and_opened_by_its_keys(desk, browser, address):
    for at, name in enumerate(["Anna", "Bert", "Carla"]):
        await desk.hand_over(f"web:{at}", name=name)
        desk.clock.move(minutes=1)
    page = await a_page(browser)
    await sign_in(page, address)

    walked = []
    for key in ("j", "j", "k", "ArrowDown", "ArrowDown", "j", "ArrowUp"):
        await page.keyboard.press(key)
        walked.append(await focused(page))
    await page.keyboard.press("Enter")

    assert walked == ["Anna", "Bert", "Anna", "Bert", "Carla", "Carla", "Bert"]
    await expect(page).to_have_title("Bert – Wegwijs")


async def test_a_slash_goes_to_the_filter_and_there_letters_are_letters(desk, browser, address):
    await desk.hand_over(language="tr")
    page = await a_page(browser)
    await sign_in(page, address)

    await page.keyboard.press("/")
    await expect(page.get_by_label("Onderwerp")).to_be_focused()
    await page.keyboard.press("j")
    await expect(page.get_by_label("Onderwerp")).to_be_focused()
    await page.get_by_label("Taal").select_option("Turks")
    await page.get_by_role("button", name="Toepassen").click()

    await expect(page).to_have_url(f"{address}/staff?theme=&wijk=&language=tr&age=")
    await expect(page.get_by_text("1 van de 1 vragen passen bij uw filter.")).to_be_visible()


async def test_a_question_mark_explains_the_keys_and_they_can_be_switched_off_for_good(desk, browser, address):
    await desk.hand_over()
    page = await a_page(browser)
    await sign_in(page, address)

    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Sneltoetsen")).to_be_visible()
    await page.get_by_label("Sneltoetsen gebruiken").uncheck()
    await page.keyboard.press("Escape")
    await page.reload()
    for key in ("?", "/", "j"):
        await page.keyboard.press(key)
    assert await focused(page) not in ("Anna", "SELECT")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Sneltoetsen").click()
    await page.get_by_label("Sneltoetsen gebruiken").check()
    await page.get_by_role("dialog").get_by_role("button", name="Sluiten").click()
    await page.keyboard.press("j")

    assert await focused(page) == "Anna"


async def test_sound_and_notification_are_a_choice_that_is_remembered_and_tell_nothing(desk, browser, address):
    page = await a_page(browser)
    await page.add_init_script(EARS)
    await sign_in(page, address)
    await desk.hand_over("web:1", name="Geheim", urgent=True)
    await expect(page.get_by_role("link", name="Geheim")).to_be_visible()
    await page.wait_for_function("localStorage.getItem('wegwijs-dringend')")  # the row may come before the alarm does
    silent = await page.evaluate("heard")

    sound = page.get_by_role("button", name="Geluid bij dringend")
    await sound.click()
    await page.get_by_role("button", name="Melding bij dringend").click()
    await expect(sound).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await expect(sound).to_have_attribute("aria-pressed", "true")
    await desk.hand_over("web:2", name="Niet dringend")
    await expect(page.get_by_role("link", name="Niet dringend")).to_be_visible()
    calm = await page.evaluate("heard")
    await desk.hand_over("web:3", name="Ook geheim", signals=("violence_at_home",), urgent=True)
    await expect(page.get_by_role("link", name="Ook geheim")).to_be_visible()
    await page.wait_for_function("heard.length >= 3")

    assert (silent, calm) == ([], [])
    assert await page.evaluate("heard") == ["tone", "tone", "Wegwijs: Er is een dringende vraag"]


async def test_a_refresh_keeps_the_filter_and_what_was_being_chosen(desk, browser, address):
    await desk.hand_over(language="tr")
    page = await a_page(browser)
    await sign_in(page, address)
    await page.goto(f"{address}/staff?language=tr")
    await page.get_by_label("Wijk").select_option("Overvecht")

    await desk.hand_over("web:bert", name="Bert", language="tr")
    await desk.hand_over("web:carla", name="Carla", language="pl")

    await expect(page.get_by_role("link", name="Bert")).to_be_visible()
    await expect(page).to_have_title("(3) Vragen – Wegwijs")
    await expect(page.get_by_role("link", name="Carla")).to_have_count(0)
    await expect(page.get_by_label("Wijk")).to_have_value("utrecht-overvecht")


async def test_when_the_row_in_focus_goes_the_focus_stays_in_its_place(desk, browser, address):
    for at, name in enumerate(["Anna", "Bert", "Carla"]):
        await desk.hand_over(f"web:{at}", name=name)
        desk.clock.move(minutes=1)
    page = await a_page(browser)
    await sign_in(page, address)
    await page.get_by_role("link", name="Bert").focus()

    await desk.happen("web:1", Claimed(at=desk.clock.now(), by="Ali"))

    await expect(page.get_by_role("link", name="Bert")).to_have_count(0)
    await expect(page.get_by_role("link", name="Carla")).to_be_focused()


async def test_a_lost_connection_is_said(desk, browser, address):
    page = await a_page(browser)
    await sign_in(page, address)
    await page.wait_for_timeout(300)

    desk.shutdown.set()

    await expect(page.get_by_role("status")).to_contain_text("Geen verbinding")
