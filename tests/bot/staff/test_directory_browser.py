"""Directory upkeep in a real Chromium: with the keyboard only, without JavaScript, for everybody, on a phone."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from bot.staff.access import add_staff

AXE = Path("tests/vendor/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DOCK, PASSWORD = "utrecht-dock", "een lang wachtwoord"
OLD, NEW = "088 855 51 26", "088 855 51 00"
SHOTS = os.environ.get("WEGWIJS_SHOTS")
PROVING = 30_000  # ms: before a change is kept, every situation is gone through
XSS = "<img src=x onerror=\"document.title='gekraakt'\"><script>document.title='gekraakt'</script>"


@pytest.fixture
async def address(desk) -> AsyncIterator[str]:
    """Serve the desk, and return where."""
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    for name, role in (("Sanne", "medewerker"), ("Karin", "coordinator"), ("Bas", "beheerder")):
        await add_staff(desk.accounts, desk.guide, name, DOCK, PASSWORD, role=role, now=desk.clock.now())
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    desk.shutdown.set()
    server.should_exit = True
    await running


async def a_page(browser: Browser, address: str, name: str, **options) -> Page:
    """Return the page of a colleague, on which every script error and every breach of the CSP is remembered."""
    page = await (await browser.new_context(locale="nl-NL", **options)).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "console",
        lambda message: page.faults.append(message.text) if "Content Security" in message.text else None,
    )
    await page.goto(f"{address}/staff/login")
    await page.get_by_label("Naam").fill(name)
    await page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Inloggen").click()
    await page.goto(f"{address}/staff/directory")
    return page


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused = "document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText || ''"
        if (await page.evaluate(focused)).strip().startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


async def violations(page: Page, name: str) -> list[str]:
    """Return what axe finds; keep a picture of the page when a folder for it was named."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    await page.evaluate(AXE)
    found = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


async def propose(page: Page, **fields: str) -> None:
    """Tell that the number of the organisation changed."""
    item = page.get_by_role("listitem").filter(has_text=OLD)
    await item.get_by_role("link", name="Nagekeken of veranderd").click()
    await page.get_by_label("Het is veranderd").check()
    await page.get_by_label("Nummer of adres").fill(NEW)
    for label, text in {"Maandag": "9-17", "Waar staat dit?": "https://www.dock.nl/contact", **fields}.items():
        await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Doorgeven").click()


async def test_a_number_is_changed_with_the_keyboard_only_by_two_people(desk, browser, address):
    page = await a_page(browser, address, "Sanne")
    await tab_to(page, "DOCK Utrecht")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/organisations/*")
    await page.locator("#inhoud").focus()
    for _ in range(2):
        await tab_to(page, "Nagekeken of veranderd")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/contacts/*")
    await tab_to(page, "Het klopt nog")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "Nummer of adres")
    await page.keyboard.press("Control+A")
    await page.keyboard.type(NEW)
    await tab_to(page, "Waar staat dit?")
    await page.keyboard.type("https://www.dock.nl/contact")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(NEW, timeout=PROVING)

    lead = await a_page(browser, address, "Karin")
    await expect(lead.get_by_role("link", name="Gids (1)")).to_be_visible()
    await tab_to(lead, f"DOCK Utrecht: Telefoon {NEW}")
    await lead.keyboard.press("Enter")
    await lead.wait_for_url("**/proposals/*")
    await tab_to(lead, "Reden (mag leeg)")
    await tab_to(lead, "Aannemen")
    await lead.keyboard.press("Enter")
    await expect(lead.get_by_text("Aangenomen door Karin")).to_be_visible(timeout=PROVING)

    on = desk.clock.now().date()
    assert NEW in [one.value for one in desk.assistant.minds.guide.contacts(DOCK, on)]
    assert [*page.faults, *lead.faults] == []


async def test_axe_finds_nothing_on_any_page(desk, browser, address):
    options = {"bypass_csp": True, "viewport": {"width": 1280, "height": 800}}  # for axe's own script
    page = await a_page(browser, address, "Sanne", **options)
    found = {"list": await violations(page, "list")}
    await page.get_by_role("link", name="DOCK Utrecht").first.click()
    found["organisation"] = await violations(page, "organisation")
    await propose(page, Maandag="van negen tot vijf")
    await expect(page.get_by_role("alert")).to_contain_text("De tijden van maandag zijn niet te lezen.")
    found["form, refused"] = await violations(page, "form-refused")
    await page.get_by_label("Maandag").fill("9-17")
    await page.get_by_role("button", name="Doorgeven").click()
    await expect(page.get_by_role("button", name="Voorstel intrekken")).to_be_visible(timeout=PROVING)
    found["proposal of one's own"] = await violations(page, "proposal-own")

    lead = await a_page(browser, address, "Karin", **options)
    await lead.get_by_role("link", name=f"DOCK Utrecht: Telefoon {NEW}").click()
    found["proposal to decide"] = await violations(lead, "proposal")
    await lead.get_by_role("button", name="Aannemen").click()
    await lead.get_by_role("link", name="DOCK Utrecht", exact=True).click()
    await lead.get_by_text("Voor en na").click()
    found["organisation with versions"] = await violations(lead, "versions")
    await lead.get_by_role("link", name="Terugdraaien").click()
    found["version to put back"] = await violations(lead, "revert")
    await lead.set_viewport_size({"width": 390, "height": 800})
    found["version to put back, on a phone"] = await violations(lead, "revert-phone")

    boss = await a_page(browser, address, "Bas", **options)
    await boss.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found["list of all"] = await violations(boss, "list-all")
    await boss.goto(f"{address}/staff/directory/organisations/utrecht-buurtteam-sociaal/contacts/nieuw")
    found["new contact"] = await violations(boss, "new")

    assert {name: one for name, one in found.items() if one} == {}


@pytest.mark.parametrize("width", [320, 390])
async def test_no_page_is_wider_than_a_phone(desk, browser, address, width):
    page = await a_page(browser, address, "Bas", viewport={"width": width, "height": 700})

    for path in ("", f"/organisations/{DOCK}", f"/organisations/{DOCK}/contacts/nieuw"):
        await page.goto(f"{address}/staff/directory{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_without_javascript_everything_works_and_what_is_typed_never_runs(desk, browser, address):
    page = await a_page(browser, address, "Sanne", java_script_enabled=False)
    await page.get_by_role("link", name="DOCK Utrecht").first.click()
    await propose(page, **{"Waar staat dit?": XSS, "Toelichting voor wie beslist": XSS})
    await expect(page.get_by_text("Wacht op een besluit")).to_be_visible(timeout=PROVING)

    lead = await a_page(browser, address, "Karin")
    await lead.get_by_role("link", name=f"DOCK Utrecht: Telefoon {NEW}").click()
    await expect(lead.get_by_text(XSS).first).to_be_visible()
    await lead.get_by_role("button", name="Aannemen").click()
    await lead.get_by_role("link", name="DOCK Utrecht", exact=True).click()

    await expect(lead).to_have_title("DOCK Utrecht in de gids – Wegwijs", timeout=PROVING)
    assert lead.faults == []
