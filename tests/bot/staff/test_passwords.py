"""Which passwords may be chosen, and how somebody chooses one: by a link, or on the page of their account."""

import re

import pytest

from bot.people import ROLES
from bot.staff.passwords import BadPassword, check_password, fits, hashed
from bot.stores.staff_keys import MOST

PASSWORD, NEW = "een lang wachtwoord", "vier losse fietsen in mei"
TEAM = "utrecht-buurtteam-sociaal"


@pytest.mark.parametrize(
    "password",
    [
        "vier losse fietsen in mei",
        "paraplu tafel gitaar",
        "zonder-hoofdletters-of-cijfers",
        "пароль из трёх слов",
        "كلمة سر طويلة جدا",
        "🦔🐄🚲🌷🦆🐟🦉🐝🌧️⛵🧀🥨",
        "vier losse fietsen in mei " * 9,
    ],
)
def test_long_words_spaces_and_every_script_are_fine(password):
    check_password(password, "Sanne de Wit", TEAM, "Buurtteam Sociaal")

    assert fits(hashed(password), password)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf tekens.", "12 tekens of meer"),
        ("e\u0301" * 11, "12 tekens of meer"),
        ("x" * 257, "hoogstens 256"),
        ("wachtwoord123", "makkelijk te raden"),
        ("Wachtwoord2026!", "makkelijk te raden"),
        ("P@ssw0rd1234", "makkelijk te raden"),
        ("qwertyuiop12", "makkelijk te raden"),
        ("123456789012", "makkelijk te raden"),
        ("aaaaaaaaaaaaaaaa", "makkelijk te raden"),
        ("welkomwelkom", "makkelijk te raden"),
        ("zomer2026zomer", "makkelijk te raden"),
        ("ik heet SANNE de wit", "Sanne"),
        ("sannedewitsannedewit", "Sanne"),
        ("bij het buurtteam sociaal", "buurtteam"),
        ("mijn W.e.g.w.i.j.s sleutel", "wegwijs"),
    ],
)
def test_a_password_that_others_guess_is_refused_with_the_reason(password, why):
    with pytest.raises(BadPassword, match=why):
        check_password(password, "Sanne de Wit", TEAM, "Buurtteam Sociaal")


def test_a_short_name_rules_no_words_out():
    check_password("boterham met banaan", "Bo", TEAM)


def test_an_account_without_a_password_fits_nothing():
    assert not fits("", "")
    assert not fits("", PASSWORD)


def test_what_is_beyond_the_longest_password_counts():
    kept = hashed("a b" * 85)

    assert not fits(kept, "a b" * 85 + "een staart")


# ---------------------------------------------------------------- a link


async def test_a_link_gives_a_password_once(desk, login):
    await desk.accounts.add_staff("Bram", TEAM, "", desk.clock.now())
    secret = await desk.accounts.keys.new_link("Bram", desk.clock.now())
    client = desk.client()
    assert "Bram" in (await client.get(f"/staff/welcome/{secret}")).text

    saved = await client.post(f"/staff/welcome/{secret}", data={"password": NEW})
    again = await client.post(f"/staff/welcome/{secret}", data={"password": "een heel ander geheimpje"})

    assert "Uw wachtwoord is bewaard" in saved.text
    assert again.status_code == 404
    assert (await client.get(f"/staff/welcome/{secret}")).status_code == 404
    assert (await login(client, "Bram", NEW)).status_code == 303


async def test_a_bad_password_leaves_the_link_as_it_was(desk):
    await desk.accounts.add_staff("Bram Bakker", TEAM, "", desk.clock.now())
    secret = await desk.accounts.keys.new_link("Bram Bakker", desk.clock.now())

    refused = await desk.client().post(f"/staff/welcome/{secret}", data={"password": "bakker in de bakkerij"})

    assert refused.status_code == 409
    assert "Dat raadt iemand snel" in refused.text
    assert "bakkerij" not in refused.text
    assert await desk.accounts.keys.link(secret, desk.clock.now()) == "Bram Bakker"


async def test_a_link_ends_after_a_day_at_a_newer_one_and_with_the_account(desk):
    await desk.accounts.add_staff("Bram", TEAM, "", desk.clock.now())
    keys, now = desk.accounts.keys, desk.clock.now()
    first, second = await keys.new_link("Bram", now), await keys.new_link("Bram", now)
    client = desk.client()
    assert (await client.get(f"/staff/welcome/{first}")).status_code == 404
    assert (await client.get(f"/staff/welcome/{second}")).status_code == 200

    await desk.accounts.set_active("Bram", active=False)
    assert (await client.get(f"/staff/welcome/{second}")).status_code == 404

    await desk.accounts.set_active("Bram", active=True)
    desk.clock.move(hours=24)
    assert (await client.get(f"/staff/welcome/{second}")).status_code == 404
    assert (await client.post(f"/staff/welcome/{second}", data={"password": NEW})).status_code == 404


async def test_a_link_ends_the_sessions_of_the_old_password(desk):
    client = await desk.signed_in("Sanne")
    secret = await desk.accounts.keys.new_link("Sanne", desk.clock.now())

    await desk.client().post(f"/staff/welcome/{secret}", data={"password": NEW})

    assert (await client.get("/staff")).status_code == 303


# ---------------------------------------------------------------- one's own page


@pytest.mark.parametrize("role", ROLES)
async def test_who_knows_the_password_changes_it_and_gets_a_new_session(desk, login, role):
    client, old = await desk.signed_in("Sanne", role=role), desk.client()
    await login(old, "Sanne")
    before, csrf = client.cookies["wegwijs_staff"], await csrf_of(client)

    changed = await client.post("/staff/me/password", data={"csrf": csrf, "current": PASSWORD, "password": NEW})

    assert changed.headers["location"] == "/staff/me?done=password"
    assert client.cookies["wegwijs_staff"] != before
    assert (await client.get("/staff/me?done=password")).status_code == 200
    assert (await old.get("/staff")).status_code == 303
    assert (await login(desk.client(), "Sanne")).status_code == 401
    assert (await login(desk.client(), "Sanne", NEW)).status_code == 303


@pytest.mark.parametrize(
    ("current", "password", "why"),
    [
        ("iets anders dan dat", NEW, "klopt niet"),
        (PASSWORD, "kort", "12 tekens"),
        (PASSWORD, "sanne en sanne", "sanne"),
    ],
)
async def test_without_the_old_password_or_with_a_bad_new_one_nothing_changes(desk, login, current, password, why):
    client = await desk.signed_in("Sanne")
    form = {"csrf": await csrf_of(client), "current": current, "password": password}

    refused = await client.post("/staff/me/password", data=form)

    assert refused.status_code == 409
    assert why in refused.text.casefold()
    assert (await login(desk.client(), "Sanne")).status_code == 303


async def test_guessing_the_old_password_in_an_open_session_has_to_wait(desk):
    client = await desk.signed_in("Sanne")
    form = {"csrf": await csrf_of(client), "current": "niet dit wachtwoord", "password": NEW}
    for _ in range(MOST):
        assert (await client.post("/staff/me/password", data=form)).status_code == 409

    waiting = await client.post("/staff/me/password", data=form | {"current": PASSWORD})

    assert waiting.status_code == 429
    assert "Wacht 15 minuten" in waiting.text


async def csrf_of(client):
    return re.search(r'name="csrf" value="([^"]+)"', (await client.get("/staff/me")).text)[1]
