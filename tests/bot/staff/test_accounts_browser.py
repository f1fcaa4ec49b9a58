"""Accounts in a real Chromium: from a link to a password, a second step and a new person; for everybody."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import uvicorn
from playwright.async_api import Page, expect

from bot.staff.access import add_staff

AXE = Path("tests/vendor/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TEAM, PASSWORD, NEW = "utrecht-buurtteam-sociaal", "een lang wachtwoord", "vier losse fietsen in mei"


@pytest.fixture
async def address(desk, clock) -> AsyncIterator[str]:
    """Serve the desk with a beheerder, by the real time, and return where."""
    clock.at = datetime.now(UTC)
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    await add_staff(desk.accounts, desk.guide, "Mo", TEAM, PASSWORD, role="beheerder", now=clock.at)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    desk.shutdown.set()
    server.should_exit = True
    await running


@pytest.fixture
async def page(browser) -> Page:
    """Return a page on which every script error and every breach of the CSP is remembered."""
    page = await (await browser.new_context(locale="nl-NL")).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on(
        "console",
        lambda message: page.faults.append(message.text) if "Content Security" in message.text else None,
    )
    return page


async def fill_in(page: Page, button: str, **fields: str) -> None:
    for name, value in fields.items():
        await page.locator(f"#{name}").fill(value)
    await page.get_by_role("button", name=button, exact=True).click()


async def violations(page: Page) -> list[str]:
    """Return what axe finds, wide and narrow."""
    found = []
    for width in (1280, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.evaluate(f"() => {{ {AXE} }}")
        said = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
        found += [f"{page.url} {width} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in said["violations"]]
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{page.url} {width} is {wide} too wide"] if wide > 0 else []
    await page.set_viewport_size({"width": 1280, "height": 800})
    return found


async def test_a_colleague_is_invited_chooses_a_password_and_a_second_step(desk, page, address, clock):
    await page.goto(f"{address}/staff")
    found = await violations(page)
    await fill_in(page, "Inloggen", name="Mo", password=PASSWORD)
    await expect(page.get_by_role("heading", name="Mensen")).to_be_visible()
    found += await violations(page)

    await page.locator("#team").select_option(TEAM)
    await fill_in(page, "Toevoegen", name="Sanne de Wit")
    link = await page.locator("#link").input_value()
    found += await violations(page)
    await page.get_by_role("link", name="Sanne de Wit").click()
    found += await violations(page)
    await page.get_by_role("button", name="Uitloggen", exact=True).click()

    await page.goto(link)
    found += await violations(page)
    await page.get_by_role("button", name="Wachtwoord tonen").click()
    assert await page.locator("#password").get_attribute("type") == "text"
    await fill_in(page, "Bewaren", password=NEW)
    await fill_in(page, "Inloggen", password=NEW)

    await page.get_by_role("link", name="Sanne de Wit").click()
    found += await violations(page)
    await page.get_by_role("link", name="Tweede stap aanzetten").click()
    found += await violations(page)
    assert await page.locator(".desk-qr").evaluate("image => image.naturalWidth") > 100
    secret = (await page.locator(".desk-key").inner_text()).replace(" ", "")
    await fill_in(page, "Aanzetten", code=pyotp.TOTP(secret).at(clock.at))
    codes = await page.locator(".desk-codes li").all_inner_texts()
    found += await violations(page)
    await page.get_by_role("button", name="Uitloggen", exact=True).click()

    await fill_in(page, "Inloggen", name="Sanne de Wit", password=NEW)
    found += await violations(page)
    await fill_in(page, "Inloggen", code=codes[0])
    await expect(page).to_have_url(re.compile(r"/staff$"))

    assert found == []
    assert page.faults == []
