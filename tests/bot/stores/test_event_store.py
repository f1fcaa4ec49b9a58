"""What every store promises."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.events import (
    Assigned,
    Claimed,
    Closed,
    Consented,
    ContactGiven,
    Corrected,
    Decided,
    Delivered,
    Followed,
    FollowUpAgreed,
    FollowUpDeclined,
    HandedOver,
    Heard,
    Noted,
    Passed,
    Rang,
    Rated,
    Released,
    ReminderDone,
    ReminderSet,
    Reopened,
    Said,
    Withdrawn,
)
from bot.messages import Choice, Part, Reply, Way
from bot.ports import Conflict, OutboxDepth
from bot.queue import Case, Wanted, case_number
from intents.model import Reading, Understanding
from referral.hours import HERE
from referral.model import Ask, Location, Refer, Referral

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def heard(number="1", at=NOW):
    return Heard(at=at, id=number, text="ik kan mijn huur niet betalen", understanding=Understanding(language="nl"))


def said(number="1", at=NOW):
    return Said(at=at, id=number, reply=Reply(parts=(Part(kind="text", text="Waar woont u?"),)))


def case(conversation="web:1", **other):
    row = {
        "conversation": conversation,
        "organisation": "utrecht-dock",
        "state": "waiting",
        "urgent": False,
        "owner": None,
        "themes": ("geldzorgen",),
        "signals": (),
        "wijk": "overvecht",
        "language": "nl",
        "opened_at": NOW,
        "last_heard_at": NOW,
        "since": NOW,
    }
    return Case.model_validate({**row, **other})


def wanted(tab="nieuw", **other):
    return Wanted(teams=("utrecht-dock",), tab=tab, **other)


EVERY_KIND = (
    Heard(
        at=NOW.astimezone(),
        id="7",
        text="مرحبا 🙂 \x00 'quote\" -- ",
        understanding=Understanding(
            language="ar",
            themes=(Reading(theme="geldzorgen", confidence=0.1 + 0.2),),
            ranking=(Reading(theme="geldzorgen", confidence=1), Reading(theme="wonen", confidence=0)),
            signals=("roof_tonight",),
            act="greet",
            facts={"age": "12-17"},
        ),
        place=Location(candidates=(("utrecht", "overvecht"), ("utrecht", None)), heard="overvecht"),
    ),
    Decided(at=NOW, decision=Ask(fact="age", between=("a", "b")), on=date(2026, 11, 23), directory="1"),
    Decided(
        at=NOW,
        decision=Refer(
            referrals=(Referral(organisation="a", themes=("b",), rule="c", because={"nl": "Omdat."}),),
            urgent=True,
        ),
        on=date(2026, 11, 23),
        directory="1",
    ),
    Said(
        at=NOW + timedelta(microseconds=1),
        id="8",
        by="anna",
        reply=Reply(
            parts=(Part(kind="referral", text="Bel", ways=(Way(label="a", value="b", href="tel:1"),)),),
            choices=(Choice(title="Ja", payload="/yes"),),
            wijk="Overvecht",
        ),
        answers="7",
    ),
    Delivered(at=NOW, said="8"),
    Consented(at=NOW, organisation="a"),
    ContactGiven(at=NOW, name="Anna", reach="06"),
    HandedOver(at=NOW, organisation="a", urgent=True, promised=LATER.astimezone(HERE), late_at=LATER),
    Withdrawn(at=NOW),
    Claimed(at=NOW, by="anna"),
    Assigned(at=NOW, by="anna", to="bram"),
    Released(at=NOW, by="bram", late_at=LATER),
    Passed(at=NOW, by="anna", organisation="b", reason="hoort daar", misroute=True, rule="c", promised=LATER),
    Noted(at=NOW, by="anna", text="belt liever na zessen"),
    ReminderSet(at=NOW, by="anna", at_time=LATER.astimezone(HERE), what="bellen"),
    ReminderDone(at=NOW, by="anna"),
    Corrected(at=NOW, by="anna", themes=("wonen",), signals=(), facts={"age": "67+"}, heard="7", may_learn=True),
    Closed(at=NOW, by="anna", outcome="helped", note="gebeld"),
    Reopened(at=NOW, by="anna", reason="belde terug"),
    FollowUpAgreed(at=NOW, first=LATER.astimezone(HERE)),
    FollowUpDeclined(at=NOW),
    Rang(at=NOW, timer="late", again=LATER.astimezone(HERE)),
    Rang(at=NOW, timer="follow_up", silent=True),
    Followed(at=NOW, organisation="a", themes=("geldzorgen",), result="no_answer"),
    Rated(at=NOW, said="7", organisation="a", themes=("geldzorgen",), useful=False, wrong="unclear"),
)


async def test_what_was_added_is_read_back_in_order(store):
    await store.append("web:1", EVERY_KIND[:4], after=0)
    await store.append("web:1", EVERY_KIND[4:], after=4)

    assert await store.read("web:1") == EVERY_KIND


async def test_a_conversation_that_never_was_is_empty(store):
    await store.append("web:1", [heard()], after=0)

    assert await store.read("web:2") == ()
    assert await store.case("web:2") is None


@pytest.mark.parametrize("after", [0, 1, 3])
async def test_who_has_read_too_little_or_too_much_is_told_so(store, after):
    await store.append("web:1", [heard(), said()], after=0)

    with pytest.raises(Conflict):
        await store.append("web:1", [heard("2")], after=after, case=case())

    assert await store.read("web:1") == (heard(), said())
    assert await store.case("web:1") is None


async def test_of_twenty_at_the_same_moment_one_wins(store):
    await store.append("web:1", [heard()], after=0)

    tries = [store.append("web:1", [Claimed(at=NOW, by=f"{name}")], after=1) for name in range(20)]
    results = await asyncio.gather(*tries, return_exceptions=True)

    assert results.count(None) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19
    assert await store.read("web:1") == (heard(), Claimed(at=NOW, by=str(results.index(None))))


async def test_many_conversations_at_the_same_moment_all_succeed(store):
    names = [f"telegram:{number}" for number in range(50)]

    await asyncio.gather(*(store.append(name, [heard(), said()], after=0, case=case(name)) for name in names))

    assert [await store.read(name) for name in names] == [(heard(), said())] * 50
    assert await store.outbox_depth() == OutboxDepth(waiting=50)


async def test_a_message_is_heard_once(store):
    await store.append("web:1", [heard("1"), said()], after=0)

    with pytest.raises(Conflict):
        await store.append("web:1", [heard("1", at=LATER)], after=2)
    await store.append("web:2", [heard("1")], after=0)

    assert await store.read("web:1") == (heard("1"), said())
    assert await store.read("web:2") == (heard("1"),)


async def test_a_message_is_heard_once_in_one_go_too(store):
    with pytest.raises(Conflict):
        await store.append("web:1", [heard("1"), heard("1")], after=0)

    assert await store.read("web:1") == ()


async def test_a_case_follows_its_events(store):
    await store.append("web:1", [heard()], after=0, case=case())
    claimed = case(state="staff", owner="anna", last_heard_at=LATER)

    await store.append("web:1", [Claimed(at=NOW, by="anna")], after=1, case=claimed)
    await store.append("web:1", [said()], after=2)

    assert await store.case("web:1") == claimed
    assert await store.cases(wanted("anderen")) == (claimed,)
    assert await store.cases(wanted()) == ()


async def test_a_case_stays_as_it_was_when_its_events_come_too_late(store):
    await store.append("web:1", [heard()], after=0, case=case())

    with pytest.raises(Conflict):
        await store.append("web:1", [heard("2")], after=0, case=case(state="closed"))

    assert await store.case("web:1") == case()


async def test_what_is_said_waits_until_it_is_delivered(store):
    await store.append("telegram:1", [heard(), said("1"), said("2")], after=0)
    waiting = await store.undelivered("telegram")
    await store.append("telegram:1", [Delivered(at=NOW, said="1")], after=3)

    assert waiting == (("telegram:1", said("1")), ("telegram:1", said("2")))
    assert await store.undelivered("telegram") == (("telegram:1", said("2")),)
    assert await store.outbox_depth() == OutboxDepth(waiting=1)


async def test_what_is_delivered_at_once_does_not_wait(store):
    await store.append("telegram:1", [said("1"), Delivered(at=NOW, said="1")], after=0)

    assert await store.undelivered("telegram") == ()


async def test_a_conflict_puts_nothing_in_the_outbox(store):
    with pytest.raises(Conflict):
        await store.append("telegram:1", [said()], after=1)

    assert await store.outbox_depth() == OutboxDepth()


async def test_only_channels_that_must_be_pushed_have_an_outbox(store):
    await store.append("web:1", [said()], after=0)

    assert await store.undelivered("web") == ()
    assert await store.outbox_depth() == OutboxDepth()


async def test_the_outbox_gives_the_oldest_first_and_not_too_many(store):
    names = ["telegram:9", "telegram:1", "telegram:5"]
    for name in names:  # the clock jumps back; the order is that in which they were said
        await store.append(name, [said(at=LATER - timedelta(hours=names.index(name)))], after=0)

    assert [name for name, _ in await store.undelivered("telegram", limit=2)] == names[:2]


async def test_what_somebody_claimed_nobody_else_gets_until_the_claim_is_over(store):
    await store.append("telegram:1", [said("1")], after=0)

    assert await store.claim("telegram", NOW, LATER) == ("telegram:1", said("1"))
    assert await store.claim("telegram", NOW, LATER) is None
    assert await store.claim("telegram", LATER, LATER + timedelta(minutes=1)) == ("telegram:1", said("1"))


async def test_of_a_conversation_only_the_first_that_was_not_sent_can_be_claimed(store):
    await store.append("telegram:1", [said("1"), said("2")], after=0)
    await store.append("telegram:2", [said("3")], after=0)

    first = [await store.claim("telegram", NOW, LATER) for _ in range(3)]
    await store.append("telegram:1", [Delivered(at=NOW, said="1")], after=2)

    assert first == [("telegram:1", said("1")), ("telegram:2", said("3")), None]
    assert await store.claim("telegram", NOW, LATER) == ("telegram:1", said("2"))


async def test_what_failed_after_it_was_claimed_waits_for_its_next_try(store):
    await store.append("telegram:1", [said("1")], after=0)
    await store.claim("telegram", NOW, LATER)

    await store.failed("telegram:1", "1", NOW + timedelta(seconds=2))

    assert await store.claim("telegram", NOW + timedelta(seconds=1), LATER) is None
    assert await store.claim("telegram", NOW + timedelta(seconds=2), LATER) == ("telegram:1", said("1"))


async def test_what_failed_is_tried_again_at_its_time(store):
    await store.append("telegram:1", [said()], after=0)

    assert await store.failed("telegram:1", "1", LATER) == 1
    assert await store.failed("telegram:1", "1", LATER) == 2
    assert await store.undelivered("telegram", now=LATER - timedelta(seconds=1)) == ()
    assert await store.undelivered("telegram", now=LATER) == (("telegram:1", said()),)


async def test_what_must_wait_is_not_overtaken_within_its_conversation(store):
    await store.append("telegram:1", [said("1"), said("2")], after=0)
    await store.append("telegram:2", [said("1")], after=0)

    await store.failed("telegram:1", "1", LATER)

    assert await store.undelivered("telegram", now=NOW) == (("telegram:2", said("1")),)
    assert len(await store.undelivered("telegram", now=LATER)) == 3


async def test_what_is_given_up_stays_visible_and_holds_nothing_up(store):
    await store.append("telegram:1", [said("1"), said("2")], after=0)

    await store.failed("telegram:1", "1", None)

    assert await store.undelivered("telegram") == (("telegram:1", said("2")),)
    assert await store.dead_letters("telegram") == (("telegram:1", said("1")),)
    assert await store.outbox_depth() == OutboxDepth(waiting=1, dead=1)


async def test_a_dead_letter_can_be_brought_back(store):
    await store.append("telegram:1", [said()], after=0)
    await store.failed("telegram:1", "1", None)

    assert await store.failed("telegram:1", "1", LATER) == 2
    assert await store.undelivered("telegram", now=LATER) == (("telegram:1", said()),)
    assert await store.dead_letters("telegram") == ()


async def test_failing_what_is_no_longer_there_changes_nothing(store):
    await store.append("telegram:1", [said(), Delivered(at=NOW, said="1")], after=0)

    assert await store.failed("telegram:1", "1", LATER) == 0
    assert await store.outbox_depth() == OutboxDepth()


async def test_a_forgotten_conversation_leaves_nothing(store):
    await store.append("telegram:1", [heard(), said("1"), said("2")], after=0, case=case("telegram:1"))
    await store.append("telegram:2", [heard(), said()], after=0, case=case("telegram:2"))
    await store.failed("telegram:1", "1", None)

    assert await store.forget("telegram:1") is True
    assert await store.forget("telegram:1") is False
    assert await store.read("telegram:1") == ()
    assert await store.case("telegram:1") is None
    assert await store.undelivered("telegram") == (("telegram:2", said()),)
    assert await store.outbox_depth() == OutboxDepth(waiting=1)
    assert await store.cases(wanted()) == (case("telegram:2"),)


def referred(receipt, at=NOW):
    referral = Referral(
        organisation="utrecht-dock",
        because={"nl": "Zij helpen.", "en": "They help."},
        rule="r-1",
        themes=("geldzorgen",),
    )
    return Decided(at=at, decision=Refer(referrals=(referral,)), on=at.date(), directory="1", receipt=receipt)


async def test_an_answer_is_found_by_its_number_the_last_one_first(store):
    await store.append("web:1", [heard(), referred("K7MN-4XWA")], after=0)
    await store.append("web:2", [heard(at=LATER), referred("K7MN-4XWA", at=LATER)], after=0)
    await store.append("web:2", [referred("K7MN-4XWA", at=LATER)], after=2)
    await store.append("web:3", [heard(), referred("3333-3333")], after=0)

    assert await store.answered("K7MN-4XWA") == ("web:2", "web:1")
    assert await store.answered("4444-4444") == ()


async def test_the_number_of_a_forgotten_answer_finds_nothing(store):
    await store.append("web:1", [heard(), referred("K7MN-4XWA")], after=0)

    await store.forget("web:1")

    assert await store.answered("K7MN-4XWA") == ()


async def test_a_timer_is_due_from_its_moment_on_the_oldest_first_and_not_too_many(store):
    await store.append("web:1", [heard()], after=0, timers={"late": LATER, "follow_up": LATER + timedelta(days=7)})
    await store.append("web:2", [heard()], after=0, timers={"follow_up": NOW.astimezone(HERE), "late": NOW})
    await store.append("web:3", [heard()], after=0)

    assert await store.due(NOW - timedelta(seconds=1)) == ()
    assert await store.due(NOW) == (("web:2", "follow_up"), ("web:2", "late"))
    assert await store.due(LATER) == (("web:2", "follow_up"), ("web:2", "late"), ("web:1", "late"))
    assert await store.due(LATER, limit=1) == (("web:2", "follow_up"),)


async def test_timers_are_replaced_with_the_events_and_stay_when_none_are_given(store):
    await store.append("web:1", [heard()], after=0, timers={"late": NOW})

    await store.append("web:1", [said()], after=1)
    as_they_were = await store.due(NOW)
    await store.append("web:1", [Rang(at=NOW, timer="late", again=LATER)], after=2, timers={"unanswered": LATER})

    assert as_they_were == (("web:1", "late"),)
    assert await store.due(NOW) == ()
    assert await store.due(LATER) == (("web:1", "unanswered"),)


async def test_timers_are_taken_away_by_setting_none(store):
    await store.append("web:1", [heard()], after=0, timers={"late": NOW})

    await store.append("web:1", [Claimed(at=NOW, by="anna")], after=1, timers={})

    assert await store.due(LATER) == ()


async def test_who_comes_too_late_changes_no_timer(store):
    await store.append("web:1", [heard()], after=0, timers={"late": NOW})

    with pytest.raises(Conflict):
        await store.append("web:1", [Claimed(at=NOW, by="anna")], after=0, timers={})
    with pytest.raises(Conflict):
        await store.append("web:1", [heard("1", at=LATER)], after=1, timers={"follow_up": NOW})

    assert await store.due(LATER) == (("web:1", "late"),)


async def test_a_forgotten_conversation_rings_no_more(store):
    await store.append("web:1", [heard()], after=0, timers={"late": NOW, "follow_up": NOW})
    await store.append("web:2", [heard()], after=0, timers={"late": NOW})

    await store.forget("web:1")

    assert await store.due(LATER) == (("web:2", "late"),)


async def test_how_many_wait_is_counted_for_each_organisation(store):
    nobody = await store.waiting()
    rows = [
        case("web:1"),
        case("web:2", urgent=True),
        case("web:3", state="staff", owner="anna"),
        case("web:4", state="closed", outcome="helped"),
        case("web:5", organisation="amersfoort-wijkteam"),
    ]
    for row in rows:
        await store.append(row.conversation, [heard()], after=0, case=row)

    assert nobody == {}
    assert await store.waiting() == {"utrecht-dock": 2, "amersfoort-wijkteam": 1}

    await store.append("web:1", [Claimed(at=NOW, by="anna")], after=1, case=case(state="staff", owner="anna"))
    await store.forget("web:5")

    assert await store.waiting() == {"utrecht-dock": 1}


async def test_a_forgotten_conversation_can_begin_again(store):
    await store.append("web:1", [heard()], after=0)
    await store.forget("web:1")

    await store.append("web:1", [heard()], after=0)

    assert await store.read("web:1") == (heard(),)


async def test_forgetting_and_adding_at_the_same_moment_leave_no_half_conversation(store):
    for number in range(10):
        name = f"web:{number}"
        await store.append(name, [heard()], after=0)
        adding = store.append(name, [said()], after=1)
        await asyncio.gather(adding, store.forget(name), return_exceptions=True)

        assert await store.read(name) == ()


async def test_the_bell_rings_when_it_can_be_read(store):
    async with store.changed.subscribe("web:1") as mine, store.changed.subscribe("*") as every:
        adding = asyncio.create_task(store.append("web:1", [heard()], after=0))
        rung = await asyncio.wait_for(anext(mine), 5)
        found = await store.read("web:1")
        await adding

        assert (rung, found) == (case_number("web:1"), (heard(),))
        assert await asyncio.wait_for(anext(every), 5) == rung


async def test_the_bell_rings_for_what_is_forgotten(store):
    await store.append("web:1", [heard()], after=0)

    async with store.changed.subscribe("*") as changes:
        await store.forget("web:1")

        assert await asyncio.wait_for(anext(changes), 5) == case_number("web:1")


async def test_the_bell_is_silent_when_nothing_was_stored(store):
    async with store.changed.subscribe("*") as changes:
        with pytest.raises(Conflict):
            await store.append("web:1", [heard()], after=1)

        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(changes), 0.05)


async def test_a_store_is_ready(store):
    assert await store.ready() is True
