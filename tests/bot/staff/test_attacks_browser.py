"""What residents and colleagues type, on every page of the desk in a real Chromium: text, and never anything else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Dialog, Page

from bot.assistant import staff_reply
from bot.canned import CannedReply
from bot.events import Assigned, Claimed, Closed, Corrected, Heard, Noted, Passed, Released, ReminderSet, Reopened
from bot.staff.access import add_staff
from intents.model import Understanding

TEAM, PASSWORD = "utrecht-buurtteam-sociaal", "een lang wachtwoord"
AXE = Path("tests/vendor/axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CRACK = "window.kwaad=1;document.title='gekraakt';alert(1);fetch('//kwaad.example')"
PAYLOADS = (
    f"<script class=kwaad>{CRACK}</script>",
    f'<img class=kwaad src=x onerror="{CRACK}">',
    f"<svg class=kwaad onload={CRACK}>",
    f'"><img class=kwaad src=x onerror={CRACK}>',
    f"'><img class=kwaad src=x onerror={CRACK}>",
    f'" autofocus class=kwaad onfocus={CRACK} x="',
    f"' autofocus class=kwaad onfocus={CRACK} x='",
    f"x autofocus class=kwaad onfocus={CRACK}",
    f"</textarea><script class=kwaad>{CRACK}</script>",
    f"</title></style></script><script class=kwaad>{CRACK}</script>",
    f"--><script class=kwaad>{CRACK}</script>",
    f"<iframe class=kwaad srcdoc='<script>{CRACK}</script>'></iframe>",
    f"<a class=kwaad href='javascript:{CRACK}' autofocus>klik</a>",
    "<base class=kwaad href='//kwaad.example/'>",
    "<meta class=kwaad http-equiv=refresh content='0;url=//kwaad.example'>",
    "<link class=kwaad rel=stylesheet href='//kwaad.example/x.css'>",
    "<style class=kwaad>@import '//kwaad.example/x.css'; body{display:none}</style>",
    "<form class=kwaad action='//kwaad.example'><button>Oppakken</button></form>",
    f"<details class=kwaad open ontoggle={CRACK}>",
    f"<math><mtext></p><mglyph><svg><mtext><style><path id='</style><img class=kwaad onerror={CRACK} src>'>",
    f"\u003cimg class=kwaad src=x onerror={CRACK}\u003e &lt;img class=kwaad src=x onerror={CRACK}&gt;",
    f"javascript:{CRACK}",
    "kwaad {{7*7}} {% raw %} ${7*7} #{7*7}",
)
ALL = " ".join(PAYLOADS)
SHORT = (
    "<b class=kwaad onclick=alert(1)>",
    "<img class=kwaad src=x onerror=alert(1)>",
    '"><script class=kwaad>alert(1)</script>',
)


@dataclass
class Seen:
    """What happened on a page that should not have."""

    here: str
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("dialog", self._dismiss)
        page.on("pageerror", lambda error: self.faults.append(f"error {error}"))
        page.on("console", lambda said: "Content Security" in said.text and self.faults.append(said.text))
        page.on("request", lambda asked: asked.url.startswith(self.here) or self.faults.append(f"request {asked.url}"))
        page.on("popup", lambda other: self.faults.append(f"window {other.url}"))

    async def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    async def look(self, page: Page) -> None:
        """Note what became an element, or ran."""
        elements = await page.evaluate(
            "[...document.querySelectorAll('.kwaad')].map(one => one.outerHTML.slice(0, 80))"
        )
        self.faults += [f"element {one}" for one in elements]
        if await page.evaluate("window.kwaad") or await page.title() == "gekraakt":
            self.faults.append(f"ran on {page.url}")
        if links := await page.evaluate(
            "[...document.links].map(one => one.protocol).filter(one => !/^(https?|tel|mailto):/.test(one))"
        ):
            self.faults.append(f"links {links}")


@pytest.fixture
async def address(desk) -> AsyncIterator[str]:
    """Serve the desk, and return where."""
    server = uvicorn.Server(uvicorn.Config(desk.app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    desk.shutdown.set()
    server.should_exit = True
    await running


@pytest.fixture
async def poisoned(desk) -> list[str]:
    """Put the payloads in everything that anybody can type; return the numbers of the cases."""
    now = desk.clock.now()
    for number, name in enumerate(SHORT):
        await add_staff(desk.accounts, desk.guide, name, TEAM, PASSWORD, role="medewerker", now=now)
        reply = CannedReply(team=TEAM, title=name, language="nl", text=ALL, by=name, at=now)
        await desk.kept.canned.put(reply.model_copy(update={"title": f"{name[:50]}{number}"}))
    by = SHORT[0]
    numbers = []
    for each, payload in enumerate((*PAYLOADS, ALL)):
        conversation = f"web:{each}"
        poison = {"text": f"{payload} schuld", "name": payload[:100], "reach": payload}
        numbers.append(await desk.hand_over(conversation, **poison, urgent=each % 2 == 0))
        told = Understanding(language="nl")
        await desk.happen(
            conversation,
            Heard(at=now, id="9", text=payload, understanding=told),
            Claimed(at=now, by=by),
            staff_reply(payload, by, now, f"{each:032x}", "nl"),
            Noted(at=now, by=by, text=payload),
            ReminderSet(at=now, by=by, at_time=now, what=payload),
            Corrected(at=now, by=by, themes=(payload,), signals=(payload,), facts={"wijk": payload, payload: payload}),
        )
    await desk.happen(
        "web:0",
        Closed(at=now, by=by, outcome="other", note=ALL),
        Reopened(at=now, by=by, reason=ALL),
        Assigned(at=now, by=by, to=SHORT[1]),
    )
    await desk.happen("web:1", Passed(at=now, by=by, organisation=TEAM, reason=ALL, misroute=True, rule=ALL))
    await desk.happen("web:2", Released(at=now, by=by))
    await desk.happen("web:3", Closed(at=now, by=by, outcome="helped", note=ALL))
    return numbers


async def sign_in(browser: Browser | BrowserContext, address: str, seen: Seen, name: str) -> Page:
    page = await browser.new_page()
    await page.goto(f"{address}/staff/login")
    await page.fill("#name", name)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_load_state()
    seen.watch(page)
    return page


async def test_the_traps_of_this_test_work(desk, browser):
    """The same payloads on a page that escapes nothing: each would be noticed."""
    page = await browser.new_page()
    for payload in PAYLOADS:
        seen = Seen("about:")
        if "<" in payload and not payload.startswith("\u003cimg"):
            await page.goto("about:blank")
            await page.set_content(f"<title>x</title><div>{payload}</div>", wait_until="commit")
            await seen.look(page)
            assert seen.faults, payload
    await page.close()


@pytest.mark.parametrize("role", ["medewerker", "coordinator", "beheerder"])
async def test_nothing_that_was_typed_ever_runs_on_any_page(desk, browser, address, poisoned, filled, routes, role):
    name = f'Wie "><b class=kwaad onclick=alert(1)> {role}'
    await add_staff(desk.accounts, desk.guide, name, TEAM, PASSWORD, role=role, now=desk.clock.now())
    seen = Seen(address)
    page = await sign_in(browser, address, seen, name)
    pages = [filled.path(path) for method, path in routes if method == "GET" and not silent(path)]
    cases = [] if role == "beheerder" else [f"/staff/cases/{number}" for number in poisoned]
    queries = [f"/staff{path}?{key}={ALL[:300]}" for path, key in ASKED]

    for path in (*pages, *cases, *queries):
        answer = await page.goto(f"{address}{path}")
        await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        await seen.look(page)
        if path in cases:  # it is there, as text
            assert answer.status == 200
            assert "kwaad" in await page.locator("main").inner_text()

    assert seen.faults[:5] == []


ASKED = (
    ("", "tab"), ("", "theme"), ("", "q"), ("/answers", "number"), ("/audit", "who"), ("/audit", "case"),
    ("/audit", "since"), ("/login", "next"), ("/numbers", "from"), ("/directory", "q"), ("/<b class=kwaad>", "x"),
)  # fmt: skip


def silent(path: str) -> bool:
    """Tell whether this is no page: a file, or a stream."""
    return path.endswith((".csv", ".svg", ".json", "/events", "/static/{name}"))


async def test_axe_finds_nothing_on_the_log(desk, browser, address, poisoned):
    await add_staff(desk.accounts, desk.guide, "Baas", TEAM, PASSWORD, role="beheerder", now=desk.clock.now())
    context = await browser.new_context(locale="nl-NL", bypass_csp=True)  # for axe's own script
    page = await sign_in(context, address, Seen(address), "Baas")

    found = {}
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 800})
        for query in ("", "?who=Baas", "?since=gisteren", "?case=0000000000000000"):
            await page.goto(f"{address}/staff/audit{query}")
            await page.evaluate(AXE)
            seen = await page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
            found |= {f"{one['id']} {width} {query}": one["nodes"][0]["html"][:200] for one in seen["violations"]}
            wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wider <= 0, f"{width} {query} is {wider} too wide"

    assert found == {}


async def test_what_is_typed_while_a_case_is_open_does_not_run_either(desk, browser, address, poisoned):
    seen = Seen(address)
    await add_staff(desk.accounts, desk.guide, "Sanne", TEAM, PASSWORD, now=desk.clock.now())
    page = await sign_in(browser, address, seen, "Sanne")
    number = await desk.hand_over("web:anna")
    await page.goto(f"{address}/staff/cases/{number}")

    heard = Heard(at=desk.clock.now(), id="10", text=f"{ALL} zojuist", understanding=Understanding(language="nl"))
    await desk.happen("web:anna", heard)
    await page.locator("#gesprek", has_text="zojuist").wait_for()
    await seen.look(page)

    assert seen.faults[:5] == []
    assert "{{7*7}}" in await page.locator("#gesprek").inner_text()


async def test_what_a_colleague_types_and_gets_back_with_a_problem_does_not_run(desk, browser, address, poisoned):
    seen = Seen(address)
    page = await browser.new_page()
    seen.watch(page)

    for payload in PAYLOADS:
        await page.goto(f"{address}/staff/login")
        await page.locator("#name").evaluate("(one, text) => { one.value = text }", payload)
        await page.fill("#password", "x")
        await page.press("#password", "Enter")
        await page.wait_for_load_state()
        await seen.look(page)

    assert seen.faults[:5] == []
