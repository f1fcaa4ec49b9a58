"""Sessions: where somebody is signed in, and how that ends; fixation, enumeration, other sites."""

import asyncio
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from bot.entry import Entry
from bot.people import Journey
from bot.staff.devices import device
from bot.stores.engines import Engines
from bot.stores.migrate import migrate
from bot.stores.staff import SqlAccounts
from bot.stores.staff_keys import MOST, WITHIN

PASSWORD = "een lang wachtwoord"
TEAM = "utrecht-buurtteam-sociaal"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FIREFOX, "Firefox op Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge op Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
         "Chrome op Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1",
         "Safari op een iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome op Android"),
        ("<script>alert(1)</script>", "Een onbekende browser"),
        ("", "Een onbekende browser"),
        (None, "Een onbekende browser"),
    ],
)  # fmt: skip
def test_a_device_is_called_by_what_people_know(said, words):
    assert device(said) == words


async def test_somebody_sees_where_they_are_signed_in_and_ends_one_of_them(desk, login):
    here, there = await desk.signed_in("Sanne"), desk.client(headers={"User-Agent": FIREFOX})
    await desk.signed_in("Bram")
    await login(there, "Sanne")
    page = (await here.get("/staff/me")).text

    assert page.count("Ingelogd vandaag") == 2
    assert "Firefox op Linux" in page
    assert "(hier)" in page
    (number,) = re.findall(r"/staff/me/sessions/([0-9a-f]{16})/end", page)
    await here.post(f"/staff/me/sessions/{number}/end", data={"csrf": csrf_in(page)})

    assert (await there.get("/staff")).status_code == 303
    assert (await here.get("/staff/me")).text.count("Ingelogd vandaag") == 1


async def test_all_others_end_at_once_and_this_one_stays(desk, login):
    here, others = await desk.signed_in("Sanne"), [desk.client() for _ in range(3)]
    colleague = await desk.signed_in("Bram")
    for one in others:
        await login(one, "Sanne")

    await here.post("/staff/me/sessions/end", data={"csrf": csrf_in((await here.get("/staff/me")).text)})

    assert [(await one.get("/staff")).status_code for one in others] == [303, 303, 303]
    assert (await here.get("/staff")).status_code == 200
    assert (await colleague.get("/staff")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(desk):
    sanne, bram = await desk.signed_in("Sanne"), await desk.signed_in("Bram")
    (his,) = await desk.accounts.sessions("Bram", desk.clock.now())
    page = (await sanne.get("/staff/me")).text

    await sanne.post(f"/staff/me/sessions/{his.id}/end", data={"csrf": csrf_in(page)})

    assert (await bram.get("/staff")).status_code == 200


async def test_what_names_a_session_in_the_list_lets_nobody_in(desk):
    sanne = await desk.signed_in("Sanne")
    (mine,) = await desk.accounts.sessions("Sanne", desk.clock.now())

    assert mine.id not in sanne.cookies["wegwijs_staff"]
    assert (await desk.client(cookies={"wegwijs_staff": mine.id}).get("/staff")).status_code == 303


async def test_a_stream_of_a_session_that_ended_elsewhere_is_out(desk):
    client = await desk.signed_in("Sanne")
    other = desk.again()
    token = client.cookies["wegwijs_staff"]
    thief = other.client(cookies={"wegwijs_staff": token})
    assert (await thief.get("/staff")).status_code == 200

    await desk.accounts.end_sessions("Sanne")

    assert (await thief.get("/staff", headers={"Wegwijs-Live": "1"})).status_code == 401


@pytest.mark.parametrize("entry", [Entry(public_url="https://wegwijs.example/")])
async def test_behind_a_proxy_with_https_the_cookie_is_secure(desk, login):
    await desk.signed_in("Sanne")

    answer = await login(desk.client(base_url="http://10.0.0.1:8000"), "Sanne")

    assert "secure" in answer.headers["set-cookie"].lower()


# ---------------------------------------------------------------- attacks


async def test_a_session_that_was_planted_is_ended_and_not_used(desk, login):
    """Fixation: the attacker's own session in the victim's browser does not become the victim's."""
    attacker = await desk.signed_in("Bram")
    planted = attacker.cookies["wegwijs_staff"]
    await desk.signed_in("Sanne")
    victim = desk.client()
    victim.cookies.set("wegwijs_staff", planted, domain="wegwijs.test", path="/staff")

    await login(victim, "Sanne")

    assert (await attacker.get("/staff")).status_code == 303
    assert "Sanne" in (await victim.get("/staff/me")).text


async def test_a_known_and_an_unknown_name_look_the_same_and_cost_one_verification_each(desk, login, monkeypatch):
    verified: list[str] = []
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

    def verify(kept: str, password: str) -> bool:
        verified.append(kept)
        return cheap.verify(kept, password)

    monkeypatch.setattr("bot.staff.passwords._HASHER", SimpleNamespace(hash=cheap.hash, verify=verify))
    await desk.signed_in("Sanne")
    closed = await desk.signed_in("Gesloten")
    await desk.accounts.set_active("Gesloten", active=False)
    await desk.accounts.add_staff("Zonder", TEAM, "", desk.clock.now())
    cost, pages = {}, set()

    for name in ("Sanne", "Niemand", "Gesloten", "Zonder"):
        verified.clear()
        answer = await login(desk.client(), name, "niet het wachtwoord")
        cost[name] = len(verified)
        pages.add((answer.status_code, answer.text.replace(name, "")))

    assert len(pages) == 1
    assert set(cost.values()) == {1}
    assert (await closed.get("/staff")).status_code == 303


async def test_too_many_tries_look_the_same_for_a_name_that_does_not_exist(desk, login):
    await desk.signed_in("Sanne")
    pages = set()
    for name in ("Sanne", "Niemand"):
        for _ in range(MOST):
            await login(desk.client(), name, "niet het wachtwoord")
        pages.add((await login(desk.client(), name, "niet het wachtwoord")).text.replace(name, ""))

    assert len(pages) == 1


@pytest.mark.parametrize("path", ["/staff/login", "/staff/login/code", "/staff/welcome/x"])
async def test_a_form_at_the_door_from_another_site_is_refused(desk, path):
    answer = await desk.client().post(path, data={"name": "Sanne"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "next_page", ["//kwaad.example", "https://kwaad.example", "/staff/../x", "javascript:alert(1)"]
)
async def test_no_step_of_signing_in_leads_to_another_site(desk, login, next_page):
    await desk.signed_in("Sanne")
    client = desk.client()

    assert (await login(client, "Sanne", next=next_page)).headers["location"] == "/staff"
    shown = (await desk.client().get("/staff/login", params={"next": next_page})).text
    assert "kwaad" not in shown
    assert "javascript" not in shown


# ---------------------------------------------------------------- in the database


@pytest.fixture(params=["sqlite", "postgres"])
async def accounts(request, tmp_path):
    """Return the accounts over a database of each kind."""
    url = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrate, url)
    engines = Engines(url)
    accounts = SqlAccounts(engines)
    yield accounts
    await engines.close()


async def test_tries_at_the_same_time_are_counted_one_by_one(accounts, clock):
    keys, now = accounts.keys, clock.now()

    left = await asyncio.gather(*(keys.tried("password", "Sanne", now) for _ in range(12)))

    assert left.count(None) == MOST
    assert {one for one in left if one} == {WITHIN}


async def test_a_kind_of_try_a_name_and_a_quarter_of_an_hour_count_apart(accounts, clock):
    keys, now = accounts.keys, clock.now()
    for _ in range(MOST):
        await keys.tried("password", "Sanne", now)

    assert await keys.wait("password", " SANNE", now) == WITHIN
    assert await keys.wait("code", "Sanne", now) is None
    assert await keys.wait("password", "Bram", now) is None
    assert await keys.wait("password", "Sanne", now + WITHIN) is None
    await keys.forgive("password", "Sanne", now)
    assert await keys.wait("password", "Sanne", now) is None


async def test_a_journey_ends_once_in_its_own_browser_and_in_time(accounts, clock):
    keys, now = accounts.keys, clock.now()
    journey = Journey(browser="b", nonce="n", verifier="v", next="/staff")
    for state in ("one", "two"):
        await keys.depart(state, journey, now)

    assert await keys.arrive("one", "elders", now) is None
    assert await keys.arrive("one", "b", now) == journey
    assert await keys.arrive("one", "b", now) is None
    assert await keys.arrive("two", "b", now + timedelta(minutes=10)) is None


async def test_a_second_step_and_its_codes_are_set_used_and_dropped(accounts, clock):
    await accounts.add_staff("Sanne", TEAM, "", clock.now())
    keys = accounts.keys

    await keys.set_second("sanne", "geheim", 10, ["a", "b"])

    assert (await accounts.staff("Sanne")).second is True
    assert [await keys.use_step("Sanne", step) for step in (10, 11, 11, 9)] == [False, True, False, False]
    assert [await keys.use_code("Sanne", code) for code in ("a", "a", "x")] == [True, False, False]
    assert await keys.codes("Sanne") == ("b",)
    assert [await keys.drop_second("Sanne") for _ in range(2)] == [True, False]
    assert (await accounts.staff("Sanne")).second is False


def csrf_in(page: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page)[1]
