"""The second step: set it, sign in with it, lose the telephone."""

import asyncio
import re

import pyotp
import pytest
from sqlalchemy import text

from bot.entry import Entry
from bot.settings import settings_from
from bot.staff.second import Vault, kept, kept_one, new_codes, new_secret, step_of
from bot.stores.engines import Engines
from bot.stores.staff_keys import MOST

KEY = "een sleutel van meer dan tweeëndertig tekens"


@pytest.fixture
def code(desk):
    """Return what an app shows, some steps of half a minute from now."""

    def shown(secret: str, off: int = 0) -> str:
        return pyotp.TOTP(secret).at(desk.clock.now(), counter_offset=off)

    return shown


@pytest.fixture
async def sanne(desk, code):
    """Return her browser, her secret and her recovery codes; she has just set the second step."""
    client = await desk.signed_in("Sanne")
    page = (await client.get("/staff/me/second")).text
    secret = hidden(page, "secret")
    form = {"csrf": hidden(page, "csrf"), "secret": secret, "code": code(secret)}
    shown = await client.post("/staff/me/second", data=form)
    return client, secret, re.findall(r'desk-key">([-0-9A-Z]{14})<', shown.text)


async def half_way(desk, login):
    client = desk.client()
    answer = await login(client, "Sanne")
    assert answer.headers["location"] == "/staff/login/code?next=/staff"
    return client


async def test_the_picture_and_the_key_are_the_same_and_no_script_or_style_is_needed(desk):
    client = await desk.signed_in("Sanne")

    page = (await client.get("/staff/me/second")).text

    assert 'src="data:image/svg+xml;base64,' in page
    assert hidden(page, "secret") == re.search(r'desk-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


async def test_setting_it_gives_ten_codes_once_and_a_new_session(desk, login, code):
    client, elsewhere = await desk.signed_in("Sanne"), desk.client()
    await login(elsewhere, "Sanne")
    before, page = client.cookies["wegwijs_staff"], (await client.get("/staff/me/second")).text
    secret = hidden(page, "secret")

    shown = await client.post(
        "/staff/me/second", data={"csrf": hidden(page, "csrf"), "secret": secret, "code": code(secret)}
    )

    assert len(set(re.findall(r'desk-key">([-0-9A-Z]{14})<', shown.text))) == 10
    assert client.cookies["wegwijs_staff"] != before
    assert "nog 10 herstelcodes" in (await client.get("/staff/me")).text
    assert (await elsewhere.get("/staff")).status_code == 303


@pytest.mark.parametrize("wrong", ["000000", "", "12345", "abcdef", "١٢٣٤٥٦"])
async def test_a_wrong_code_sets_nothing(desk, wrong):
    client = await desk.signed_in("Sanne")
    page = (await client.get("/staff/me/second")).text
    form = {"csrf": hidden(page, "csrf"), "secret": hidden(page, "secret"), "code": wrong}

    refused = await client.post("/staff/me/second", data=form)

    assert refused.status_code == 409
    assert hidden(refused.text, "secret") == form["secret"]
    assert await desk.accounts.keys.second("Sanne") is None


async def test_a_secret_of_somebody_elses_making_is_not_taken(desk):
    client = await desk.signed_in("Sanne")
    csrf = hidden((await client.get("/staff/me")).text, "csrf")

    await client.post("/staff/me/second", data={"csrf": csrf, "secret": "AAAA", "code": "123456"})

    assert await desk.accounts.keys.second("Sanne") is None


async def test_after_the_password_comes_the_code_and_then_the_case(desk, login, sanne, code):
    _, secret, _ = sanne
    number = await desk.hand_over()
    desk.clock.move(seconds=30)
    client = desk.client()

    first = await login(client, "Sanne", next=f"/staff/cases/{number}")
    between = await client.get("/staff")
    form = {"code": code(secret), "next": f"/staff/cases/{number}"}
    second = await client.post("/staff/login/code", data=form)

    assert "wegwijs_staff" not in first.headers.get("set-cookie", "")
    assert between.status_code == 303
    assert second.headers["location"] == f"/staff/cases/{number}"
    assert (await client.get("/staff")).status_code == 200


async def test_the_half_of_a_session_opens_nothing(desk, login, sanne):
    client = await half_way(desk, login)
    half = client.cookies["wegwijs_half"]

    thief = desk.client(cookies={"wegwijs_staff": half})

    assert (await thief.get("/staff/me")).status_code == 303


async def test_a_code_counts_once(desk, login, sanne, code):
    _, secret, _ = sanne
    desk.clock.move(seconds=30)
    shown = code(secret)
    one, two = await half_way(desk, login), await half_way(desk, login)

    first = await one.post("/staff/login/code", data={"code": shown})
    again = await two.post("/staff/login/code", data={"code": shown})
    older = await two.post("/staff/login/code", data={"code": code(secret, -1)})

    assert (first.status_code, again.status_code, older.status_code) == (303, 401, 401)


async def test_of_two_who_use_a_code_at_the_same_time_one_comes_in(desk, login, sanne, code):
    _, secret, _ = sanne
    desk.clock.move(seconds=30)
    shown = code(secret)
    clients = [await half_way(desk, login) for _ in range(4)]

    answers = await asyncio.gather(*(one.post("/staff/login/code", data={"code": shown}) for one in clients))

    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


@pytest.mark.parametrize("off", [-1, 0, 1])
async def test_a_clock_may_be_half_a_minute_off(desk, login, sanne, code, off):
    desk.clock.move(minutes=2)
    client = await half_way(desk, login)

    assert (await client.post("/staff/login/code", data={"code": code(sanne[1], off)})).status_code == 303


@pytest.mark.parametrize("off", [-2, 2])
async def test_a_clock_that_is_further_off_is_wrong(desk, login, sanne, code, off):
    desk.clock.move(minutes=2)
    client = await half_way(desk, login)

    assert (await client.post("/staff/login/code", data={"code": code(sanne[1], off)})).status_code == 401


async def test_after_five_wrong_codes_the_right_one_has_to_wait(desk, login, sanne, code):
    desk.clock.move(seconds=30)
    client = await half_way(desk, login)
    for _ in range(MOST):
        assert (await client.post("/staff/login/code", data={"code": "000000"})).status_code == 401

    refused = await client.post("/staff/login/code", data={"code": code(sanne[1])})
    elsewhere = await (await half_way(desk, login)).post("/staff/login/code", data={"code": code(sanne[1])})

    assert (refused.status_code, elsewhere.status_code) == (429, 429)
    assert "Wacht 15 minuten." in refused.text


async def test_who_waits_too_long_begins_again(desk, login, sanne, code):
    client = await half_way(desk, login)
    desk.clock.move(minutes=5)

    late = await client.post("/staff/login/code", data={"code": code(sanne[1])})

    assert late.status_code == 401
    assert "Dit duurde te lang" in late.text


async def test_without_the_first_step_there_is_no_second(desk):
    assert (await desk.client().get("/staff/login/code")).headers["location"] == "/staff/login?next=/staff"
    assert (await desk.client().post("/staff/login/code", data={"code": "123456"})).status_code == 401


async def test_a_recovery_code_lets_in_once_however_it_is_typed(desk, login, sanne):
    _, _, codes = sanne
    one, two = await half_way(desk, login), await half_way(desk, login)
    typed = codes[3].lower().replace("-", " ")

    first = await one.post("/staff/login/code", data={"code": typed})
    again = await two.post("/staff/login/code", data={"code": codes[3]})

    assert (first.status_code, again.status_code) == (303, 401)
    assert "nog 9 herstelcodes" in (await one.get("/staff/me")).text


async def test_new_codes_end_the_old_ones_and_need_a_code(desk, login, sanne, code):
    client, secret, old = sanne
    desk.clock.move(seconds=30)
    csrf = hidden((await client.get("/staff/me")).text, "csrf")

    without = await client.post("/staff/me/second/codes", data={"csrf": csrf, "code": "000000"})
    fresh = await client.post("/staff/me/second/codes", data={"csrf": csrf, "code": code(secret)})

    assert without.status_code == 409
    codes = re.findall(r'desk-key">([-0-9A-Z]{14})<', fresh.text)
    assert len(set(codes) - set(old)) == 10
    late = await half_way(desk, login)
    assert (await late.post("/staff/login/code", data={"code": old[0]})).status_code == 401
    assert (await late.post("/staff/login/code", data={"code": codes[0]})).status_code == 303


async def test_who_turns_it_off_needs_a_code_and_signs_in_with_a_password_only(desk, login, sanne, code):
    client, secret, _ = sanne
    desk.clock.move(seconds=30)
    csrf = hidden((await client.get("/staff/me")).text, "csrf")
    assert (await client.post("/staff/me/second/off", data={"csrf": csrf, "code": "1"})).status_code == 409

    off = await client.post("/staff/me/second/off", data={"csrf": csrf, "code": code(secret)})

    assert off.headers["location"] == "/staff/me"
    assert (await login(desk.client(), "Sanne")).headers["location"] == "/staff"


# ---------------------------------------------------------------- required


@pytest.mark.parametrize("entry", [Entry(totp="required")])
@pytest.mark.parametrize("role", ["coordinator", "beheerder"])
async def test_when_it_is_required_there_is_nothing_else_until_it_is_set(desk, code, role):
    client = await desk.signed_in("Mo", role=role)
    for path in ("/staff", "/staff/people", "/staff/answers", "/staff/niets"):
        assert (await client.get(path)).headers["location"] == "/staff/me/second"

    page = (await client.get("/staff/me/second")).text
    secret = hidden(page, "secret")
    await client.post("/staff/me/second", data={"csrf": hidden(page, "csrf"), "secret": secret, "code": code(secret)})

    assert "Uw organisatie vraagt een tweede stap" in page
    assert (await client.get("/staff")).headers.get("location") != "/staff/me/second"


@pytest.mark.parametrize("entry", [Entry(totp="required")])
async def test_a_medewerker_is_only_offered_it(desk):
    client = await desk.signed_in("Sanne")

    assert (await client.get("/staff")).status_code == 200


# ---------------------------------------------------------------- what is kept


@pytest.mark.parametrize("entry", [Entry(secret_key=KEY)])
async def test_with_a_key_neither_secret_nor_codes_are_in_the_database(desk, login, sanne, code, tmp_path):
    _, secret, codes = sanne

    rows = await everything(f"sqlite:///{tmp_path}/wegwijs.db")

    assert secret not in rows
    assert not any(one in rows or one.replace("-", "") in rows for one in codes)
    desk.clock.move(seconds=30)
    client = await half_way(desk, login)
    assert (await client.post("/staff/login/code", data={"code": code(secret)})).status_code == 303


@pytest.mark.parametrize("entry", [Entry(secret_key=KEY)])
async def test_with_another_key_only_a_recovery_code_lets_in(desk, login, sanne, code):
    _, secret, codes = sanne
    known = await desk.accounts.keys.second("Sanne")
    desk.clock.move(seconds=30)
    other = desk.again(entry=Entry(secret_key=KEY[::-1]))
    client = await half_way(other, login)

    assert Vault(KEY[::-1]).open(known.secret) is None
    assert Vault(None).open(known.secret) is None
    assert (await client.post("/staff/login/code", data={"code": code(secret)})).status_code == 401
    assert (await client.post("/staff/login/code", data={"code": codes[0]})).status_code == 303


@pytest.mark.parametrize(("entry", "warned"), [(Entry(), True), (Entry(secret_key=KEY), False)])
async def test_without_a_key_the_log_warns_at_the_start(desk, entry, warned, caplog):
    caplog.clear()

    desk.again(entry=entry)

    assert ("WEGWIJS_SECRET_KEY" in caplog.text) is warned


async def test_a_key_that_is_too_short_stops_the_start(desk):
    with pytest.raises(ValueError, match="32"):
        settings_from({"WEGWIJS_SECRET_KEY": "kort"})


async def test_codes_are_kept_as_slow_hashes_with_a_salt_of_their_own(desk):
    codes = new_codes()
    one, two = kept(codes), kept(codes)

    assert set(one).isdisjoint(two)
    assert [kept_one(one, code) for code in codes] == list(one)
    assert kept_one(one, "ABCD-EFGH-JKLM") is None
    assert kept_one((), codes[0]) is None


async def test_each_secret_is_new_and_long(desk):
    assert len({new_secret() for _ in range(20)}) == 20
    assert len(new_secret()) == 32
    assert step_of(new_secret(), "", desk.clock.now()) is None


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', page)[1]


async def everything(url: str) -> str:
    engines = Engines(url)
    async with engines.reading() as connection:
        tables = (await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))).scalars().all()
        rows = [str((await connection.execute(text(f'SELECT * FROM "{one}"'))).all()) for one in tables]  # noqa: S608
    await engines.close()
    return "\n".join(rows)
