"""A month of invented questions: written for it, lived as in life, the same for the same number."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from bot.demo.script import Script, load_people, load_scripts
from bot.demo.start import Key, NotEmpty, SameAgain, fill
from bot.events import Event, Said
from bot.minds import Minds
from bot.staff.passwords import fits
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.tables.conversations import CASES, EVENTS
from bot.stores.tables.figures import TALLIES
from intents.duplicates import NOT_HELD_OUT, alike
from intents.language import LISTED
from intents.load import load_catalogue
from intents.sentences import HELD_OUT, load_sentences

UNTIL = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday, 16:00 in Utrecht


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let argon2 take a millisecond in place of a tenth of a second."""
    monkeypatch.setattr("bot.staff.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture(scope="module")
def scripts() -> tuple[Script, ...]:
    return load_scripts()


def database(folder: Path) -> SqlStore:
    url = f"sqlite:///{folder}/demo.db"
    migrate(url)
    return SqlStore(url)


async def filled(store: SqlStore, minds: Minds, **how: int | bool) -> tuple[Key, ...]:
    given = {"cases": 6, "days": 6, **how}
    return await fill(store, kept_over(store.engines), minds, UNTIL, **given)  # type: ignore[arg-type]


async def everything(store: SqlStore) -> dict[str, tuple[Event, ...]]:
    async with store.engines.reading() as connection:
        names = list(await connection.scalars(select(EVENTS.c.conversation).distinct()))
    return {name: await store.read(name) for name in sorted(names)}


# ---------------------------------------------------------------- what is written


def test_every_language_of_the_house_is_spoken_and_there_is_enough_to_look_at(scripts):
    assert {one.language for one in scripts} == {language.partition("-")[0] for language in LISTED}
    assert len(scripts) >= 60


def test_what_is_written_is_known_to_the_guide(scripts, real_minds):
    guide = real_minds.guide
    facts = [(name, value) for one in scripts for name, value in one.facts.items()]

    assert {one.theme for one in scripts} <= set(guide.themes)
    assert [each for each in facts if each[1] not in guide.facts[each[0]].values] == []
    teams = {one.belongs for one in scripts if one.belongs} | {one.team for one in load_people().staff}
    assert teams <= set(guide.organisations)


def test_everybody_has_a_name_in_the_language_they_speak(scripts):
    assert {one.language for one in scripts} <= set(load_people().names)


def test_nothing_is_copied_from_what_is_learned_or_tested(scripts):
    catalogue = load_catalogue()
    others = [one.text for one in (*catalogue.examples, *catalogue.development, *load_sentences(HELD_OUT))]

    found = [(said, others[other]) for said, other, _ in alike([one.says for one in scripts], others, NOT_HELD_OUT)]

    assert found == []


# ---------------------------------------------------------------- what happens


@pytest.fixture
async def store(tmp_path):
    store = database(tmp_path)
    yield store
    await store.close()


async def test_a_month_has_cases_of_every_kind(store, real_minds):
    keys = await filled(store, real_minds, cases=60, days=14)

    async with store.engines.reading() as connection:
        states = dict((await connection.execute(select(CASES.c.state, func.count()).group_by(CASES.c.state))).all())
        kinds = set(await connection.scalars(select(EVENTS.c.kind).distinct()))
        tallied = await connection.scalar(select(func.count()).select_from(TALLIES))
    assert set(states) == {"waiting", "staff", "closed"}
    assert {"claimed", "noted", "reminder_set", "corrected", "passed", "rang", "delivered", "closed"} <= kinds
    assert tallied > 60
    assert {key.role for key in keys} == {"medewerker", "coordinator", "beheerder"}


async def test_nothing_is_left_to_be_sent_to_people_who_do_not_exist(store, real_minds):
    await filled(store, real_minds)

    assert (await store.outbox_depth()).waiting == 0
    assert all(not name.removeprefix("telegram:").isdigit() for name in await everything(store))


async def test_the_printed_password_lets_somebody_in(store, real_minds):
    keys = await filled(store, real_minds, cases=1)

    accounts = kept_over(store.engines).accounts
    account = await accounts.staff(keys[0].name)

    assert account
    assert fits(account.password_hash, keys[0].password)


async def test_nothing_happens_after_now_nor_before_the_first_day(store, real_minds):
    await filled(store, real_minds)

    moments = [event.at for events in (await everything(store)).values() for event in events]
    assert max(moments) <= UNTIL
    assert (UNTIL - min(moments)).days < 6


async def test_the_same_number_invents_the_same_month_and_another_one_another(tmp_path, real_minds):
    months = []
    for name, seed in (("one", 6), ("two", 6), ("three", 7)):
        (tmp_path / name).mkdir()
        store = database(tmp_path / name)
        await filled(store, real_minds, seed=seed)
        months.append(await everything(store))
        await store.close()

    assert months[0] == months[1]
    assert not months[0].keys() & months[2].keys()


async def test_colleagues_answer_in_working_hours(store, real_minds):
    await filled(store, real_minds, cases=12)

    answered = [
        event.at.astimezone(UTC)
        for events in (await everything(store)).values()
        for event in events
        if isinstance(event, Said) and event.by != "bot"
    ]
    assert answered
    assert [at for at in answered if at.weekday() > 4 or not 8 <= at.hour < 16] == []


async def test_a_database_with_something_in_it_is_left_alone(store, real_minds):
    await filled(store, real_minds, cases=1)

    with pytest.raises(NotEmpty):
        await filled(store, real_minds, seed=8)


async def test_more_is_added_when_asked_but_never_the_same_twice(store, real_minds):
    await filled(store, real_minds, cases=2)
    before = await everything(store)

    again = await filled(store, real_minds, cases=2, seed=8, more=True)

    assert again == ()  # the same people, whose passwords stay
    assert (await everything(store)).items() >= before.items()
    with pytest.raises(SameAgain):
        await filled(store, real_minds, cases=2, seed=8, more=True)
