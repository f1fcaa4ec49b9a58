"""What staff do with a case beside answering and closing: give, put back, pass on, note, remember, open again."""

import asyncio
from html import unescape

import pytest

from bot import handover
from bot.assistant import Assistant
from bot.bootstrap import SystemClock
from bot.channels.web.entries import entries_of
from bot.conversation import replay
from bot.events import (
    Assigned,
    Consented,
    Decided,
    HandedOver,
    Heard,
    Noted,
    Passed,
    Released,
    Reopened,
    Said,
    Withdrawn,
)
from bot.handover import NotAllowed, Staff
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.staff import actions
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from intents.model import Understanding

TEAM, DOCK = "utrecht-buurtteam-sociaal", "utrecht-dock"
PASS = {"organisation": DOCK, "reason": "Dit gaat over een buurthuis.", "agreed": "yes"}


def text_of(answer) -> str:
    return unescape(answer.text)


async def last(desk, kind, conversation="web:anna"):
    found = [event for event in await desk.store.read(conversation) if isinstance(event, kind)][-1]
    return found.model_copy(update={"form": None})


# ---------------------------------------------------------------- to a colleague, and back


async def test_a_case_is_given_to_a_colleague_who_holds_it_from_then_on(desk, send):
    number = await desk.hand_over()
    ours, bram = await desk.signed_in("Sanne"), await desk.signed_in("Bram")
    await send(ours, number, "claim")

    answer = await send(ours, number, "assign", to="Bram")

    assert answer.status_code == 303
    assert await last(desk, Assigned) == Assigned(at=desk.clock.now(), by="Sanne", to="Bram")
    assert "Bram heeft deze vraag opgepakt." in (await ours.get(f"/staff/cases/{number}")).text
    page = text_of(await bram.get(f"/staff/cases/{number}"))
    assert "U heeft deze vraag opgepakt." in page
    assert "Sanne gaf de vraag aan Bram." in page


@pytest.mark.parametrize("to", ["Dirk", "Weg", "Nobody", ""])
async def test_a_case_is_only_given_to_who_may_read_it(desk, send, to):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await desk.signed_in("Dirk", team=DOCK)
    await desk.signed_in("Weg")
    await desk.accounts.set_active("Weg", active=False)

    answer = await send(ours, number, "assign", to=to)

    assert answer.status_code == 409
    assert "Kies eerst een collega van dit team." in answer.text
    assert (await desk.assistant.conversation("web:anna")).owner is None


async def test_who_does_not_hold_a_case_cannot_give_it_away_but_a_coordinator_can(desk, send):
    number = await desk.hand_over()
    ours, bram = await desk.signed_in("Sanne"), await desk.signed_in("Bram")
    chief = await desk.signed_in("Carla", role="coordinator")
    await send(ours, number, "claim")

    refused = await send(bram, number, "assign", to="Bram")
    given = await send(chief, number, "assign", to="Bram")

    assert refused.status_code == 409
    assert "Sanne heeft deze vraag al opgepakt." in refused.text
    assert given.status_code == 303
    assert (await desk.assistant.conversation("web:anna")).owner == "Bram"


async def test_a_case_that_is_put_back_waits_again_and_the_resident_hears_when_it_takes_long(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    answer = await send(ours, number, "release")

    now = await desk.assistant.conversation("web:anna")
    assert answer.status_code == 303
    assert (now.state, now.owner) == ("waiting", None)
    assert set(now.timers) == {"late"}
    assert (await last(desk, Released)).late_at > desk.clock.now()
    assert "Sanne legde de vraag terug in de rij." in text_of(await ours.get(f"/staff/cases/{number}"))


# ---------------------------------------------------------------- to another team


async def test_passing_on_moves_the_case_the_consent_and_who_may_read_it(desk, send):
    number = await desk.hand_over()
    ours, dirk = await desk.signed_in(), await desk.signed_in("Dirk", team=DOCK)
    await send(ours, number, "claim")

    answer = await send(ours, number, "pass", **PASS)

    now = await desk.assistant.conversation("web:anna")
    assert answer.status_code == 303
    assert (now.organisation, now.consented, now.state, now.owner) == (DOCK, DOCK, "waiting", None)
    assert (await ours.get(f"/staff/cases/{number}")).status_code == 404
    page = text_of(await dirk.get(f"/staff/cases/{number}"))
    assert "Dit gaat over een buurthuis." in page
    assert f"{desk.guide.organisations[DOCK].name} mag meelezen" in page


async def test_the_resident_hears_in_their_language_who_has_the_question_now(desk, send):
    number = await desk.hand_over(language="pl")
    ours = await desk.signed_in()
    await desk.signed_in("Dirk", team=DOCK)

    await send(ours, number, "pass", **PASS)

    said = await last(desk, Said)
    assert (said.by, said.reply.language) == ("bot", "pl")
    assert "pytanie czeka teraz w organizacji DOCK" in said.reply.plain
    assert [choice.payload for choice in said.reply.choices] == ["/withdraw"]


async def test_who_may_be_read_along_with_gets_no_message(desk, send):
    number = await desk.hand_over(signals=("violence_at_home",))
    ours = await desk.signed_in()
    await desk.signed_in("Dirk", team=DOCK)

    await send(ours, number, "pass", **PASS)

    assert (await desk.store.read("web:anna"))[-1].kind == "passed"


async def test_without_the_resident_s_agreement_nothing_is_passed_on_and_what_was_typed_stays(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await desk.signed_in("Dirk", team=DOCK)

    answer = await send(ours, number, "pass", **{**PASS, "agreed": ""})

    assert answer.status_code == 409
    assert "Vraag eerst aan de bewoner of het goed is." in answer.text
    assert "Dit gaat over een buurthuis.</textarea>" in answer.text
    assert (await desk.assistant.conversation("web:anna")).organisation == TEAM


@pytest.mark.parametrize("organisation", [TEAM, "utrecht-gemeente", "verzonnen", ""])
async def test_a_case_only_goes_to_another_team_with_people_at_the_desk(desk, send, organisation):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    answer = await send(ours, number, "pass", **{**PASS, "organisation": organisation})

    assert answer.status_code == 409
    assert "Kies eerst naar welk team de vraag gaat." in answer.text


@pytest.mark.parametrize(("ticked", "rule"), [("yes", "utrecht-geldzorgen-iedereen"), ("", None)])
async def test_a_question_that_never_was_theirs_is_a_misroute_of_the_rule_that_sent_it(desk, send, ticked, rule):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await desk.signed_in("Dirk", team=DOCK)

    await send(ours, number, "pass", **PASS, misroute=ticked)

    passed = await last(desk, Passed)
    assert (passed.misroute, passed.rule) == (bool(ticked), rule)


async def test_of_many_who_pass_it_on_at_once_one_does(desk, send):
    number = await desk.hand_over()
    people = [await desk.signed_in(name) for name in ("Sanne", "Bram", "Carla")]
    await desk.signed_in("Dirk", team=DOCK)

    answers = await asyncio.gather(*(send(one, number, "pass", **PASS) for one in people))

    assert sorted(answer.status_code for answer in answers)[0] == 303
    passed = [event for event in await desk.store.read("web:anna") if isinstance(event, Passed)]
    assert len(passed) == 1


# ---------------------------------------------------------------- notes and reminders


async def test_a_note_is_for_the_team_and_reaches_nobody_else(desk, send):
    number = await desk.hand_over()
    ours, dirk = await desk.signed_in(), await desk.signed_in("Dirk", team=DOCK)

    answer = await send(ours, number, "note", text="Is doof aan één oor")
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    await send(ours, number, "pass", **PASS)

    events = await desk.store.read("web:anna")
    assert answer.status_code == 303
    assert "Is doof aan één oor" in page
    assert "Is doof" not in text_of(await dirk.get(f"/staff/cases/{number}"))
    assert "Is doof" not in str(entries_of(events, lambda _payload, _language: None))
    assert not [event for event in events if isinstance(event, Said) and "Is doof" in event.reply.plain]
    assert await last(desk, Noted) == Noted(at=desk.clock.now(), by="Sanne", text="Is doof aan één oor")


async def test_an_empty_note_is_none(desk, send):
    number = await desk.hand_over()

    answer = await send(await desk.signed_in(), number, "note", text=" \n ")

    assert answer.status_code == 409
    assert "Typ eerst een notitie." in answer.text


async def test_a_reminder_stands_on_the_case_until_it_is_ticked_off(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    await send(ours, number, "remind", day="2026-12-01", what="Bellen over de brief")
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    row = await desk.store.case("web:anna")
    await send(ours, number, "reminded")

    assert "1 december 2026: Bellen over de brief" in page
    assert row.reminder_at.isoformat() == "2026-12-01T09:00:00+01:00"
    assert (await desk.store.case("web:anna")).reminder_at is None
    assert "Afvinken" not in (await ours.get(f"/staff/cases/{number}")).text


@pytest.mark.parametrize("day", ["", "morgen", "2026-11-20", "2026-11-19", "2028-01-01", "2026-13-40"])
async def test_a_reminder_needs_a_day_ahead(desk, send, day):
    number = await desk.hand_over()

    answer = await send(await desk.signed_in(), number, "remind", day=day, what="Bellen")

    assert answer.status_code == 409
    assert 'value="Bellen"' in answer.text
    assert (await desk.assistant.conversation("web:anna")).reminder_at is None


# ---------------------------------------------------------------- closing and opening again


@pytest.mark.parametrize("outcome", ["duplicate", "other", "declined", "referred_on"])
async def test_every_outcome_closes(desk, send, outcome):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    await send(ours, number, "close", outcome=outcome)

    assert (await desk.assistant.conversation("web:anna")).outcome == outcome


async def test_a_case_that_is_opened_again_is_the_old_question_and_shows_nothing_of_between(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")
    await send(ours, number, "close", outcome="not_reached")
    told = Understanding(language="nl", signals=("suicide",), facts={"age": "67+"})
    await desk.happen("web:anna", Heard(at=desk.clock.now(), id="9", text="Dit is voor niemand", understanding=told))

    answer = await send(ours, number, "reopen", reason="Belde terug")

    now = await desk.assistant.conversation("web:anna")
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    assert answer.status_code == 303
    assert (now.state, now.owner, now.outcome, now.signals) == ("staff", "Sanne", None, ())
    assert now.facts["age"] == "23-66"
    assert "Dit is voor niemand" not in page
    assert "Zelfdoding" not in page.split("verbeteren")[0]
    assert "Sanne opende de vraag opnieuw: Belde terug" in page
    assert (await desk.store.case("web:anna")).state == "staff"


async def test_what_the_resident_took_back_cannot_be_opened_by_staff(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await desk.happen("web:anna", Withdrawn(at=desk.clock.now()))

    answer = await send(ours, number, "reopen", reason="Toch")

    assert answer.status_code == 409
    assert "De bewoner trok deze vraag zelf terug." in answer.text


@pytest.mark.parametrize(
    ("button", "form"),
    [
        ("assign", {"to": "Bram"}),
        ("release", {}),
        ("pass", PASS),
        ("note", {"text": "Te laat"}),
        ("remind", {"day": "2026-12-01"}),
        ("correct", {"theme1": "wonen"}),
        ("close", {"outcome": "helped"}),
        ("answer", {"text": "Te laat"}),
    ],
)
async def test_nothing_more_is_done_with_a_closed_case(desk, send, button, form):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    for name, team in (("Bram", TEAM), ("Dirk", DOCK)):
        await desk.signed_in(name, team=team)
    await send(ours, number, "claim")
    await send(ours, number, "close", outcome="helped")
    before = await desk.store.read("web:anna")

    answer = await send(ours, number, button, **form)

    assert answer.status_code == 409
    assert await desk.store.read("web:anna") == before


# ---------------------------------------------------------------- at once


@pytest.fixture(params=["sqlite", "postgres"])
async def assistant(request, tmp_path, guide):
    """Return an assistant over each database."""
    sqlite = f"sqlite:///{tmp_path}/actions.db"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    understands = lambda _text, _language, _asked: Understanding(language="nl")  # noqa: E731
    yield Assistant(store, Minds(understands, guide, load_phrases()), SystemClock())
    await store.close()


async def test_of_many_who_take_give_and_put_back_at_once_there_is_one_owner_and_a_clear_sentence(assistant):
    names = [f"Collega {number}" for number in range(8)]
    now = assistant.clock.now()
    handed = (Consented(at=now, organisation=TEAM), HandedOver(at=now, organisation=TEAM))
    await assistant.act("web:anna", lambda _, __: handed)
    people = [Staff(name=name, team=TEAM) for name in names]

    tries = [
        *(actions.claim(assistant, "web:anna", one) for one in people),
        *(actions.assign(assistant, "web:anna", one, {"to": "Collega 1"}, names) for one in people),
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)

    events = await assistant.store.read("web:anna")
    owner = replay("web:anna", events).owner
    assert owner in names
    assert all(result is None or isinstance(result, NotAllowed) for result in results)
    assert {str(no) for no in results if no} <= {f"{name} heeft deze vraag al opgepakt." for name in names}
    assert (await assistant.store.case("web:anna")).owner == owner


async def test_two_who_open_a_closed_case_at_once_give_one_owner(assistant):
    now = assistant.clock.now()
    handed = (Consented(at=now, organisation=TEAM), HandedOver(at=now, organisation=TEAM))
    sanne, bram = Staff(name="Sanne", team=TEAM), Staff(name="Bram", team=TEAM)
    await assistant.act("web:anna", lambda _, __: handed)
    await actions.claim(assistant, "web:anna", sanne)
    await assistant.act("web:anna", lambda known, at: handover.close(known, sanne, "helped", "", at))

    tries = [actions.reopen(assistant, "web:anna", one, {"reason": "Toch niet"}) for one in (sanne, bram)]
    results = await asyncio.gather(*tries, return_exceptions=True)

    opened = [event for event in await assistant.store.read("web:anna") if isinstance(event, Reopened)]
    assert [str(no) for no in results if no] == ["Deze vraag is niet gesloten."]
    assert [event.by for event in opened] == [(await assistant.conversation("web:anna")).owner]


def test_the_row_that_sent_a_question_is_known_also_when_it_was_referred_before(desk):
    events = desk.story()

    now = replay("web:anna", events)

    decided = [event for event in events if isinstance(event, Decided)][-1]
    assert now.rule == decided.decision.referrals[0].rule
