"""What happens to a case becomes what must be told elsewhere: in one transaction, once, and without content."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.conversation import replay
from bot.deliveries import Wake, deliveries
from bot.elsewhere.courier import WAITS, retry_at
from bot.elsewhere.problems import Failed, Refused
from bot.events import Claimed, ContactGiven, HandedOver, Heard, Passed, Withdrawn
from bot.handover import case_of
from bot.places import Hears, Places, TakesOver
from bot.ports import Conflict
from bot.queue import Case, case_number
from intents.model import Understanding

TEAM, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-dock"
SYSTEM = TakesOver(name="gemeente", url="https://klant.voorbeeld.nl/api/v1", secret="TOKEN", teams=frozenset({TEAM}))
EAR = Hears(name="dashboard", url="https://oor.voorbeeld.nl/", secret="KEY")
NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
PLACES = Places(klantinteracties=(SYSTEM,), webhooks=(EAR,), mail={TEAM: ("team@voorbeeld.nl",)})


class Recorder:
    """A carrier that remembers what it brought, and fails as often as it is told to."""

    def __init__(self, *problems: Failed) -> None:
        self.problems = list(problems)
        self.told = []

    async def carry(self, delivery, keep):
        if self.problems:
            raise self.problems.pop(0)
        self.told.append(delivery)


def alarm(world):
    return Heard(at=world.clock.now(), id="9", text="help", understanding=Understanding(language="nl"), urgent=True)


@pytest.fixture
async def world(worlds):
    async with worlds(PLACES) as world:
        yield world


async def test_what_happens_to_a_case_is_kept_for_all_who_must_hear_of_it(world):
    await world.hand_over()

    assert [(one.kind, one.what, one.team) for one in await world.kept()] == [
        ("klantinteracties", "case.handed_over", TEAM),
        ("webhook", "case.opened", TEAM),
        ("mail", "mail.new", TEAM),
    ]


async def test_nothing_is_kept_of_an_append_that_failed(world):
    events = world.story(TEAM, False, "Ik heb schulden")
    case = case_of(replay("web:anna", events))

    with pytest.raises(Conflict):
        await world.store.append("web:anna", events, after=7, case=case)

    assert await world.kept() == []


async def test_no_delivery_holds_what_somebody_typed_nor_the_number_of_the_conversation_outside_its_own_column(world):
    await world.hand_over(text="Mijn geheim", conversation="web:secretnumber")
    await world.happen(
        ContactGiven(at=world.clock.now(), name="Fatima", reach="0612345678"), conversation="web:secretnumber"
    )

    for row in await world.kept():
        shown = json.dumps({name: str(value) for name, value in row._asdict().items() if name != "conversation"})
        assert not [word for word in ("geheim", "Fatima", "0612345678", "secretnumber") if word in shown]


async def test_forgetting_a_conversation_forgets_what_was_still_to_be_told_of_it(world):
    await world.hand_over(urgent=True)

    await world.store.forget("web:anna")

    assert await world.kept() == []


async def test_a_webhook_tells_number_team_state_and_times_only(world):
    await world.hand_over()

    (opened,) = [row for row in await world.kept() if row.kind == "webhook"]
    told = json.loads(opened.body)

    assert told.pop("id").startswith("msg_")
    assert told == {
        "type": "case.opened",
        "timestamp": "2026-11-20T13:02:00Z",
        "data": {
            "number": case_number("web:anna"),
            "team": TEAM,
            "state": "waiting",
            "opened_at": "2026-11-20T13:02:00Z",
            "promised_at": "2026-11-21T13:02:00Z",
        },
    }


async def test_each_step_of_a_case_is_told(world):
    await world.hand_over()
    await world.claim()
    world.clock.move(minutes=1)
    passed = Passed(at=world.clock.now(), by="Sanne", organisation=OTHER_TEAM, reason="hoort daar")
    await world.happen(passed)
    world.clock.move(minutes=1)
    await world.happen(Withdrawn(at=world.clock.now()))

    told = [json.loads(row.body) for row in await world.kept() if row.kind == "webhook"]

    assert sorted((one["type"], one["data"]["team"], one["data"]["state"]) for one in told) == [
        ("case.claimed", TEAM, "staff"),
        ("case.closed", OTHER_TEAM, "closed"),
        ("case.opened", TEAM, "waiting"),
        ("case.passed", OTHER_TEAM, "waiting"),
    ]
    (left,) = [one["data"] for one in told if one["type"] == "case.passed"]
    assert left["from_team"] == TEAM


async def test_who_hears_of_one_team_hears_when_a_case_leaves_it_and_nothing_after_that(worlds):
    ear = EAR.model_copy(update={"teams": frozenset({TEAM})})
    async with worlds(Places(webhooks=(ear,))) as world:
        await world.hand_over()
        await world.happen(Passed(at=world.clock.now(), by="Sanne", organisation=OTHER_TEAM, reason="hoort daar"))
        await world.claim()

        assert sorted(row.what for row in await world.kept()) == ["case.opened", "case.passed"]


async def test_a_team_gets_one_mail_for_all_new_questions_of_five_minutes(world):
    for number in range(3):
        await world.hand_over(conversation=f"web:{number}")
        world.clock.move(minutes=1)  # 13:02, 13:03, 13:04
    world.clock.move(minutes=1)
    await world.hand_over(conversation="web:later")

    mails = [row for row in await world.kept() if row.kind == "mail"]

    assert [f"{row.next_try_at:%H:%M:%S}" for row in mails] == ["13:05:30", "13:10:30"]


async def test_an_urgent_question_is_mailed_at_once_and_once(world):
    await world.hand_over(urgent=True)

    await world.happen(alarm(world))

    mails = [row for row in await world.kept() if row.kind == "mail"]

    assert [(row.what, row.next_try_at) for row in mails] == [("mail.urgent", world.clock.now())]


async def test_a_question_that_becomes_urgent_while_it_waits_is_mailed(world):
    await world.hand_over()

    await world.happen(alarm(world))

    assert [row.what for row in await world.kept() if row.kind == "mail"] == ["mail.new", "mail.urgent"]


async def test_a_name_that_comes_later_wakes_the_handing_over(world):
    recorder = Recorder()
    courier = world.courier({"klantinteracties": recorder})
    await world.hand_over(urgent=True)
    await courier.run_due()

    await world.give_contact(name="Fatima")
    world.clock.move(minutes=2)
    await courier.run_due()

    assert [one.what for one in recorder.told] == ["case.handed_over"] * 2


async def test_what_is_woken_while_it_is_brought_is_brought_again(world):
    await world.hand_over(urgent=True)

    class Slow(Recorder):
        async def carry(self, delivery, keep):
            await super().carry(delivery, keep)
            if len(self.told) == 1:
                await world.give_contact(name="Fatima")

    slow = Slow()
    courier = world.courier({"klantinteracties": slow})
    await courier.run_due()
    world.clock.move(minutes=2)
    await courier.run_due()

    assert len(slow.told) == 2
    assert [row.standing for row in await world.kept() if row.kind == "klantinteracties"] == ["done"]


async def test_a_name_in_the_first_ten_minutes_comes_along_with_the_first_try(world):
    recorder = Recorder()
    await world.hand_over()
    await world.give_contact(name="Fatima")
    world.clock.move(minutes=3)
    await world.courier({"klantinteracties": recorder}).run_due()
    assert recorder.told == []

    world.clock.move(minutes=8)
    await world.courier({"klantinteracties": recorder}).run_due()

    assert len(recorder.told) == 1


async def test_nothing_is_decided_for_a_team_of_which_nobody_is_told(world):
    await world.hand_over(team=OTHER_TEAM)

    assert [row.kind for row in await world.kept()] == ["webhook"]


async def test_what_fails_is_tried_again_after_ever_longer_waits_and_then_given_up(world):
    recorder = Recorder(*[Failed("unreachable")] * 99)
    courier = world.courier({"webhook": recorder})
    await world.hand_over()
    tried = []

    for _ in range(20_000):
        left = len(recorder.problems)
        await courier.run_due()
        if len(recorder.problems) < left:
            tried.append(world.clock.now())
        (row,) = [row for row in await world.kept() if row.kind == "webhook"]
        if row.standing == "dead":
            break
        world.clock.at = max(row.next_try_at, world.clock.now())

    assert [later - first for first, later in pairwise(tried)] == list(WAITS)
    assert row.problem == "unreachable"


def test_the_waits_are_spread_so_that_not_all_come_back_at_once():
    soon, late = (retry_at(1, NOW, chance) for chance in (0, 1))

    assert (soon - NOW, late - NOW) == (timedelta(seconds=24), timedelta(seconds=36))
    assert retry_at(len(WAITS) + 1, NOW, 0.5) is None


async def test_what_is_refused_is_given_up_at_once_and_holds_up_nothing(world):
    recorder = Recorder(Refused("redirect"))
    courier = world.courier({"webhook": recorder})
    await world.hand_over()
    await world.claim()

    await courier.run_due()

    assert [one.what for one in recorder.told] == ["case.claimed"]
    assert [(one.what, one.standing, one.problem) for one in await world.deliveries.failing(None)] == [
        ("case.opened", "dead", "redirect")
    ]


async def test_a_place_that_does_not_answer_holds_up_no_other(world):
    deaf, hears = Recorder(*[Failed("unreachable")] * 9), Recorder()
    courier = world.courier({"webhook": deaf, "mail": hears})
    await world.hand_over(urgent=True)
    await world.claim()

    await courier.run_due()

    assert len(deaf.problems) == 8  # the second one waits with the first
    assert [one.what for one in hears.told] == ["mail.urgent"]


async def test_what_was_being_brought_when_the_server_stopped_is_brought_later(world):
    await world.hand_over(urgent=True)
    (due,) = await world.deliveries.due("mail", TEAM, world.clock.now())
    await world.deliveries.start(due, world.clock.now() + timedelta(minutes=5))
    recorder = Recorder()
    courier = world.courier({"mail": recorder})

    await courier.run_due()
    assert recorder.told == []
    world.clock.move(minutes=6)
    await courier.run_due()

    assert len(recorder.told) == 1


async def test_two_servers_do_not_take_the_same_one(world):
    await world.hand_over(urgent=True)
    (due,) = await world.deliveries.due("mail", TEAM, world.clock.now())
    until = world.clock.now() + timedelta(minutes=5)

    taken = [await world.deliveries.start(due, until) for _ in range(2)]

    assert [one is None for one in taken] == [False, True]


async def test_what_was_given_up_can_be_tried_again_by_who_may(world):
    recorder = Recorder(Refused("redirect"))
    courier = world.courier({"webhook": recorder})
    await world.hand_over()
    await courier.run_due()

    assert await world.deliveries.again(None, frozenset({OTHER_TEAM}), world.clock.now()) == 0
    assert await world.deliveries.again(None, frozenset({TEAM}), world.clock.now()) == 1
    await courier.run_due()

    assert [one.what for one in recorder.told] == ["case.opened"]


def test_the_decision_touches_nothing():
    case = Case(
        conversation="web:anna", organisation=TEAM, state="staff", urgent=False, owner="Sanne", themes=(), signals=(),
        wijk=None, language="nl", opened_at=NOW, last_heard_at=NOW, since=NOW,
    )  # fmt: skip

    found = deliveries([(4, ContactGiven(at=NOW, name="Fatima")), (5, Claimed(at=NOW, by="Sanne"))], case, PLACES, TEAM)

    assert [type(one) is Wake or one.what for one in found] == [True, "case.claimed"]
    assert found == deliveries(
        [(4, ContactGiven(at=NOW, name="Fatima")), (5, Claimed(at=NOW, by="Sanne"))], case, PLACES, TEAM
    )
    assert deliveries([(1, HandedOver(at=NOW, organisation=TEAM))], case, Places()) == ()
