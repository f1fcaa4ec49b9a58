"""The page of figures in a real Chromium: for everybody, on a phone, in the dark, on paper, without JavaScript."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from bot.counted import HERE, Tally
from bot.staff.access import add_staff

AXE = Path("tests/vendor/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEAMS = ["utrecht-buurtteam-sociaal", "utrecht-buurtteam-mbo"]
PASSWORD = "een lang wachtwoord"
MONTHS = "size=own&since=2026-09-01&until=2026-11-15"


def plausible(seed: int = 1) -> list[Tally]:
    """Return three months of invented figures, the same each time."""
    random = Random(seed)
    found = []
    for hour in range(0, 24 * 80, 3):
        at = datetime(2026, 9, 1, 8, 0, tzinfo=HERE) + timedelta(hours=hour)
        team = random.choices(TEAMS, [5, 2])[0]
        about = {
            "at": at,
            "theme": random.choices(["geldzorgen", "wonen", "psychisch", "werk"], [9, 6, 3, 1])[0],
            "wijk": random.choices([None, "utrecht-overvecht", "utrecht-zuid", "utrecht-west"], [3, 6, 4, 1])[0],
            "language": random.choices(["nl", "ar", "tr", "pl"], [12, 3, 2, 1])[0],
            "organisation": team,
        }
        minutes = int(random.lognormvariate(8, 0.9))
        found += [
            Tally(kind="referred", what=random.choices(["0", "1", "2"], [8, 3, 1])[0], minutes=minutes // 500, **about),
            Tally(kind="contact", minutes=minutes, **about),
            Tally(kind="promise", what=random.choices(["kept", "broken"], [7, 2])[0], **about),
            Tally(kind="closed", what=random.choices(["helped", "declined", "not_reached"], [6, 2, 2])[0], **about),
        ]
    return found


@pytest.fixture
async def address(desk) -> AsyncIterator[str]:
    """Serve the desk with figures on it, and return where."""
    await desk.store.append("web:1", (), after=0, tallies=plausible())
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    await add_staff(desk.accounts, desk.guide, "Carla", TEAMS[0], PASSWORD, role="coordinator", now=desk.clock.now())
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    desk.shutdown.set()
    server.should_exit = True
    await running


async def signed_in(browser: Browser, address: str, **options) -> Page:
    page = await (await browser.new_context(locale="nl-NL", **options)).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if "Content Security" in said.text else None)
    await page.goto(f"{address}/staff/login")
    await page.locator("#name").fill("Carla")
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/staff")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_the_figures(browser, address, scheme):
    page = await signed_in(browser, address, bypass_csp=True, color_scheme=scheme)
    found = {}

    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        for query in (MONTHS, "size=week&on=2030-01-01"):
            await page.goto(f"{address}/staff/numbers?{query}")
            await page.evaluate(AXE)
            said = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
            found |= {(width, query, one["id"]): one["nodes"][0]["html"][:200] for one in said["violations"]}

    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_the_figures_fit_every_screen(browser, address, width):
    page = await signed_in(browser, address, viewport={"width": width, "height": 700})

    await page.goto(f"{address}/staff/numbers?{MONTHS}")

    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.faults == []


async def test_a_period_is_chosen_and_a_file_fetched_without_javascript(browser, address):
    page = await signed_in(browser, address, java_script_enabled=False)

    await page.get_by_role("link", name="Cijfers").click()
    await page.get_by_label("Periode", exact=True).select_option("Maand")
    await page.get_by_label("Dag in deze periode").fill("2026-10-20")
    await page.get_by_role("button", name="Tonen").click()
    await expect(page).to_have_title("Cijfers van oktober 2026 – Wegwijs")
    await page.get_by_role("link", name="Periode erna").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Cijfers van november 2026")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Talen downloaden als CSV").click()

    assert (await download.value).suggested_filename == "talen-2026-11-02-2026-11-29.csv"


async def test_every_plot_has_a_name_and_its_numbers_beside_it(browser, address):
    page = await signed_in(browser, address)
    await page.goto(f"{address}/staff/numbers?{MONTHS}")

    sections = page.locator("section", has=page.get_by_role("img"))
    assert await sections.count() >= 8
    for section in await sections.all():
        name = await section.get_by_role("heading").inner_text()
        await expect(section.get_by_role("img")).to_have_accessible_name(name)
        await expect(section.get_by_role("table")).to_be_visible()


async def test_on_paper_there_are_plots_and_tables_and_no_forms(browser, address):
    page = await signed_in(browser, address)
    await page.goto(f"{address}/staff/numbers?{MONTHS}")

    await page.emulate_media(media="print")

    await expect(page.get_by_role("button", name="Tonen")).to_be_hidden()
    await expect(page.locator(".chart").first).to_be_visible()
    await expect(page.get_by_role("table").first).to_be_visible()
