"""The page of a case in a real Chromium: ready sentences, taking back and its forms, also without JavaScript."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from bot.events import Said
from bot.staff.access import add_staff

AXE = Path("tests/vendor/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEAM, DOCK, PASSWORD = "utrecht-buurtteam-sociaal", "utrecht-dock", "een lang wachtwoord"


@pytest.fixture
async def address(patient) -> AsyncIterator[str]:
    """Serve a desk where things can be taken back, and return where."""
    server = uvicorn.Server(uvicorn.Config(patient.app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    for name, team in (("Sanne", TEAM), ("Bram", TEAM), ("Dirk", DOCK)):
        await add_staff(patient.accounts, patient.guide, name, team, PASSWORD, now=patient.clock.now())
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    patient.shutdown.set()
    server.should_exit = True
    await running


async def at_the_case(browser: Browser, address: str, number: str, **options) -> Page:
    """Return a page on which Sanne has taken the case; every script error and breach of the CSP is remembered."""
    page = await (await browser.new_context(locale="nl-NL", **options)).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if "Content Security" in said.text else None)
    await page.goto(f"{address}/staff/login?next=/staff/cases/{number}")
    await page.locator("#name").fill("Sanne")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await page.get_by_role("button", name="Oppakken").click()
    await page.locator("#antwoord").wait_for()
    return page


async def said_by_sanne(desk) -> list[str]:
    events = await desk.store.read("web:anna")
    return [event.reply.plain for event in events if isinstance(event, Said) and event.by == "Sanne"]


async def test_a_ready_sentence_comes_where_one_types_and_the_answer_can_be_taken_back(patient, browser, address):
    page = await at_the_case(browser, address, await patient.hand_over())
    await page.locator("#antwoord").fill("Dag Anna.")

    await page.get_by_label("Kant-en-klare zin").select_option("bellen")
    await page.get_by_role("button", name="Invoegen").click()
    typed = "Dag Anna.\n\nIk bel u graag. Op welke dag en tijd kan dat het best?"
    await expect(page.locator("#antwoord")).to_have_value(typed)
    await expect(page.locator("#antwoord")).to_be_focused()
    await page.get_by_role("button", name="Versturen").click()
    left = page.locator("[data-seconds]")
    await expect(page.locator("#wacht")).to_contain_text("Uw antwoord wordt verstuurd over")
    await expect(left).not_to_have_text("10")  # it counts down
    await page.get_by_role("button", name="Ongedaan maken").click()

    await expect(page.locator("#antwoord")).to_have_value(typed)
    patient.clock.move(seconds=11)
    await patient.undo.run_due()
    assert await said_by_sanne(patient) == []
    assert page.faults == []


async def test_what_is_sent_appears_by_itself(patient, browser, address):
    page = await at_the_case(browser, address, await patient.hand_over())
    await page.locator("#antwoord").fill("Dag Anna.")
    await page.get_by_role("button", name="Versturen").click()
    await page.get_by_role("button", name="Ongedaan maken").wait_for()

    patient.clock.move(seconds=11)
    await patient.undo.run_due()

    await expect(page.locator(".desk-line--staff")).to_contain_text("Dag Anna.")
    await expect(page.get_by_role("button", name="Ongedaan maken")).to_have_count(0)
    assert page.faults == []


async def test_without_javascript_all_of_it_works(patient, browser, address):
    page = await at_the_case(browser, address, await patient.hand_over(), java_script_enabled=False)
    await page.locator("#antwoord").fill("Dag Anna.")

    await page.get_by_label("Kant-en-klare zin").select_option("later")
    await page.get_by_role("button", name="Invoegen").click()
    await expect(page.locator("#antwoord")).to_have_value(
        "Dag Anna.\n\nIk zoek het voor u uit. U hoort hier van mij zodra ik meer weet."
    )
    await page.get_by_role("button", name="Versturen").click()
    await page.get_by_role("button", name="Ongedaan maken").click()
    await expect(page.locator("#antwoord")).to_have_value(
        "Dag Anna.\n\nIk zoek het voor u uit. U hoort hier van mij zodra ik meer weet."
    )
    await page.get_by_text("Verbeteren wat Wegwijs begreep").click()
    await page.get_by_label("Onderwerp", exact=True).select_option("wonen")
    await page.get_by_role("button", name="Verbeteren").click()
    await expect(page.locator("#kop")).to_contain_text("gecorrigeerd door Sanne")
    await page.get_by_text("Doorgeven aan een ander team").click()
    await page.get_by_label("Naar welk team?").select_option(DOCK)
    await page.get_by_label("Waarom?").fill("Dit gaat over een buurthuis.")
    await page.get_by_label("De bewoner vindt dit goed").check()
    await page.get_by_role("button", name="Doorgeven").click()
    await expect(page.locator("#wacht")).to_contain_text("De vraag wordt doorgegeven over")


async def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(patient, browser, address):
    number = await patient.hand_over(language="en", text="I have a very long question about schuld " * 5)
    page = await at_the_case(browser, address, number, bypass_csp=True, viewport={"width": 390, "height": 800})
    await page.locator("#antwoord").fill("Dag Anna.")
    await page.get_by_role("button", name="Versturen").click()
    await page.get_by_role("button", name="Ongedaan maken").wait_for()
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    await page.evaluate(AXE)
    found = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)

    assert [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
