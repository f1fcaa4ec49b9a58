"""Who may sign in, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.accounts import Account, NameTaken
from bot.stores.staff import IDLE, LONGEST, SqlAccounts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def accounts(sql_store):
    return SqlAccounts(sql_store.engines)


@pytest.fixture
async def anna(accounts):
    return await accounts.add_staff("Anna", "utrecht-dock", "$argon2id$1", NOW)


async def test_an_account_is_found_by_its_name_in_any_case(accounts, anna):
    assert anna == Account(name="Anna", team="utrecht-dock", password_hash="$argon2id$1", created_at=NOW)
    assert await accounts.staff("Anna") == anna
    assert await accounts.staff("aNNA ") == anna
    assert await accounts.staff("Anne") is None


@pytest.mark.parametrize("name", ["Anna", "anna", "ANNA"])
async def test_a_name_is_taken_in_any_case(accounts, anna, name):
    with pytest.raises(NameTaken):
        await accounts.add_staff(name, "amersfoort", "$argon2id$2", NOW)

    assert await accounts.list_staff() == (anna,)


async def test_letters_beyond_ascii_have_a_case_too(accounts):
    await accounts.add_staff("Özgür", "utrecht-dock", "$argon2id$1", NOW)

    with pytest.raises(NameTaken):
        await accounts.add_staff("özGÜR", "utrecht-dock", "$argon2id$1", NOW)


async def test_accounts_are_listed_by_name(accounts):
    for name in ("bram", "Anna", "Özgür"):
        await accounts.add_staff(name, "utrecht-dock", "$argon2id$1", NOW)

    assert [account.name for account in await accounts.list_staff()] == ["Anna", "bram", "Özgür"]


async def test_a_hash_is_not_in_what_is_printed(anna):
    assert "argon2" not in repr(anna)


async def test_a_session_is_found_by_its_token(accounts, anna):
    token, opened = await accounts.open_session("anna", NOW)

    assert opened.account == anna
    assert opened.expires == NOW + LONGEST
    assert await accounts.session(token, NOW) == opened
    assert await accounts.session(token + "x", NOW) is None


async def test_each_session_has_a_token_and_a_csrf_of_its_own(accounts, anna):
    one, first = await accounts.open_session("Anna", NOW)
    two, second = await accounts.open_session("Anna", NOW)

    assert len({one, two, first.csrf, second.csrf}) == 4


async def test_the_token_is_nowhere_in_the_database(accounts, anna, sql_store):
    token, _ = await accounts.open_session("Anna", NOW)

    async with sql_store.engines.reading() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM staff_sessions")).all()

    assert len(rows) == 1
    assert token not in str(rows)


async def test_a_session_ends_when_nobody_uses_it(accounts, anna):
    token, _ = await accounts.open_session("Anna", NOW)

    assert await accounts.session(token, NOW + IDLE - timedelta(seconds=1)) is not None
    assert await accounts.session(token, NOW + 2 * IDLE - timedelta(seconds=2)) is not None
    assert await accounts.session(token, NOW + 3 * IDLE - timedelta(seconds=2)) is None


async def test_a_session_that_is_used_ends_after_a_working_day(accounts, anna):
    token, _ = await accounts.open_session("Anna", NOW)
    for minutes in range(0, 12 * 60, 20):
        assert await accounts.session(token, NOW + timedelta(minutes=minutes)) is not None

    assert await accounts.session(token, NOW + LONGEST - timedelta(seconds=1)) is not None
    assert await accounts.session(token, NOW + LONGEST) is None


async def test_a_closed_session_is_gone_and_the_other_stays(accounts, anna):
    closed, _ = await accounts.open_session("Anna", NOW)
    other, _ = await accounts.open_session("Anna", NOW)

    await accounts.close_session(closed)
    await accounts.close_session(closed)

    assert await accounts.session(closed, NOW) is None
    assert await accounts.session(other, NOW) is not None


async def test_a_new_password_ends_the_sessions_of_the_old_one(accounts, anna):
    await accounts.add_staff("Bram", "utrecht-dock", "$argon2id$1", NOW)
    hers, _ = await accounts.open_session("Anna", NOW)
    his, _ = await accounts.open_session("Bram", NOW)

    assert await accounts.set_password("ANNA", "$argon2id$2") is True
    assert await accounts.set_password("nobody", "$argon2id$2") is False

    assert (await accounts.staff("Anna")).password_hash == "$argon2id$2"
    assert await accounts.session(hers, NOW) is None
    assert await accounts.session(his, NOW) is not None


async def test_who_is_no_longer_active_has_no_session(accounts, anna):
    token, _ = await accounts.open_session("Anna", NOW)

    assert await accounts.set_active("anna", active=False) is True
    assert await accounts.set_active("nobody", active=False) is False
    late, _ = await accounts.open_session("Anna", NOW)

    assert (await accounts.staff("Anna")).active is False
    assert await accounts.session(token, NOW) is None
    assert await accounts.session(late, NOW) is None


async def test_sessions_that_ended_are_forgotten_at_the_next_sign_in(accounts, anna, sql_store):
    await accounts.open_session("Anna", NOW)
    await accounts.open_session("Anna", NOW + IDLE)

    async with sql_store.engines.reading() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM staff_sessions")).all()

    assert len(rows) == 1
