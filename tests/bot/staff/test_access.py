"""Who comes in at the desk, for how long, and who does not."""

import asyncio
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from bot.accounts import NameTaken
from bot.staff.access import NoAccount, add_staff
from bot.staff.passwords import BadPassword
from bot.stores.staff_keys import MOST

PASSWORD = "een lang wachtwoord"
TEAM = "utrecht-buurtteam-sociaal"


async def test_a_colleague_signs_in_and_gets_a_strict_cookie(desk, login):
    await desk.signed_in("Sanne")
    client = desk.client(base_url="https://wegwijs.test")

    answer = await login(client, "sanne")

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=strict", "path=/staff", "secure"):
        assert part in cookie
    assert "max-age" not in cookie
    assert (await client.get("/staff")).status_code == 200


async def test_without_https_the_cookie_is_not_marked_secure(desk, login):
    await desk.signed_in("Sanne")

    answer = await login(desk.client(), "Sanne")

    assert "secure" not in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("name", "password"),
    [("Sanne", "een ander wachtwoord"), ("Niemand", PASSWORD), ("", ""), ("Sanne", "x" * 5000), ("Sanne\0e", PASSWORD)],
)
async def test_a_wrong_name_and_a_wrong_password_look_the_same(desk, login, name, password):
    await desk.signed_in("Sanne")

    answer = await login(desk.client(), name, password)

    assert answer.status_code == 401
    assert "De naam of het wachtwoord klopt niet." in answer.text
    assert "set-cookie" not in answer.headers


async def test_an_account_that_was_closed_no_longer_comes_in(desk, login):
    client = await desk.signed_in("Sanne")

    await desk.accounts.set_active("Sanne", active=False)

    assert (await client.get("/staff")).status_code == 303
    assert (await login(desk.client(), "Sanne")).status_code == 401


async def test_an_unknown_name_costs_a_verification_too(desk, monkeypatch):
    asked = []
    hasher = SimpleNamespace(verify=lambda kept, _: bool(asked.append(kept)), hash=PasswordHasher().hash)
    monkeypatch.setattr("bot.staff.passwords._HASHER", hasher)
    client = desk.client()

    await client.post("/staff/login", data={"name": "Niemand", "password": PASSWORD})

    assert len(asked) == 1
    assert asked[0].startswith("$argon2id$")


async def test_after_five_wrong_passwords_the_right_one_has_to_wait(desk, login):
    await desk.signed_in("Sanne")
    client = desk.client()
    for _ in range(MOST):
        assert (await login(client, "sanne", "verkeerd wachtwoord")).status_code == 401

    refused = await login(client, "Sanne")

    assert refused.status_code == 429
    assert "Wacht 15 minuten." in refused.text
    desk.clock.move(minutes=15)
    assert (await login(client, "Sanne")).status_code == 303


async def test_tries_that_come_at_the_same_time_are_counted_before_they_are_verified(desk, login):
    await desk.signed_in("Sanne")
    client = desk.client()

    answers = await asyncio.gather(*(login(client, "Sanne", f"verkeerd {n} wachtwoord") for n in range(12)))

    assert sorted(answer.status_code for answer in answers) == [401] * MOST + [429] * (12 - MOST)


async def test_a_name_that_does_not_exist_is_throttled_as_well(desk, login):
    client = desk.client()
    for _ in range(MOST):
        await login(client, "Niemand")

    assert (await login(client, "Niemand")).status_code == 429


async def test_a_right_password_forgives_the_wrong_ones(desk, login):
    await desk.signed_in("Sanne")
    for _ in range(3):
        for _ in range(MOST - 1):
            await login(desk.client(), "Sanne", "verkeerd wachtwoord")
        assert (await login(desk.client(), "Sanne")).status_code == 303


async def test_tries_count_in_every_process_together(desk, login):
    await desk.signed_in("Sanne")
    other = desk.again()
    for _ in range(MOST):
        await login(desk.client(), "Sanne", "verkeerd wachtwoord")

    assert (await login(other.client(), "Sanne")).status_code == 429


async def test_signing_in_gives_a_new_token_and_ends_the_old_one(desk, login):
    client = await desk.signed_in("Sanne")
    before = client.cookies["wegwijs_staff"]

    await login(client, "Sanne")

    assert client.cookies["wegwijs_staff"] != before
    stranger = desk.client(cookies={"wegwijs_staff": before})
    assert (await stranger.get("/staff")).status_code == 303


async def test_a_token_that_was_planted_is_not_taken_over(desk, login):
    await desk.signed_in("Sanne")
    client = desk.client()
    client.cookies.set("wegwijs_staff", "geplant", domain="wegwijs.test", path="/staff")

    answer = await login(client, "Sanne")

    assert "geplant" not in answer.headers["set-cookie"]
    assert (await desk.client(cookies={"wegwijs_staff": "geplant"}).get("/staff")).status_code == 303


async def test_signing_out_ends_the_session_on_the_server(desk, token_of):
    client = await desk.signed_in("Sanne")
    token, csrf = client.cookies["wegwijs_staff"], await token_of(client)

    answer = await client.post("/staff/logout", data={"csrf": csrf})

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/login")
    thief = desk.client(cookies={"wegwijs_staff": token})
    assert (await thief.get("/staff")).status_code == 303


async def test_half_an_hour_without_use_ends_a_session(desk):
    client = await desk.signed_in("Sanne")
    desk.clock.move(minutes=29)
    assert (await client.get("/staff")).status_code == 200
    desk.clock.move(minutes=29)
    assert (await client.get("/staff")).status_code == 200

    desk.clock.move(minutes=30)

    assert (await client.get("/staff")).status_code == 303


async def test_a_page_that_refreshes_itself_does_not_prolong_a_session(desk):
    client = await desk.signed_in("Sanne")
    for _ in range(2):
        desk.clock.move(minutes=14)
        assert (await client.get("/staff", headers={"Wegwijs-Live": "1"})).status_code == 200

    desk.clock.move(minutes=2)

    assert (await client.get("/staff", headers={"Wegwijs-Live": "1"})).status_code == 401
    assert (await client.get("/staff")).status_code == 303


async def test_twelve_hours_end_a_session_that_is_in_use(desk):
    client = await desk.signed_in("Sanne")
    for _ in range(12 * 3 - 1):
        desk.clock.move(minutes=20)
        assert (await client.get("/staff")).status_code == 200

    desk.clock.move(minutes=20)

    assert (await client.get("/staff")).status_code == 303


async def test_after_signing_in_one_comes_back_at_the_case(desk, login):
    number = await desk.hand_over()
    await desk.signed_in("Sanne")
    client = desk.client()

    asked = await client.get(f"/staff/cases/{number}")
    answer = await login(client, "Sanne", next=f"/staff/cases/{number}")

    assert asked.headers["location"] == f"/staff/login?next=/staff/cases/{number}"
    assert answer.headers["location"] == f"/staff/cases/{number}"


@pytest.mark.parametrize("elsewhere", ["https://kwaad.example", "//kwaad.example", "/staff/logout", "/\\kwaad.example"])
async def test_signing_in_never_leads_to_another_site(desk, login, elsewhere):
    await desk.signed_in("Sanne")

    answer = await login(desk.client(), "Sanne", next=elsewhere)

    assert answer.headers["location"] == "/staff"


# ---------------------------------------------------------------- accounts


async def test_an_account_keeps_a_hash_and_not_the_password(desk):
    account = await add_staff(desk.accounts, desk.guide, "  Sanne   de Wit ", TEAM, PASSWORD)

    assert (account.name, account.team) == ("Sanne de Wit", TEAM)
    assert account.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(account)


async def test_a_name_is_given_once_whatever_its_capitals(desk):
    await add_staff(desk.accounts, desk.guide, "Sanne", TEAM, PASSWORD)

    with pytest.raises(NameTaken):
        await add_staff(desk.accounts, desk.guide, "SANNE", TEAM, PASSWORD)


@pytest.mark.parametrize(
    ("name", "team", "password", "why"),
    [
        ("Sanne", "utrecht-bestaat-niet", PASSWORD, "geen organisatie"),
        ("Sanne", "utrecht-sociaal-makelaars-2018", PASSWORD, "geen organisatie"),
        ("Sanne", TEAM, "elf tekens.", "12 tekens of meer"),
        ("bot", TEAM, PASSWORD, "kan geen naam zijn"),
        ("S", TEAM, PASSWORD, "kan geen naam zijn"),
        ("San\u202ene", TEAM, PASSWORD, "kan geen naam zijn"),
    ],
)
async def test_an_account_that_cannot_be_says_why(desk, name, team, password, why):
    with pytest.raises((NoAccount, BadPassword), match=why):
        await add_staff(desk.accounts, desk.guide, name, team, password)


async def test_a_password_is_the_same_on_every_keyboard(desk, login):
    await add_staff(desk.accounts, desk.guide, "Sanne", TEAM, "caf\u00e9 aan de gracht")

    assert (await login(desk.client(), "Sanne", "cafe\u0301 aan de gracht")).status_code == 303
