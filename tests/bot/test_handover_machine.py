"""Bot, waiting, staff, closed: residents, colleagues and the clock do whatever they may, in any order.

Whatever happens, a conversation has one owner, the bot is silent while a colleague holds it, and who waits hears of it.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from bot.assistant import staff_reply
from bot.bootstrap import load_minds
from bot.conversation import Conversation, after
from bot.handover import NotAllowed, Staff, claim, close
from bot.later import ring, sent_away
from bot.messages import Incoming, payload
from bot.turn import take_turn

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
COLLEAGUES = [Staff(name="Sanne", team="utrecht-dock"), Staff(name="Ali", team="utrecht-dock")]
SAID = ["ja", "nee", "Fatima", "ik wil een mens spreken", "mijn man slaat mij", "ik heb schulden", "overvecht", "stop"]
PRESSED = [
    "human",
    "affirm",
    "deny",
    "withdraw",
    "wait",
    "contact",
    "follow_up",
    "restart",
    "skip",
    "chat_only",
    "more",
]


@pytest.fixture(scope="module", autouse=True)
def minds():
    Everybody.minds = load_minds()


class Everybody(RuleBasedStateMachine):
    """One conversation, and all who may do something with it."""

    minds = None

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.conversation = Conversation(id="web:1")
        self.said: list[tuple[str, str | None]] = []  # who said something last, and who held it then

    def happened(self, events):
        self.said = []
        for event in events:
            if event.kind == "said":
                self.said.append((event.by, self.conversation.owner if self.conversation.held_by_staff else None))
            self.conversation = after(self.conversation, event)

    def told(self, text):
        incoming = Incoming(id=str(self.conversation.version), conversation="web:1", text=text)
        turn = take_turn(self.conversation, incoming, self.minds, self.now)
        if turn.forget:
            self.said, self.conversation = [], Conversation(id="web:1")
        else:
            self.happened(turn.events)

    @rule(text=sampled_from(SAID))
    def the_resident_types(self, text):
        self.told(text)

    @rule(button=sampled_from(PRESSED))
    def the_resident_presses(self, button):
        self.told(payload(button))

    @rule(result=sampled_from(["helped", "not_helped", "no_answer"]))
    def the_resident_tells_how_it_went(self, result):
        self.told(payload("result", **{"is": result}))

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES))
    def a_colleague_claims(self, who):
        try:
            self.happened(claim(self.conversation, who, self.now))
        except NotAllowed:
            assert self.conversation.state == "closed" or self.conversation.owner not in (None, who.name)
        else:
            assert self.conversation.owner == who.name

    @precondition(lambda self: self.conversation.held_by_staff)
    @rule()
    def the_owner_answers(self):
        owner = self.conversation.owner
        self.happened((staff_reply("Dag, waar kan ik u mee helpen?", owner, self.now, str(self.now), "nl"),))

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES), outcome=sampled_from(["helped", "wrong_address", "not_reached", "declined"]))
    def a_colleague_closes(self, who, outcome):
        try:
            closed = close(self.conversation, who, outcome, "", self.now)
        except NotAllowed:
            assert self.conversation.state != "staff" or self.conversation.owner != who.name
        else:
            away = sent_away(self.conversation, outcome, self.minds, self.now)
            self.happened((*closed, *away))
            assert self.conversation.state == "closed"

    @rule(hours=sampled_from([1, 5, 24, 24 * 8]))
    def time_passes(self, hours):
        self.now += timedelta(hours=hours)
        for timer in tuple(self.conversation.timers):
            agreed = timer == "follow_up" and self.conversation.may_ask
            quiet = self.conversation.quiet and not agreed  # somebody at home may read along
            self.happened(ring(self.conversation, timer, self.minds, self.now))
            assert not (quiet and self.said)

    @invariant()
    def there_is_one_owner(self):
        held = self.conversation.state == "staff"
        assert held == (self.conversation.owner is not None and self.conversation.held_by_staff)

    @invariant()
    def the_bot_is_silent_while_a_colleague_holds_it(self):
        assert not [speaker for speaker, owner in self.said if speaker == "bot" and owner is not None]

    @invariant()
    def who_waits_hears_of_it_and_nobody_else(self):
        set_ = {"late", "unanswered"} & set(self.conversation.timers)
        assert len(set_) == (1 if self.conversation.state == "waiting" else 0)


TestEverybody = Everybody.TestCase
TestEverybody.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
