"""Makes what stands in docs/: the four conversations of conversations.md and the screenshots, from a real run.

    .venv/bin/python docs/make.py

It starts `wegwijs serve` on a database of its own with a Bot API server of our own, talks over all channels, opens the
pages in Chromium, and stops again.
"""

import asyncio
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, async_playwright
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WEGWIJS = Path(sys.executable).with_name("wegwijs")
PORT = 8765
URL = f"http://127.0.0.1:{PORT}"
SITE = "http://localhost:8766"  # another origin, with FOREIGN on it
FOREIGN = f"""<!DOCTYPE html><html lang="nl"><meta charset="utf-8"><title>Gemeente Voorbeeldstad</title>
<style>body {{ font: 18px/1.6 Georgia, serif; max-width: 40em; margin: 3em auto; padding: 0 1em; color: #222 }}</style>
<h1>Hulp en ondersteuning</h1><p>De gemeente helpt u met geld, wonen, zorg en opvoeden. Weet u niet waar u moet
zijn? Vraag het Wegwijs.</p><h2>Contact</h2><p>U kunt ook langskomen in het stadhuis.</p>
<script src="{URL}/wegwijs.js" data-gemeente="voorbeeldstad" async></script></html>"""
PASSWORD = "een lang wachtwoord"  # of a database that is thrown away

WEB = [
    "de deurbel gaat en ik doe niet open, het is toch weer de deurwaarder. ik kan de rekeningen niet meer betalen",
    "kanaleiland",
    "nee",
    "ja een zoontje van 4",
]
REST = ["mijn moeder van 84 redt het niet meer alleen met het huishouden", "3582 KD"]
TERMINAL = ["Ik snap de brief van de belastingdienst niet en ik moet bezwaar maken", "ik woon in zuilen"]
TELEGRAM = ["wij willen met de straat een moestuin beginnen, weet niet bij wie ik moet zijn", "de meern"]
CRY = [
    "mijn ex staat steeds voor de deur en bedreigt mij, ik ben bang",
    "kanaleneiland",
    "ja twee",
    "/contact",
    "/affirm",
    "Noor",
]
QUIET = ['/theme{"theme":"opvoeden"}', "overvecht", "/contact", "/affirm", "Emre", "emre@example.nl"]


async def main() -> None:
    """Make everything."""
    with tempfile.TemporaryDirectory() as scratch:
        fake = _fake_bot_api()
        await fake.start()
        environment = {
            **os.environ,
            "WEGWIJS_DATABASE_URL": f"sqlite:///{scratch}/w.db",
            "WEGWIJS_TELEGRAM_TOKEN": "1234:test",
            "WEGWIJS_TELEGRAM_URL": fake.url,
            "WEGWIJS_ORIGINS": SITE,
            "WEGWIJS_THEMES": str(ROOT / "examples" / "themes"),
        }
        server = subprocess.Popen([WEGWIJS, "serve", "--port", str(PORT)], env=environment)
        try:
            _wait()
            ten = [_one_of_ten(number, *each) for number, each in enumerate(_scripts(), 1)]
            parts = [_rest(), _terminal(environment), await _telegram(fake)]
            add = [WEGWIJS, "staff", "add", "Sanne", "--team", "utrecht-buurtteam-jeugd-gezin"]
            subprocess.run(add, env=environment, input=PASSWORD.encode(), check=True)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
                parts.insert(0, await _web(await browser.new_page(viewport={"width": 1000, "height": 1250})))
                await _phone(await browser.new_page(viewport={"width": 390, "height": 844}))
                await _looks(browser)
                await _desk(await browser.new_page(viewport={"width": 1280, "height": 800}))
                await browser.close()
        finally:
            server.terminate()
            server.wait()
            await fake.stop()
    await _month()
    _scores()
    made = "Made by `.venv/bin/python docs/make.py` from a real run. R: resident, W: Wegwijs."
    head = f"# A conversation in each channel\n\n{made}\n"
    (DOCS / "conversations.md").write_text("\n".join([head, *parts]), "utf-8")
    head = f"# Ten conversations in five languages\n\n{made} A button that was pressed stands in [brackets].\n"
    (DOCS / "ten-conversations.md").write_text("\n".join([head, *ten]), "utf-8")


def _wait() -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{URL}/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server did not become ready")


def _told(title: str, turns: list[tuple[str, str]]) -> str:
    lines = [f"## {title}\n"]
    for who, text in turns:
        lines += [f"**{who}**", "", *(f"> {line}" if line else ">" for line in text.strip().splitlines()), ""]
    return "\n".join(lines)


def _rest() -> str:
    turns = []
    for number, text in enumerate(REST):
        body = {"sender": "anna", "message": text, "message_id": str(number)}
        answer = httpx.post(f"{URL}/webhooks/rest/webhook", json=body).json()
        turns += [("R", text), ("W", "\n\n".join(one["text"] for one in answer if "text" in one))]
    told = answer[-1]["custom"]["wegwijs"]
    turns.append(("custom.wegwijs", f"status {told['status']}, referrals {told['referrals']}, wijk {told['wijk']}"))
    return _told("REST (`POST /webhooks/rest/webhook`)", turns)


def _scripts() -> list[tuple[str, list[str]]]:
    """Return what residents say in the ten conversations, with a title each; a line that begins with / is a button."""
    return [tuple(each) for each in YAML(typ="safe").load(DOCS / "ten-conversations.yaml").items()]


def _one_of_ten(number: int, title: str, lines: list[str]) -> str:
    turns, buttons = [], {}
    for place, text in enumerate(lines):
        body = {"sender": f"ten-{number}", "message": text, "message_id": str(place)}
        answer = httpx.post(f"{URL}/webhooks/rest/webhook", json=body).json()
        said = "\n\n".join(one["text"] for one in answer if "text" in one)
        offered = [button for one in answer for button in one.get("buttons", [])]
        turns += [("R", f"[{buttons.get(text, text)}]" if text.startswith("/") else text)]
        turns += [("W", said + (f"\n\n[{' | '.join(one['title'] for one in offered)}]" if offered else ""))]
        buttons.update({one["payload"]: one["title"] for one in offered})
    return _told(f"{number}. {title}", turns)


def _terminal(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [WEGWIJS, "chat"], input="\n".join(TERMINAL).encode(), env={**environment, "COLUMNS": "100"},
        capture_output=True, check=True,
    )  # fmt: skip
    shown = done.stdout.decode().strip()
    for text in TERMINAL:
        shown = shown.replace("\n> \n", f"\n> {text}\n", 1)
    return f"## Terminal (`wegwijs chat`)\n\n```text\n{shown}\n```\n"


def _scores() -> None:
    """Put what `wegwijs evaluate` prints into README (the first table) and docs (all, the picture, the figures)."""
    files = "--picture", DOCS / "confusions.svg", "--json", DOCS / "scores.json"
    done = subprocess.run(
        [WEGWIJS, "evaluate", *files], capture_output=True, check=True, env={**os.environ, "COLUMNS": "100"}
    )
    printed = done.stdout.decode().strip("\n")
    (DOCS / "understanding.txt").write_text(f"{printed}\n", "utf-8")
    overall = printed[: printed.index("┘") + 1]
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text("utf-8").partition("<!-- evaluate -->\n")
    after = rest.partition("<!-- /evaluate -->")[2]
    block = f"<!-- evaluate -->\n```text\n{overall}\n```\n<!-- /evaluate -->"
    readme.write_text(before + block + after, "utf-8")


async def _telegram(fake: object) -> str:
    turns = []
    for number, text in enumerate(TELEGRAM, 1):
        await fake.types(text)
        turns += [("R", text), ("W", (await fake.hears(number))[-1])]
    return _told("Telegram (against the fake Bot API of the tests)", turns)


async def _web(page: Page) -> str:
    await page.goto(URL)
    for text in WEB:
        await _say(page, text)
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": 1000, "height": height})  # not full_page: the form sticks to the end
    await page.screenshot(path=DOCS / "chat.png")
    said = await page.eval_on_selector_all("[role=log] > *", "all => all.map(one => one.innerText)")
    turns = [("R" if one.startswith("U\n") else "W", one.partition("\n")[2]) for one in said]
    await page.get_by_role("button", name="Laat hen contact").last.click()
    await page.get_by_role("button", name="Ja", exact=True).last.click()
    await page.wait_for_timeout(500)
    return _told("Web chat (http://localhost:8000)", turns)


async def _phone(page: Page) -> None:
    await page.goto(URL)
    await _say(page, CRY[0])
    await page.screenshot(path=DOCS / "chat-phone-danger.png")
    for sender, texts in {"noor": CRY, "emre": QUIET}.items():
        for number, text in enumerate(texts):
            body = {"sender": sender, "message": text, "message_id": str(number)}
            httpx.post(f"{URL}/webhooks/rest/webhook", json=body)


async def _looks(browser: Browser) -> None:
    """Show it from right to left, in the dark in the colours of a municipality, and on the page of another site."""
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(f"{URL}/?taal=ar")
    await page.screenshot(path=DOCS / "chat-arabic.png")
    page = await browser.new_page(viewport={"width": 1000, "height": 900}, color_scheme="dark")
    await page.goto(f"{URL}/?gemeente=voorbeeldstad")
    await _say(page, WEB[0])
    await page.screenshot(path=DOCS / "chat-dark.png")
    page = await browser.new_page(viewport={"width": 1000, "height": 800})
    with _foreign_site():
        await page.goto(SITE)
    await page.get_by_role("button", name="Vraag het Wegwijs").click()
    await page.locator("#bericht").wait_for()
    await page.screenshot(path=DOCS / "widget.png")
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(f"{URL}/privacy")
    await page.screenshot(path=DOCS / "privacy.png")


@contextmanager
def _foreign_site() -> Iterator[None]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(FOREIGN.encode())

    with ThreadingHTTPServer(("localhost", 8766), Site) as site:
        threading.Thread(target=site.serve_forever).start()
        yield
        site.shutdown()


async def _say(page: Page, text: str) -> None:
    before = await page.locator("[role=log] > *").count()
    await page.get_by_role("textbox").fill(text)
    await page.get_by_role("button", name="Verstuur").click()
    await page.wait_for_function(
        "before => document.querySelectorAll('[role=log] > *').length > before + 1", arg=before
    )
    await page.wait_for_timeout(300)


async def _desk(page: Page) -> None:
    await page.goto(f"{URL}/staff")
    await page.locator("#name").fill("Sanne")
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Noor", exact=True).click()
    await page.get_by_role("button", name="Oppakken").click()
    await page.wait_for_timeout(300)
    await page.screenshot(path=DOCS / "desk-case.png", full_page=True)


async def _month() -> None:
    """Look at the desk after a month of invented questions: the queue of a medewerker, the numbers of a coördinator."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "WEGWIJS_DATABASE_URL": f"sqlite:///{scratch}/w.db"}
        made = subprocess.run([WEGWIJS, "demo"], env=environment, capture_output=True, text=True, check=True)
        keys = [re.split(r"  +", line) for line in made.stdout.splitlines()]
        monday = date.today() - timedelta(days=date.today().weekday())
        mine = {key[1]: (key[0], key[3]) for key in reversed(keys) if key[2:3] == ["utrecht-buurtteam-sociaal"]}
        server = subprocess.Popen([WEGWIJS, "serve", "--port", str(PORT)], env=environment)
        try:
            _wait()
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
                weeks = f"/numbers?size=own&since={monday - timedelta(weeks=4)}&until={monday - timedelta(days=1)}"
                for role, path, name in (("medewerker", "", "queue"), ("coordinator", weeks, "numbers")):
                    page = await browser.new_page(viewport={"width": 1280, "height": 900})
                    await page.goto(f"{URL}/staff/login")
                    await page.locator("#name").fill(mine[role][0])
                    await page.locator("#password").fill(mine[role][1])
                    await page.keyboard.press("Enter")
                    await page.wait_for_url(f"{URL}/staff")
                    await page.goto(f"{URL}/staff{path}")
                    await page.screenshot(path=DOCS / f"desk-{name}.png")
                await browser.close()
        finally:
            server.terminate()
            server.wait()


def _fake_bot_api() -> object:
    spec = importlib.util.spec_from_file_location("fake_bot_api", ROOT / "tests" / "bot_api.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FakeBotApi()


if __name__ == "__main__":
    asyncio.run(main())
