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
from bot.contact import hand_over
from bot.conversation import Conversation, after
from bot.events import Corrected, Passed
from bot.handover import NotAllowed, Staff, assign, claim, close, correct, note, pass_on, release, remind, reopen
from bot.later import passed_on, ring, sent_away
from bot.messages import Incoming, payload
from bot.promise import next_word
from bot.turn import take_turn
from bot.wording import Wording

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

    def may_handle(self, who):
        return self.conversation.state != "closed" and self.conversation.owner in (None, who.name)

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES), to=sampled_from(COLLEAGUES))
    def a_colleague_gives_it_to_a_colleague(self, who, to):
        may = self.may_handle(who)
        try:
            self.happened(assign(self.conversation, who, to.name, self.now))
        except NotAllowed:
            assert not may
        else:
            assert may
            assert self.conversation.owner == to.name

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES))
    def a_colleague_puts_it_back(self, who):
        may, late_at = self.may_handle(who), next_word(self.conversation.organisation, self.minds.guide, self.now)
        try:
            self.happened(release(self.conversation, who, late_at, self.now))
        except NotAllowed:
            assert not may
        else:
            assert (may, self.conversation.state, self.conversation.owner) == (True, "waiting", None)

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES), to=sampled_from(["utrecht-gemeente", "utrecht-dock"]))
    def a_colleague_passes_it_on(self, who, to):
        before, may = self.conversation, self.may_handle(who) and self.conversation.organisation != to
        words = Wording(self.minds.phrases, self.minds.guide, before.answered_in, self.now)
        there = hand_over(to, words)
        passed = Passed(
            at=self.now, by=who.name, organisation=to, reason="hoort daar", misroute=True, late_at=there.late_at
        )
        try:
            self.happened((*pass_on(before, who, passed), *passed_on(before, there, words)))
        except NotAllowed:
            assert not may
        else:
            assert (may, self.conversation.organisation, self.conversation.consented) == (True, to, to)
            assert bool(self.said) != before.quiet

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES), days=sampled_from([None, 3]))
    def a_colleague_notes_and_remembers(self, who, days):
        day = self.now + timedelta(days=days) if days else None
        try:
            self.happened(note(self.conversation, who, "belt liever na zessen", self.now))
            self.happened(remind(self.conversation, who, day, "bellen", self.now))
        except NotAllowed:
            assert self.conversation.state == "closed"
        else:
            assert self.conversation.reminder_at == day

    @precondition(lambda self: self.conversation.state is not None)
    @rule(
        who=sampled_from(COLLEAGUES),
        themes=sampled_from([("wonen",), ("geldzorgen", "wonen")]),
        signals=sampled_from([None, (), ("suicide",)]),
    )
    def a_colleague_puts_right_what_was_understood(self, who, themes, signals):
        corrected = Corrected(at=self.now, by=who.name, themes=themes, signals=signals, facts={"age": "67+"})
        before = self.conversation
        try:
            self.happened(correct(before, who, corrected))
        except NotAllowed:
            assert before.state == "closed" or before.facts.get("age") == "67+"
        else:
            assert (self.conversation.themes, self.conversation.facts["age"]) == (themes, "67+")
            assert self.conversation.alarms == (before.alarms if signals is None else signals)
        assert (self.conversation.state, self.conversation.owner) == (before.state, before.owner)

    @precondition(lambda self: self.conversation.state is not None)
    @rule(who=sampled_from(COLLEAGUES))
    def a_colleague_opens_it_again(self, who):
        before = self.conversation
        try:
            self.happened(reopen(before, who, "belde terug", self.now))
        except NotAllowed:
            assert before.state != "closed" or before.outcome == "withdrawn"
        else:
            assert (self.conversation.owner, self.conversation.outcome) == (who.name, None)
            assert self.conversation.facts == before.closed_on.facts

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
    def only_whom_the_resident_agreed_to_has_it(self):
        assert self.conversation.state not in ("waiting", "staff") or (
            self.conversation.organisation == self.conversation.consented
        )

    @invariant()
    def nothing_is_to_be_remembered_of_what_is_closed(self):
        assert self.conversation.state != "closed" or self.conversation.reminder_at is None

    @invariant()
    def who_waits_hears_of_it_and_nobody_else(self):
        set_ = {"late", "unanswered"} & set(self.conversation.timers)
        assert len(set_) == (1 if self.conversation.state == "waiting" else 0)


TestEverybody = Everybody.TestCase
TestEverybody.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
