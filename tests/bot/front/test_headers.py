"""Every answer of every route carries what keeps a browser safe; no exception leaves with what somebody typed."""

import logging
import re
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from bot.front.door import protect
from bot.limits import Limits
from bot.settings import Settings

ALWAYS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}
FILLED = {"{rest:path}": "/x", "{name:path}": "x", "{name}": "x", "{path:path}": "x"}


def addresses_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return (method, address) of all routes, with something put in for what stands in braces."""
    found = []
    for route in iter_route_contexts(app.routes):
        path = route.path or "/"
        for place, value in FILLED.items():
            path = path.replace(place, value)
        parts = ["x" if part.startswith("{") else part for part in path.split("/")]
        found += [(method, "/".join(parts)) for method in route.methods or ["GET"]]
    return sorted(set(found))


@pytest.fixture
def everything(make_app) -> FastAPI:
    """Return the application with every channel on and no limits, since all routes are asked at once."""
    return make_app(
        WEGWIJS_LIMITS="0",
        WEGWIJS_SECURITY_CONTACT="mailto:lek@wegwijs.example",
        WEGWIJS_SECURITY_EXPIRES=(date.today() + timedelta(days=90)).isoformat(),
        WEGWIJS_TELEGRAM_TOKEN="1:token",
        WEGWIJS_TELEGRAM_WEBHOOK="https://wegwijs.example",
        WEGWIJS_TELEGRAM_SECRET="a-secret",
    )


async def test_every_route_answers_with_safe_headers_also_when_it_refuses(everything):
    routes = addresses_of(everything)
    lacking = []

    async with httpx.AsyncClient(transport=httpx.ASGITransport(everything), base_url="https://w.test") as client:
        for method, path in [*routes, ("GET", "/nowhere"), ("PUT", "/chat"), ("GET", "/socket.io/")]:
            answer = await client.request(method, path)
            assert answer.status_code != 500, (method, path)
            lacking += [(method, path, fault) for fault in faults_of(answer)]

    assert len(routes) > 60
    assert lacking == []


def faults_of(answer: httpx.Response) -> list[str]:
    """Return what an answer lacks."""
    headers = answer.headers
    faults = [name for name, value in ALWAYS.items() if headers.get(name) != value]
    if headers.get("referrer-policy") not in ("same-origin", "no-referrer"):
        faults.append("referrer-policy")
    powers = headers.get("permissions-policy", "")
    if not re.fullmatch(r"camera=\(\), geolocation=\(\), microphone=\((self)?\)", powers):  # of us: dictation
        faults.append("permissions-policy")
    policy = headers.get("content-security-policy", "")
    directives = {one.split()[0]: one.split()[1:] for one in policy.split(";") if one.strip()}
    if not {"'none'", "'self'"} & set(directives.get("default-src", [])):
        faults.append("default-src")
    if (
        directives.get("base-uri") != ["'none'"]
        or "frame-ancestors" not in directives
        or "form-action" not in directives
    ):
        faults.append(policy)
    if any(word in policy for word in ("unsafe-inline", "unsafe-eval", "*", "http:")):
        faults.append(policy)
    if headers.get("cross-origin-resource-policy") not in ("same-origin", "cross-origin"):
        faults.append("cross-origin-resource-policy")
    if "cache-control" not in headers:
        faults.append("cache-control")
    if headers.get("strict-transport-security") != "max-age=31536000":
        faults.append("strict-transport-security")
    return faults


async def test_only_what_other_sites_show_may_be_loaded_by_them(everything):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(everything), base_url="http://w.test") as client:
        script, page, desk = [await client.get(path) for path in ("/wegwijs.js", "/", "/staff/login")]

    kinds = [answer.headers["cross-origin-resource-policy"] for answer in (script, page, desk)]
    assert kinds == ["cross-origin", "same-origin", "same-origin"]


async def test_without_https_no_browser_is_told_to_insist_on_it(ask):
    assert "strict-transport-security" not in (await ask.get("/")).headers


async def test_no_word_of_a_resident_stands_in_an_address(ask):
    sent = await ask.post("/chat", data={"message": "mijnman slaatmij", "id": "12345678-abcd"})
    page = (await ask.get(sent.headers["location"])).text

    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page)
    methods = re.findall(r"<form[^>]*>", page)

    assert "slaatmij" in page
    assert not [one for one in [sent.headers["location"], *addresses] if "mijnman" in one or "slaatmij" in one]
    assert all('method="post"' in form for form in methods if 'action="/chat' in form)


# ---------------------------------------------------------------- what nobody foresaw


@pytest.fixture
def shaky(quick_minds) -> FastAPI:
    app = FastAPI()
    protect(app, Limits(), quick_minds.phrases, Settings(database_url="sqlite://"))

    @app.get("/breaks/{what}")
    async def breaks(what: str) -> None:
        raise ValueError(f"mijn man slaat me {what}")

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def pieces():
            yield "half"
            raise ValueError("mijn man slaat me")

        return StreamingResponse(pieces())

    app.get("/own")(
        lambda: HTMLResponse("x", headers={"content-security-policy": "sandbox", "cache-control": "public"})
    )
    app.get("/plain")(lambda: PlainTextResponse("x"))
    return app


@pytest.fixture
async def client(shaky: FastAPI):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(shaky), base_url="http://w.test") as client:
        yield client


async def test_what_breaks_gets_a_sentence_and_headers_and_the_log_no_text(client, caplog):
    caplog.set_level(logging.DEBUG)

    answer = await client.get("/breaks/geheim", headers={"accept-language": "en"})

    assert (answer.status_code, "call your municipality" in answer.json()["error"]) == (500, True)
    assert faults_of(answer) == ["strict-transport-security"]
    assert "/breaks/{what} not answered: ValueError at " in caplog.text
    assert "slaat" not in caplog.text
    assert "geheim" not in " ".join(r.getMessage() for r in caplog.records if r.name == "wegwijs")


async def test_half_an_answer_is_broken_off_without_saying_why(client, caplog):
    with pytest.raises(Exception, match=r"^$") as broken:
        await client.get("/half")

    assert broken.value.__suppress_context__
    assert "slaat" not in caplog.text


async def test_what_a_route_says_itself_stays(client):
    own, plain = await client.get("/own"), await client.get("/plain")

    assert (own.headers["content-security-policy"], own.headers["cache-control"]) == ("sandbox", "public")
    assert "x-frame-options" not in own.headers
    assert (plain.headers["x-frame-options"], plain.headers["cache-control"]) == ("DENY", "no-store")
