"""Who holds a conversation: one owner at any time."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from bot.conversation import Conversation, after, replay
from bot.events import Claimed, Closed, HandedOver
from bot.handover import NotAllowed, Staff, case_of, claim, close, must_own

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SANNE = Staff(name="Sanne", team="utrecht-dock")
ALI = Staff(name="Ali", team="utrecht-dock")
WAITING = replay("web:1", [HandedOver(at=NOW, organisation="utrecht-dock")])
CLAIMED = after(WAITING, Claimed(at=NOW, by="Sanne"))


def test_a_waiting_case_can_be_claimed():
    assert claim(WAITING, SANNE, NOW) == (Claimed(at=NOW, by="Sanne"),)


def test_a_second_claim_by_the_owner_changes_nothing():
    assert claim(CLAIMED, SANNE, NOW) == ()


def test_a_case_of_a_colleague_cannot_be_claimed_and_the_reason_names_them():
    with pytest.raises(NotAllowed, match="Sanne"):
        claim(CLAIMED, ALI, NOW)


def test_only_the_owner_closes():
    assert close(CLAIMED, SANNE, "helped", "", NOW) == (Closed(at=NOW, by="Sanne", outcome="helped"),)
    with pytest.raises(NotAllowed):
        close(CLAIMED, ALI, "helped", "", NOW)
    with pytest.raises(NotAllowed):
        close(WAITING, SANNE, "helped", "", NOW)


def test_a_conversation_that_was_never_handed_over_is_no_case():
    assert case_of(Conversation(id="web:1")) is None


def test_the_row_of_the_desk_follows_the_events():
    row = case_of(CLAIMED)

    assert (row.state, row.owner, row.organisation) == ("staff", "Sanne", "utrecht-dock")


class Holding(RuleBasedStateMachine):
    """Residents and colleagues do whatever they may, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Conversation(id="web:1")

    @rule()
    def hand_over(self):
        if self.now.state in (None, "closed"):
            self.now = after(self.now, HandedOver(at=NOW, organisation="utrecht-dock"))

    @precondition(lambda self: self.now.state is not None)
    @rule(who=sampled_from([SANNE, ALI]))
    def claim(self, who):
        before = self.now
        try:
            for event in claim(before, who, NOW):
                self.now = after(self.now, event)
        except NotAllowed:
            assert before.state == "closed" or before.owner not in (None, who.name)
        else:
            assert self.now.owner == who.name

    @precondition(lambda self: self.now.state is not None)
    @rule(who=sampled_from([SANNE, ALI]))
    def close(self, who):
        try:
            for event in close(self.now, who, "helped", "", NOW):
                self.now = after(self.now, event)
        except NotAllowed:
            assert self.now.owner != who.name or self.now.state != "staff"

    @invariant()
    def exactly_one_holds_it(self):
        assert (self.now.state == "staff") == self.now.held_by_staff
        if self.now.held_by_staff:
            must_own(self.now, Staff(name=self.now.owner, team="utrecht-dock"))


TestHolding = Holding.TestCase
TestHolding.settings = settings(max_examples=60, deadline=None)
