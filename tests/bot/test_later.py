"""What the bot says unasked: who waits too long hears so, and who agreed is asked whether it worked out."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import replay
from bot.events import Followed, FollowUpDeclined, HandedOver, Rang, Said
from bot.handover import Staff, claim
from bot.later import ring
from bot.messages import Incoming, payload
from bot.phrases import load_phrases
from bot.queue import Wanted
from bot.staff.undoable import carry_out
from bot.undo import Pending
from referral.hours import HERE

PHRASES = load_phrases()
DOCK, DOCK_NAME = "utrecht-dock", "DOCK Utrecht"
SANNE = Staff(name="Sanne", team=DOCK)
FRONT_DESK = "tel:14030"
DAY = timedelta(days=1)
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=HERE)  # from then on it is late: the question came on Monday at 11
WEDNESDAY = datetime(2026, 11, 25, 9, 0, tzinfo=HERE)
FIRST, SECOND = datetime(2026, 11, 30, 11, 0, tzinfo=HERE), datetime(2026, 12, 21, 11, 0, tzinfo=HERE)
MUCH_LATER = datetime(2027, 12, 1, 12, 0, tzinfo=HERE)
SECONDS = timedelta(seconds=1)


class Chat:
    """A conversation over the whole assistant, with a store and a clock that the test moves."""

    def __init__(self, assistant, conversation="web:1"):
        self.assistant = assistant
        self.id = conversation
        self.number = 0

    async def say(self, text):
        """Say something and return the reply, None when the bot keeps silent."""
        self.number += 1
        said = await self.assistant.handle(Incoming(id=str(self.number), conversation=self.id, text=text))
        return said[-1].reply if said else None

    async def choose(self, name, **values):
        return await self.say(payload(name, **values))

    async def events(self, kind):
        return [event for event in await self.assistant.store.read(self.id) if isinstance(event, kind)]

    async def hears(self, at=None):
        """Let the clock stand at this moment and the timers go off; return what is said then."""
        self.assistant.clock.time = at or self.assistant.clock.time
        before = await self.events(Said)
        await self.assistant.ring_due()
        return [said.reply for said in (await self.events(Said))[len(before) :]]

    async def is_referred(self, place="vleuten"):
        await self.choose("theme", theme="ontmoeting")
        reply = await self.say(place)
        while reply.status == "ask":
            reply = await self.choose("inform", **{reply.expects: "unknown"})
        return reply

    async def is_waiting(self, place="vleuten"):
        """Let it be handed over, to DOCK unless it is somewhere else."""
        await self.is_referred(place)
        await self.choose("contact")
        return await self.choose("affirm")

    async def is_claimed(self):
        await self.assistant.act(self.id, lambda known, now: claim(known, SANNE, now))

    async def is_closed(self, outcome="helped"):
        await self.is_claimed()
        before = len(await self.events(Said))
        await close(self.assistant, self.id, outcome)
        return [said.reply for said in (await self.events(Said))[before:]]

    async def now(self):
        return await self.assistant.conversation(self.id)


@pytest.fixture
def chat(real_assistant):
    return Chat(real_assistant)


async def close(assistant, conversation, outcome):
    """Let the colleague close the case, as the desk does once it can no longer be taken back."""
    now = assistant.clock.now()
    form = {"outcome": outcome, "number": "0" * 32}
    closing = Pending(id="close", conversation=conversation, by=SANNE, what="close", form=form, made=now, due=now)
    await carry_out(assistant, closing)


def text_of(reply):
    return reply.parts[-1].text


def buttons(reply):
    return [choice.payload for choice in reply.choices]


def opens(reply):
    return [way.href for part in reply.parts for way in part.ways]


# ---------------------------------------------------------------- who waits


async def test_who_waits_too_long_hears_so_with_another_way(chat):
    await chat.is_waiting()

    before = await chat.hears(TUESDAY - SECONDS)
    (reply,) = await chat.hears(TUESDAY)

    assert before == []
    assert text_of(reply) == PHRASES("handoff.late", "nl", name=DOCK_NAME)
    assert opens(reply) == ["https://www.dock.nl", FRONT_DESK]
    assert buttons(reply) == [payload("wait"), payload("withdraw"), payload("other")]


async def test_the_promise_is_kept_with_the_question_and_comes_after_those_who_wait_already(chat):
    await chat.is_waiting()
    for number in range(2, 6):
        await Chat(chat.assistant, f"web:{number}").is_waiting()
    last = Chat(chat.assistant, "web:6")

    done = await last.is_waiting()

    (first_promise,), (last_promise,) = await chat.events(HandedOver), await last.events(HandedOver)
    assert first_promise.promised == datetime(2026, 11, 23, 13, 0, tzinfo=HERE)
    assert last_promise.promised == datetime(2026, 11, 23, 14, 30, tzinfo=HERE)
    assert "vandaag vanaf 14.30" in done.parts[0].text


async def test_whose_question_is_not_answered_the_next_working_day_hears_so_with_the_phone_of_the_municipality(chat):
    await chat.is_waiting()
    await chat.hears(TUESDAY)

    before = await chat.hears(WEDNESDAY - SECONDS)
    (reply,) = await chat.hears(WEDNESDAY)

    assert before == []
    assert text_of(reply) == PHRASES("handoff.unanswered", "nl", name=DOCK_NAME)
    assert opens(reply) == [FRONT_DESK]


async def test_the_next_working_day_after_a_friday_is_monday(chat):
    chat.assistant.clock.time = datetime(2026, 11, 26, 15, 0, tzinfo=HERE)  # Thursday; promised for Friday at 9
    await chat.is_waiting()

    (late,) = await chat.hears(datetime(2026, 11, 27, 13, 0, tzinfo=HERE))
    in_the_weekend = await chat.hears(datetime(2026, 11, 29, 13, 0, tzinfo=HERE))
    (unanswered,) = await chat.hears(datetime(2026, 11, 30, 13, 0, tzinfo=HERE))

    assert text_of(late) == PHRASES("handoff.late", "nl", name=DOCK_NAME)
    assert in_the_weekend == []
    assert text_of(unanswered) == PHRASES("handoff.unanswered", "nl", name=DOCK_NAME)


async def test_a_resident_of_another_city_is_not_sent_to_the_phone_of_utrecht(chat):
    await chat.is_waiting("amersfoort")
    organisation = (await chat.now()).organisation

    (late,) = await chat.hears(TUESDAY)
    (unanswered,) = await chat.hears(TUESDAY + 7 * DAY)

    assert organisation.startswith("amersfoort-")
    assert FRONT_DESK not in [*opens(late), *opens(unanswered)]
    assert opens(unanswered) == ["https://www.amersfoort.nl"]


async def test_it_is_said_in_the_language_of_the_resident(chat):
    await chat.choose("language", language="pl")
    await chat.is_waiting()

    (reply,) = await chat.hears(TUESDAY)

    assert reply.language == "pl"
    assert text_of(reply) == PHRASES("handoff.late", "pl", name=DOCK_NAME)


async def test_who_chooses_to_wait_keeps_the_place_and_hears_again_the_next_working_day(chat):
    await chat.is_waiting()
    await chat.hears(TUESDAY)

    reply = await chat.choose("wait")

    assert text_of(reply) == PHRASES("handoff.waits", "nl", name=DOCK_NAME)
    assert (await chat.now()).state == "waiting"
    assert len(await chat.hears(WEDNESDAY)) == 1


@pytest.mark.parametrize("ended", ["claimed", "closed", "withdrawn", "forgotten"])
async def test_nothing_is_said_to_who_no_longer_waits(chat, ended):
    await chat.is_waiting()
    match ended:
        case "claimed":
            await chat.is_claimed()
        case "closed":
            await chat.is_closed()
        case "withdrawn":
            await chat.choose("withdraw")
        case "forgotten":
            await chat.choose("forget")

    assert await chat.hears(MUCH_LATER) == []
    assert await chat.assistant.store.due(MUCH_LATER) == ()


async def test_a_question_that_was_withdrawn_is_off_the_desk(chat):
    await chat.is_waiting()

    await chat.choose("withdraw")

    assert await chat.assistant.store.cases(Wanted(teams=(DOCK,))) == ()
    assert await chat.assistant.store.waiting() == {}


async def test_a_timer_that_goes_off_twice_says_it_once(chat):
    await chat.is_waiting()

    first, second = await chat.hears(TUESDAY), await chat.hears(TUESDAY)

    assert (len(first), second) == (1, [])


async def test_of_many_who_let_it_go_off_at_once_one_says_it(chat):
    await chat.is_waiting()
    chat.assistant.clock.time = TUESDAY
    before = len(await chat.events(Said))

    await asyncio.gather(*(chat.assistant.ring_due() for _ in range(10)))

    assert len(await chat.events(Said)) == before + 1
    assert len(await chat.events(Rang)) == 1


async def test_the_same_moment_gives_the_same_bytes_and_number_however_often_it_is_taken(chat, real_minds):
    await chat.is_waiting()
    events = await chat.assistant.store.read(chat.id)

    taken = [ring(replay(chat.id, events), "late", real_minds, TUESDAY) for _ in range(2)]
    stored = [type(event).model_validate_json(event.model_dump_json()) for event in events]  # as a database gives them
    again = ring(replay(chat.id, stored), "late", real_minds, TUESDAY)
    written = [[event.model_dump_json() for event in each] for each in (*taken, again)]

    assert written[0] == written[1] == written[2]
    assert [event.kind for event in taken[0]] == ["rang", "said"]


async def test_a_timer_that_is_not_due_or_was_never_set_does_nothing(chat, real_minds):
    await chat.is_waiting()
    then = await chat.now()

    assert ring(then, "late", real_minds, TUESDAY - SECONDS) == ()
    assert ring(then, "unanswered", real_minds, MUCH_LATER) == ()
    assert ring(then, "follow_up", real_minds, MUCH_LATER) == ()


async def test_one_timer_that_cannot_go_off_holds_up_no_other(chat):
    gone = HandedOver(at=chat.assistant.clock.now(), organisation="no-longer-there", late_at=TUESDAY - DAY)
    await chat.assistant.act("web:0", lambda _, __: (gone,))
    await chat.is_waiting()

    assert len(await chat.hears(TUESDAY)) == 1


# ---------------------------------------------------------------- who may not be written to


async def test_where_it_is_not_safe_at_home_nothing_is_said_unasked(chat):
    await chat.say("mijn man slaat me en ik ben bang voor hem")
    await chat.is_waiting()

    said = [*await chat.hears(TUESDAY), *await chat.hears(WEDNESDAY), *await chat.hears(MUCH_LATER)]

    assert said == []
    assert all(rang.silent for rang in await chat.events(Rang))


async def test_who_said_that_it_is_not_safe_here_is_not_written_to(chat):
    await chat.is_waiting()

    await chat.choose("safe", here="no")

    assert await chat.hears(TUESDAY) == []


async def test_who_told_of_violence_is_asked_when_it_is_safe_and_then_asked_after_at_that_moment(chat):
    await chat.say("mijn man slaat me en ik ben bang voor hem")
    await chat.is_referred()

    asked = await chat.choose("follow_up")
    agreed = await chat.choose("follow_up", when="evening")
    by_day = await chat.hears(FIRST)
    in_the_evening = await chat.hears(FIRST.replace(hour=19))

    assert text_of(asked) == PHRASES("follow_up.when_safe", "nl")
    assert buttons(asked) == [
        payload("follow_up", when="day"),
        payload("follow_up", when="evening"),
        payload("follow_up", when="never"),
    ]
    assert text_of(agreed) == PHRASES("follow_up.agreed", "nl")
    assert (by_day, len(in_the_evening)) == ([], 1)


async def test_violence_that_is_told_after_agreeing_takes_the_agreement_away(chat):
    await chat.is_referred()
    await chat.choose("follow_up")

    await chat.say("mijn man slaat me en ik ben bang voor hem")

    assert await chat.hears(FIRST) == await chat.hears(SECOND) == await chat.hears(MUCH_LATER) == []
    assert len(await chat.events(Rang)) == 1  # and it does not go on for ever


# ---------------------------------------------------------------- whether it worked out


async def test_nobody_who_did_not_agree_is_asked_whether_it_worked_out(chat):
    await chat.is_referred()

    assert await chat.hears(MUCH_LATER) == []


async def test_who_agreed_is_asked_after_a_week_and_after_four_and_never_again(chat):
    await chat.is_referred()
    agreed = await chat.choose("follow_up")

    early = await chat.hears(FIRST - SECONDS)
    (first,) = await chat.hears(FIRST)
    between = await chat.hears(SECOND - SECONDS)
    (second,) = await chat.hears(SECOND)

    assert text_of(agreed) == PHRASES("follow_up.agreed", "nl")
    assert early == between == []
    assert text_of(first) == text_of(second) == PHRASES("follow_up.question", "nl", name=DOCK_NAME)
    assert buttons(first) == [
        *(payload("result", **{"is": one}) for one in ("helped", "on_the_way", "not_yet", "no_answer", "not_helped")),
        payload("follow_up", when="never"),
    ]
    assert await chat.hears(MUCH_LATER) == []


async def test_while_a_colleague_holds_it_the_question_waits_until_the_case_is_closed(chat):
    await chat.is_waiting()
    await chat.choose("follow_up")
    await chat.is_claimed()

    held = [*await chat.hears(FIRST), *await chat.hears(FIRST + DAY)]
    await close(chat.assistant, chat.id, "helped")
    (asked,) = await chat.hears(FIRST + 2 * DAY)

    assert held == []
    assert text_of(asked) == PHRASES("follow_up.question", "nl", name=DOCK_NAME)


@pytest.mark.parametrize(
    ("result", "key", "again"),
    [
        ("helped", "follow_up.helped", False),
        ("on_the_way", "follow_up.on_the_way", True),
        ("not_yet", "follow_up.not_yet", True),
        ("no_answer", "follow_up.other_way", True),
        ("not_helped", "follow_up.other_way", True),
    ],
)
async def test_each_answer_is_noted_and_only_who_was_helped_is_not_asked_again(chat, result, key, again):
    await chat.is_referred()
    await chat.choose("follow_up")
    await chat.hears(FIRST)

    reply = await chat.choose("result", **{"is": result})

    names = {"name": DOCK_NAME} if key == "follow_up.not_yet" else {}
    assert text_of(reply) == PHRASES(key, "nl", **names)
    (told,) = await chat.events(Followed)
    assert (told.organisation, told.themes, told.result) == (DOCK, ("ontmoeting",), result)
    assert bool(await chat.hears(SECOND)) == again


@pytest.mark.parametrize(("result", "ways"), [("not_yet", "https://www.dock.nl"), ("no_answer", FRONT_DESK)])
async def test_who_is_not_helped_yet_reads_how_to_go_on(chat, result, ways):
    await chat.is_referred()
    await chat.choose("follow_up")
    await chat.hears(FIRST)

    reply = await chat.choose("result", **{"is": result})

    assert ways in opens(reply)
    assert payload("human") in buttons(reply)
    assert (await chat.now()).state is None  # nothing was handed over


@pytest.mark.parametrize("result", ["no_answer", "not_helped"])
async def test_a_closed_case_that_did_not_help_goes_back_to_who_had_it(chat, result):
    await chat.is_waiting()
    await chat.choose("follow_up")
    await chat.is_closed("on_the_way")
    await chat.hears(FIRST)

    reply = await chat.choose("result", **{"is": result})

    (row,) = await chat.assistant.store.cases(Wanted(teams=(DOCK,)))
    assert text_of(reply) == PHRASES("follow_up.reopened", "nl", name=DOCK_NAME)
    assert (row.state, row.owner, row.outcome) == ("waiting", None, None)
    assert len(await chat.hears(FIRST + 2 * DAY)) == 1  # and it is watched again


@pytest.mark.parametrize("ended", ["withdrawn", "wrong_address"])
async def test_what_was_taken_back_or_was_not_theirs_is_not_laid_with_them_again(chat, ended):
    await chat.is_waiting()
    await chat.choose("follow_up")
    await (chat.choose("withdraw") if ended == "withdrawn" else chat.is_closed("wrong_address"))
    await chat.hears(FIRST)

    reply = await chat.choose("result", **{"is": "not_helped"})

    assert text_of(reply) == PHRASES("follow_up.other_way", "nl")
    assert await chat.assistant.store.cases(Wanted(teams=(DOCK,))) == ()


async def test_what_still_waits_stays_where_it_is(chat):
    await chat.is_waiting()
    await chat.choose("follow_up")
    await chat.hears(FIRST)

    reply = await chat.choose("result", **{"is": "no_answer"})

    assert text_of(reply) == PHRASES("follow_up.other_way", "nl")
    assert len(await chat.events(HandedOver)) == 1


async def test_after_another_question_is_asked_about_whom_that_led_to(chat):
    await chat.is_waiting()
    await chat.is_closed()
    await chat.choose("theme", theme="werk")
    await chat.choose("follow_up")

    (asked,) = await chat.hears(FIRST)
    reply = await chat.choose("result", **{"is": "not_helped"})

    assert "Werk en Inkomen" in text_of(asked)
    assert text_of(reply) == PHRASES("follow_up.other_way", "nl")
    assert await chat.assistant.store.cases(Wanted(teams=(DOCK,))) == ()


async def test_who_wants_no_message_gets_none(chat):
    await chat.is_referred()
    await chat.choose("follow_up")
    await chat.hears(FIRST)

    reply = await chat.choose("follow_up", when="never")

    assert text_of(reply) == PHRASES("follow_up.none", "nl")
    assert len(await chat.events(FollowUpDeclined)) == 1
    assert await chat.hears(MUCH_LATER) == []


@pytest.mark.parametrize("pressed", [payload("follow_up"), payload("result", **{"is": "helped"})])
async def test_the_buttons_of_a_follow_up_do_nothing_where_nobody_was_named(chat, pressed):
    reply = await chat.say(pressed)

    assert reply.choices
    assert await chat.events(Followed) == []
    assert await chat.assistant.store.due(MUCH_LATER) == ()


async def test_a_result_that_does_not_exist_is_not_noted(chat):
    await chat.is_referred()

    await chat.choose("result", **{"is": "fantastic"})

    assert await chat.events(Followed) == []


# ---------------------------------------------------------------- staff send it away


@pytest.mark.parametrize(
    ("outcome", "key"), [("wrong_address", "handoff.refused"), ("not_reached", "handoff.unanswered")]
)
async def test_a_question_that_staff_send_away_comes_with_another_way(chat, outcome, key):
    await chat.is_waiting()

    (reply,) = await chat.is_closed(outcome)

    assert text_of(reply) == PHRASES(key, "nl", name=DOCK_NAME)
    assert opens(reply) == [FRONT_DESK]
    assert buttons(reply) == [payload("human"), payload("other")]


@pytest.mark.parametrize("outcome", ["helped", "on_the_way", "referred_on", "declined"])
async def test_any_other_end_is_told_by_the_colleague_and_not_by_the_bot(chat, outcome):
    await chat.is_waiting()

    assert await chat.is_closed(outcome) == []


async def test_where_it_is_not_safe_at_home_nothing_is_said_when_staff_send_it_away(chat):
    await chat.say("mijn man slaat me en ik ben bang voor hem")
    await chat.is_waiting()
    team = (await chat.now()).organisation

    await chat.assistant.act(chat.id, lambda known, now: claim(known, Staff(name="Sanne", team=team), now))
    before = len(await chat.events(Said))
    await close(chat.assistant, chat.id, "wrong_address")

    assert len(await chat.events(Said)) == before


async def test_a_person_asked_for_after_that_is_not_the_one_who_sent_it_away(chat):
    await chat.is_waiting()
    await chat.is_closed("wrong_address")

    await chat.choose("human")
    await chat.choose("affirm")

    assert (await chat.now()).organisation == "utrecht-gemeente"


async def test_the_clock_and_a_colleague_at_the_same_moment_leave_one_story(chat):
    await chat.is_waiting()
    chat.assistant.clock.time = TUESDAY

    await asyncio.gather(chat.assistant.ring_due(), chat.is_claimed())

    assert (await chat.now()).state == "staff"
    assert await chat.assistant.store.due(datetime(2030, 1, 1, tzinfo=UTC)) == ()
