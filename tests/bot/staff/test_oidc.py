"""Signing in through an identity provider: a real one (oidc-provider), and one that lies."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import time
from base64 import urlsafe_b64encode
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from platformdirs import user_cache_path
from playwright.async_api import expect
from sqlalchemy import text

from bot.audit import Sought
from bot.entry import Entry, Oidc
from bot.staff.oidc import claim

HERE = Path("tests/bot/staff/oidc")
BACK = "http://wegwijs.test/staff/oidc/back"
LEFT = "http://wegwijs.test/staff/oidc/left"
SECRET = "geheim-van-wegwijs"
DOCK, SOCIAAL = "utrecht-dock", "utrecht-buurtteam-sociaal"
SANNE = {"preferred_username": "Sanne de Wit", "team": [f"/{DOCK}"], "realm_access": {"roles": ["iets", "wijk"]}}
ROLES = {"beheer": "beheerder", "co": "coordinator", "wijk": "medewerker"}


def asked_of(issuer: str, **changes) -> Entry:
    given = {"issuer": issuer, "client_id": "wegwijs", "client_secret": SECRET, "role_claim": "realm_access.roles"}
    return Entry(oidc=Oidc(**{**given, "role_map": ROLES, **changes}))


# ---------------------------------------------------------------- a real provider


@dataclass
class Real:
    """oidc-provider, with the accounts that a test writes."""

    issuer: str
    accounts: Path
    told: Queue = field(default_factory=Queue)  # the forms in which it tells us that somebody left

    def knows(self, **people: dict) -> None:
        self.accounts.write_text(json.dumps(people), "utf-8")

    async def walk(self, client: httpx.AsyncClient, who: str, browser: httpx.AsyncClient | None = None) -> str:
        """Sign in at the provider as a person does, in the browser of the desk, and return the way back."""
        address = (await client.get("/staff/oidc")).headers["location"]
        async with AsyncExitStack() as open_ones:
            browser = browser or await open_ones.enter_async_context(httpx.AsyncClient())
            while not address.startswith(BACK):
                answer = await browser.get(address)
                if form := re.search(r'action="([^"]+)"', answer.text):
                    prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)[1]
                    answer = await browser.post(
                        httpx.URL(address).join(form[1]), data={"prompt": prompt, "login": who, "password": "x"}
                    )
                address = str(httpx.URL(address).join(answer.headers["location"]))
        return address

    async def sign_out(self, browser: httpx.AsyncClient, address: str) -> str:
        """Say yes at the provider, and return where it leads."""
        asked = await browser.get(address)
        assert asked.status_code == 200, asked.text
        secret = re.search(r'name="xsrf" value="(\w+)"', asked.text)[1]
        confirm = re.search(r'action="([^"]+)"', asked.text)[1]
        return (await browser.post(confirm, data={"xsrf": secret, "logout": "yes"})).headers["location"]


AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"  # those of the machine, which Node does not read by itself


@pytest.fixture(scope="session")
def modules(needs) -> Path:
    """Return the folder with oidc-provider in it, installed once into the cache of this user."""
    for program in ("node", "npm"):
        needs(shutil.which(program), f"there is no {program}: apt-get install nodejs npm")
    home = user_cache_path("wegwijs") / "test-oidc-8.8.1"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, home)
        command = ["npm", "ci", "--prefix", str(home), "--ignore-scripts", "--no-audit", "--silent"]
        subprocess.run(command, check=True, env={"NODE_EXTRA_CA_CERTS": AUTHORITIES, **os.environ})
        (home / "ready").touch()
    shutil.copy(HERE / "provider.mjs", home)
    return home


@pytest.fixture(params=["conform"], scope="module")
def real(request, modules, tmp_path_factory):
    """Start the provider; "conform" keeps the claims out of the ID token, so that they must be asked for."""
    accounts = tmp_path_factory.mktemp("oidc") / "accounts.json"
    command = [
        "node",
        str(modules / "provider.mjs"),
        str(accounts),
        BACK,
        request.param,
        LEFT,
    ]
    told = Queue()
    with (
        hearing(told) as address,
        subprocess.Popen([*command, address], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running,
    ):
        issuer = running.stdout.readline().strip()
        yield Real(issuer, accounts, told)
        running.terminate()


@contextmanager
def hearing(told: Queue):
    """Hear what the provider tells by itself, and give the address for that."""

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self):
            told.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hears) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def at_real(desk, real, clock):
    """Return the desk with the real provider, by the real time."""
    clock.at = datetime.now(UTC)
    real.knows(sanne=SANNE)
    return desk.again(entry=asked_of(real.issuer))


@pytest.mark.parametrize("real", ["conform", "claims-in-id-token"], indirect=True)
async def test_who_signs_in_there_is_in_here_with_role_and_team(at_real, real):
    client = at_real.client()

    arrived = await client.get(await real.walk(client, "sanne"))

    assert arrived.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/staff"' in arrived.text
    cookie = next(one for one in arrived.headers.get_list("set-cookie") if one.startswith("wegwijs_staff"))
    assert {"httponly", "samesite=strict"} <= set(cookie.lower().split("; "))
    assert "DOCK" in (await client.get("/staff")).text
    account = await at_real.accounts.staff("Sanne de Wit")
    assert (account.role, account.team, account.password_hash) == ("medewerker", DOCK, "")


async def test_a_public_client_needs_no_secret(desk, real, clock):
    clock.at = datetime.now(UTC)
    real.knows(sanne=SANNE)
    client = desk.again(entry=asked_of(real.issuer, client_id="openbaar", client_secret=None)).client()

    assert (await client.get(await real.walk(client, "sanne"))).status_code == 200


async def test_another_secret_than_the_providers_lets_nobody_in(desk, real, clock):
    clock.at = datetime.now(UTC)
    real.knows(sanne=SANNE)
    client = desk.again(entry=asked_of(real.issuer, client_secret="een ander geheim")).client()

    refused = await client.get(await real.walk(client, "sanne"))

    assert refused.status_code == 403
    assert "wegwijs_staff" not in client.cookies


async def test_the_way_back_works_once_and_in_the_same_browser(at_real, real):
    client, thief = at_real.client(), at_real.client()
    back = await real.walk(client, "sanne")

    stolen = await thief.get(back)
    first = await client.get(back)
    again = await client.get(back)

    assert (stolen.status_code, first.status_code, again.status_code) == (403, 200, 403)
    assert "wegwijs_staff" not in thief.cookies


async def test_the_same_person_keeps_the_account_and_gets_the_role_of_today(at_real, real):
    client = at_real.client()
    await client.get(await real.walk(client, "sanne"))
    changed = SANNE | {"preferred_username": "S. Jansen", "realm_access": {"roles": ["wijk", "co"]}, "team": SOCIAAL}
    real.knows(sanne=changed)

    later = at_real.client()
    await later.get(await real.walk(later, "sanne"))

    (account,) = await at_real.accounts.list_staff()
    assert (account.name, account.role, account.team) == ("Sanne de Wit", "coordinator", SOCIAAL)
    told = [one.line for one in reversed(await at_real.accounts.trail.find(Sought(who="werkaccount"), 10))]
    assert [(line.who, line.action, line.about) for line in told] == [
        ("werkaccount", "people.add", f"Sanne de Wit: medewerker, {DOCK}"),
        ("werkaccount", "people.role", f"Sanne de Wit: medewerker, {DOCK} -> coordinator, {SOCIAAL}"),
    ]
    assert (await client.get("/staff")).status_code == 303
    assert (await later.get("/staff")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"realm_access": {"roles": ["kok"]}}, "geen rol"),
        ({"realm_access": "wijkteam"}, "geen rol"),
        ({"team": "utrecht-niets"}, "niet bij een team"),
        ({"team": None}, "niet bij een team"),
        ({"preferred_username": "Wegwijs"}, "kan geen naam zijn"),
    ],
)
async def test_who_has_no_place_here_hears_why(at_real, real, changes, why):
    real.knows(sanne=SANNE | changes)
    client = at_real.client()

    refused = await client.get(await real.walk(client, "sanne"))

    assert refused.status_code == 403
    assert why in refused.text
    assert await at_real.accounts.list_staff() == ()


async def test_the_account_of_somebody_with_a_password_is_not_taken_over(at_real, real, login):
    await at_real.signed_in("Sanne de Wit")
    client = at_real.client()

    refused = await client.get(await real.walk(client, "sanne"))

    assert refused.status_code == 403
    assert "al een account met de naam" in refused.text
    assert (await login(at_real.client(), "Sanne de Wit")).status_code == 303


async def test_a_closed_account_stays_closed(at_real, real):
    client = at_real.client()
    await client.get(await real.walk(client, "sanne"))
    await at_real.accounts.set_active("Sanne de Wit", active=False)

    refused = await client.get(await real.walk(client, "sanne"))

    assert refused.status_code == 403
    assert "is gesloten" in refused.text


# ---------------------------------------------------------------- signing out there too


async def sign_out(client, token_of):
    """Sign out at the desk; return the answer, and where it leads at the provider."""
    answer = await client.post("/staff/logout", data={"csrf": await token_of(client)})
    leads = re.search(r'content="0; url=([^"]+)"', answer.text)
    return answer, unescape(leads[1]) if leads else None


async def test_who_signs_out_here_is_signed_out_there_so_that_the_next_person_is_not_them(at_real, real, token_of):
    client = at_real.client()
    async with httpx.AsyncClient() as computer:
        await client.get(await real.walk(client, "sanne", computer))
        straight_in = await real.walk(client, "nobody types a name", computer)
        assert (await client.get(straight_in)).status_code == 200  # what this is against

        answer, address = await sign_out(client, token_of)
        assert (answer.status_code, (await client.get("/staff")).status_code) == (200, 303)
        asked = parse_qs(urlsplit(address).query)
        assert set(asked) == {"client_id", "post_logout_redirect_uri", "state", "id_token_hint"}
        back = await real.sign_out(computer, address)

        assert back.startswith(LEFT)
        assert "ook bij uw werkaccount" in (await client.get(back)).text
        assert "ook bij uw werkaccount, tenzij" not in (await client.get(back)).text  # once
        there = (await client.get("/staff/oidc")).headers["location"]
        asks = await computer.get(there, follow_redirects=True)
        assert 'name="login"' in asks.text


async def test_who_was_signed_out_by_time_can_still_sign_out_there(at_real, real, clock):
    client = at_real.client()
    async with httpx.AsyncClient() as computer:
        await client.get(await real.walk(client, "sanne", computer))
        clock.move(minutes=31)
        assert "/staff/oidc/leave" in (await client.get("/staff", follow_redirects=True)).text

        leads = (await client.get("/staff/oidc/leave")).text

        back = await real.sign_out(computer, unescape(re.search(r'content="0; url=([^"]+)"', leads)[1]))
        assert back.startswith(LEFT)


async def test_the_id_token_is_nowhere_to_be_read(at_real, real):
    client = at_real.client()
    await client.get(await real.walk(client, "sanne"))

    async with at_real.store.engines.reading() as connection:
        (row,) = (await connection.execute(text("SELECT * FROM staff_sessions"))).all()
    hint = await at_real.accounts.farewell(client.cookies["wegwijs_staff"])
    assert hint.count(".") == 2
    assert not any(piece in str(row) for piece in hint.split("."))
    assert not any(piece in str(client.cookies) for piece in hint.split("."))
    assert await at_real.accounts.farewell("een ander") is None


async def test_a_session_of_before_a_password_has_nothing_to_do_there(desk, liar, login, token_of):
    ours = await desk.signed_in("Noor")
    client = desk.again(entry=asked_of(liar.issuer)).client()
    await login(client, "Noor")

    answer = await client.post("/staff/logout", data={"csrf": await token_of(client)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/login")
    assert (await ours.get("/staff")).status_code == 200


async def test_a_browser_that_keeps_to_the_csp_gets_there_and_back(at_liar, liar, browser):
    client, _ = await come_back(at_liar, liar)
    liar.about = {"end_session_endpoint": f"{liar.issuer}/end"}
    here = at_liar.again(entry=asked_of(liar.issuer))
    async with serving(here.app) as address:
        context = await browser.new_context()
        session = {"name": "wegwijs_staff", "value": client.cookies["wegwijs_staff"]}
        await context.add_cookies([{**session, "domain": "localhost", "path": "/staff"}])
        page = await context.new_page()
        await page.goto(f"{address}/staff/me")

        await page.get_by_role("button", name="Uitloggen").click()

        await expect(page.get_by_text("ook bij uw werkaccount, tenzij")).to_be_visible()
        assert page.url.startswith(f"{address}/staff/oidc/left?state=")
        assert await context.cookies() == []


@pytest.mark.parametrize("end", [None, "javascript:alert(1)", 42, "dead"])
async def test_the_session_here_ends_whatever_the_provider_can(at_liar, liar, token_of, end):
    client, _ = await come_back(at_liar, liar)
    liar.about = {"end_session_endpoint": end}
    issuer = "http://localhost:1" if end == "dead" else liar.issuer
    later = at_liar.again(entry=asked_of(issuer)).client()
    later.cookies = client.cookies

    answer, address = await sign_out(later, token_of)

    assert address is None
    assert "Sluit dan alle vensters" in answer.text
    assert (await later.get("/staff")).status_code == 303


async def test_the_provider_can_end_the_session_here(at_real, real):
    """oidc-provider itself tells it, when somebody signs out at another program."""
    client, other = at_real.client(), at_real.client()
    real.told.queue.clear()
    async with httpx.AsyncClient() as computer:
        await client.get(await real.walk(client, "sanne", computer))
        await other.get(await real.walk(other, "sanne"))  # on another computer
        await real.sign_out(computer, f"{real.issuer}/session/end")
    told = await asyncio.to_thread(real.told.get, timeout=10)

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await at_real.client().post("/staff/oidc/logout", content=told, headers=form)

    assert answer.status_code == 200
    assert [(await one.get("/staff")).status_code for one in (client, other)] == [303, 200]
    line = (await at_real.accounts.trail.find(Sought(who="werkaccount"), 1))[0].line
    assert (line.who, line.action, line.about) == ("werkaccount", "session.end", "Sanne de Wit")


LEAVES = "http://schemas.openid.net/event/backchannel-logout"
FALSE_ALARMS = {
    "of another provider": {"iss": "https://kwaad.example"},
    "for another client": {"aud": "iemand-anders"},
    "of nobody": {"sub": None},
    "no news": {"events": {}},
    "other news": {"events": {"https://kwaad.example/iets": {}}},
    "an ID token": {"nonce": "n"},
    "of yesterday": {"iat": int(time.time()) - 86_400, "exp": int(time.time()) + 300},
    "of tomorrow": {"iat": int(time.time()) + 86_400, "exp": int(time.time()) + 90_000},
    "no time": {"iat": None},
    "a time that is none": {"iat": 1e300},
    "expired": {"exp": int(time.time()) - 120},
}


async def leaves(desk, liar, **changes):
    """Let the provider tell that s1 left."""
    liar.claims = {"events": {LEAVES: {}}, "nonce": None, **dict.fromkeys(SANNE), **changes}
    return await desk.client().post("/staff/oidc/logout", data={"logout_token": liar.id_token()})


async def test_a_logout_token_that_is_not_right_ends_nothing(at_liar, liar):
    client, _ = await come_back(at_liar, liar)

    answers = {lie: (await leaves(at_liar, liar, **changes)).status_code for lie, changes in FALSE_ALARMS.items()}
    liar.signed_with = RSAKey.generate_key(2048)
    answers["signed by another"] = (await leaves(at_liar, liar)).status_code
    for rubbish in ("", "a.b.c", "é" * 1000):
        answer = await at_liar.client().post("/staff/oidc/logout", data={"logout_token": rubbish})
        answers[rubbish] = answer.status_code

    assert answers == dict.fromkeys(answers, 400)
    assert (await client.get("/staff")).status_code == 200


async def test_a_logout_token_that_is_played_back_does_not_end_a_session_of_later(at_liar, liar, clock):
    client, _ = await come_back(at_liar, liar)
    assert (await leaves(at_liar, liar)).status_code == 200
    assert (await client.get("/staff")).status_code == 303
    made = int(time.time())
    liar.claims = {}
    clock.at += timedelta(minutes=2)
    again, _ = await come_back(at_liar, liar)

    assert (await leaves(at_liar, liar, iat=made)).status_code == 200

    assert (await again.get("/staff")).status_code == 200
    assert (await leaves(at_liar, liar, sub="somebody we do not know")).status_code == 200


# ---------------------------------------------------------------- a provider that lies


@dataclass
class Liar:
    """A provider that says what a test wants."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    issuer: str = ""
    claims: dict = field(default_factory=dict)
    header: dict = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    signed_with: object = None
    about: dict = field(default_factory=dict)
    userinfo: dict = field(default_factory=dict)
    token: dict | None = None
    nonce: str = ""

    def id_token(self) -> str:
        now = int(time.time())
        honest = {"iss": self.issuer, "aud": "wegwijs", "sub": "s1", "iat": now, "exp": now + 300, "nonce": self.nonce}
        claims = {name: value for name, value in {**honest, **SANNE, **self.claims}.items() if value is not None}
        if self.header["alg"] == "none":
            return f"{part({'alg': 'none'})}.{part(claims)}."
        return jwt.encode(self.header, claims, self.signed_with or self.key, algorithms=[self.header["alg"]])

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def about() -> dict:
            named = {f"{one}_endpoint": f"{self.issuer}/{one}" for one in ("authorization", "token", "userinfo")}
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **named, **self.about}

        @app.get("/keys")
        async def keys() -> dict:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.post("/token")
        async def token(request: Request, code: str = Form(), code_verifier: str = Form()) -> dict:
            return self.token or {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}

        @app.get("/userinfo")
        async def userinfo() -> dict:
            return self.userinfo

        @app.get("/end")
        async def end(post_logout_redirect_uri: str, state: str) -> RedirectResponse:
            return RedirectResponse(f"{post_logout_redirect_uri}?state={state}")

        return app


@pytest.fixture
async def liar():
    liar = Liar()
    async with serving(liar.app()) as liar.issuer:
        yield liar


@asynccontextmanager
async def serving(app):
    """Serve a program, and give its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it by a flag)
        await asyncio.sleep(0.01)
    yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
def at_liar(desk, liar, clock):
    clock.at = datetime.now(UTC)
    return desk.again(entry=asked_of(liar.issuer))


async def come_back(desk, liar, **changes):
    """Go to the liar and come back; return the browser and the answer."""
    client = desk.client()
    there = await client.get("/staff/oidc")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.headers["location"]).query).items()}
    liar.nonce = asked["nonce"]
    answer = {"code": "c", "state": asked["state"], **changes}
    shown = await client.get("/staff/oidc/back", params={name: one for name, one in answer.items() if one is not None})
    return client, shown


async def test_what_is_asked_of_a_provider_is_a_code_with_pkce_state_and_nonce(at_liar, liar):
    there = await at_liar.client().get("/staff/oidc")

    asked = parse_qs(urlsplit(there.headers["location"]).query)
    assert there.headers["location"].startswith(f"{liar.issuer}/authorization?")
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    assert asked["redirect_uri"] == [BACK]
    assert all(len(asked[one][0]) > 40 for one in ("state", "nonce", "code_challenge"))
    assert "samesite=lax" in there.headers["set-cookie"].lower()


@pytest.mark.parametrize("changes", [{}, {"iss": "the issuer"}])
async def test_an_honest_answer_lets_in(at_liar, liar, changes):
    """So that the refusals below are for the right reason."""
    client, shown = await come_back(at_liar, liar, **({"iss": liar.issuer} if changes else {}))

    assert shown.status_code == 200
    assert (await client.get("/staff")).status_code == 200


LIES = {
    "another nonce": {"claims": {"nonce": "een ander"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://kwaad.example"}},
    "no issuer": {"claims": {"iss": None}},
    "for another client": {"claims": {"aud": "iemand-anders"}},
    "for several, asked by another": {"claims": {"aud": ["wegwijs", "kwaad"], "azp": "kwaad"}},
    "for several, asked by nobody": {"claims": {"aud": ["wegwijs", "kwaad"]}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "no end": {"claims": {"exp": None}},
    "not yet": {"claims": {"nbf": 4_000_000_000}},
    "of the future": {"claims": {"iat": 4_000_000_000, "exp": 4_000_000_300}},
    "nobody": {"claims": {"sub": None}},
    "another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "no signature": {"header": {"alg": "none"}},
    "another key": {"signed_with": RSAKey.generate_key(2048)},
    "our own secret as key": {"header": {"alg": "HS256", "kid": "1"}, "signed_with": OctKey.import_key(SECRET * 2)},
    "no token": {"token": {"access_token": "a"}},
    "no object": {"token": {"id_token": 42}},
    "rubbish": {"token": {"id_token": "a.b.c"}},
    "somebody else's userinfo": {"claims": {"team": None}, "userinfo": {"sub": "s2", "team": SOCIAAL}},
    "userinfo of nobody": {"claims": {"team": None}, "userinfo": {"team": SOCIAAL}},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_lets_nobody_in(at_liar, liar, lie):
    for name, value in LIES[lie].items():
        setattr(liar, name, value)

    client, shown = await come_back(at_liar, liar)

    assert shown.status_code == 403
    assert "lukte niet" in shown.text
    assert "wegwijs_staff" not in client.cookies
    assert await at_liar.accounts.list_staff() == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "een ander"},
        {"state": None},
        {"code": None},
        {"error": "access_denied"},
        {"iss": "https://kwaad.example"},
    ],
)
async def test_a_way_back_that_is_not_ours_lets_nobody_in(at_liar, liar, changes):
    client, shown = await come_back(at_liar, liar, **changes)

    assert shown.status_code == 403
    assert "wegwijs_staff" not in client.cookies


async def test_a_provider_that_names_itself_must_do_so_each_time(at_liar, liar):
    liar.about = {"authorization_response_iss_parameter_supported": True}

    assert (await come_back(at_liar, liar))[1].status_code == 403
    assert (await come_back(at_liar, liar, iss=liar.issuer))[1].status_code == 200


async def test_a_journey_that_takes_too_long_ends(at_liar, liar, clock):
    client = at_liar.client()
    there = await client.get("/staff/oidc")
    state = parse_qs(urlsplit(there.headers["location"]).query)["state"][0]
    clock.move(minutes=10)

    late = await client.get("/staff/oidc/back", params={"code": "c", "state": state})

    assert late.status_code == 403


@pytest.mark.parametrize("about", [{"issuer": "https://kwaad.example"}, {"jwks_uri": "http://localhost:1/"}])
async def test_a_provider_that_is_not_itself_is_not_asked(at_liar, liar, about):
    liar.about = about

    answer = await at_liar.client().get("/staff/oidc")

    assert answer.status_code == 503
    assert "lukt nu niet" in answer.text


@pytest.mark.parametrize("next_page", ["//kwaad.example", "https://kwaad.example", "/staff/cases/0123456789abcdef"])
async def test_the_way_back_leads_to_a_case_or_the_queue_and_nowhere_else(at_liar, liar, next_page):
    client = at_liar.client()
    there = await client.get("/staff/oidc", params={"next": next_page})
    asked = parse_qs(urlsplit(there.headers["location"]).query)
    liar.nonce = asked["nonce"][0]

    shown = await client.get("/staff/oidc/back", params={"code": "c", "state": asked["state"][0]})

    expected = next_page if next_page.startswith("/staff/") else "/staff"
    assert f'content="0; url={expected}"' in shown.text
    assert "kwaad" not in shown.text


# ---------------------------------------------------------------- with and without


async def test_without_a_provider_there_is_no_way_to_it(desk):
    client = desk.client()

    assert (await client.get("/staff/oidc")).status_code == 404
    assert (await client.get("/staff/oidc/back?code=c&state=s")).status_code == 404
    assert (await client.get("/staff/oidc/leave")).status_code == 404
    assert (await client.get("/staff/oidc/left")).status_code == 404
    assert (await client.post("/staff/oidc/logout", data={"logout_token": "x"})).status_code == 404
    assert "werkaccount" not in (await client.get("/staff/login")).text


async def test_passwords_can_be_switched_off(desk, liar, login):
    await desk.signed_in("Sanne")
    secret = await desk.accounts.keys.new_link("Sanne", desk.clock.now())
    strict = desk.again(entry=asked_of(liar.issuer).model_copy(update={"passwords": False}))
    client = strict.client()

    page = (await client.get("/staff/login")).text

    assert "Inloggen met uw werkaccount" in page
    assert 'type="password"' not in page
    assert (await login(client, "Sanne")).status_code == 404
    assert (await client.get(f"/staff/welcome/{secret}")).status_code == 404


def test_a_claim_is_found_by_its_name_or_its_way():
    claims = {"a": {"b": ["x"]}, "https://voorbeeld.nl/rollen": ["y"]}

    assert claim(claims, "a.b") == ["x"]
    assert claim(claims, "https://voorbeeld.nl/rollen") == ["y"]
    assert claim(claims, "a.b.c") is None
    assert claim(claims, "z") is None


def part(value: dict) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
