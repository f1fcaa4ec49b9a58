"""What is counted of a conversation, and that nothing in it says whose it was."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import Conversation, replay
from bot.counted import Tally
from bot.events import (
    Claimed,
    Closed,
    Corrected,
    Decided,
    Followed,
    HandedOver,
    Heard,
    Passed,
    Rang,
    Rated,
    Said,
    Withdrawn,
)
from bot.messages import Part, Reply, payload
from bot.tally import tallies
from intents.model import Reading, Understanding
from referral.model import Refer, Referral

START = datetime(2026, 11, 20, 13, 7, 31, tzinfo=UTC)
HOUR = START.replace(minute=0, second=0)
TEAM, OTHER = "utrecht-buurtteam-sociaal", "utrecht-dock"


def later(minutes=0.0):
    return START + timedelta(minutes=minutes)


def heard(*themes, minutes=0.0, act=None, text="Ik heb schulden bij Jan de Vries", **facts):
    readings = tuple(Reading(theme=theme, confidence=0.9) for theme in themes)
    told = Understanding(language="tr", themes=readings, ranking=readings, act=act, facts=facts)
    return Heard(at=later(minutes), id=f"{minutes}", text=text, understanding=told)


def referred(minutes=0.0, themes=("geldzorgen",), team=TEAM):
    referral = Referral(organisation=team, themes=themes, rule="geld-iedereen", because={"nl": "Geld."})
    return Decided(at=later(minutes), decision=Refer(referrals=(referral,)), on=START.date(), directory="1")


def said(minutes=0.0, by="bot", status="chat"):
    reply = Reply(parts=(Part(kind="text", text="Dag Jan"),), status=status)
    return Said(at=later(minutes), id=f"said {minutes}", by=by, reply=reply)


def handed_over(minutes=0.0, late=120.0):
    return HandedOver(at=later(minutes), organisation=TEAM, promised=later(late / 2), late_at=later(late))


def counted(*events):
    """Return what is counted of a whole conversation."""
    return tallies(Conversation(id="web:1"), events)


def kinds(*events):
    return [(one.kind, one.what) for one in counted(*events)]


def test_a_question_and_its_referral_are_counted_with_the_time_between():
    found = counted(heard("geldzorgen", wijk="utrecht-overvecht"), referred(minutes=7.9))

    about = {"at": HOUR, "theme": "geldzorgen", "wijk": "utrecht-overvecht", "language": "tr"}
    assert found == (
        Tally(kind="asked", **about),
        Tally(kind="referred", organisation=TEAM, rule="geld-iedereen", what="0", minutes=7, **about),
    )


def test_nothing_of_a_tally_says_whose_it_was():
    found = counted(heard("geldzorgen"), referred(), handed_over(), said(by="Sanne", minutes=30), followed())

    assert set(Tally.model_fields) == {
        "at", "kind", "theme", "wijk", "language", "organisation", "rule", "what", "minutes",
    }  # fmt: skip
    words = " ".join(one.model_dump_json() for one in found)
    assert not [word for word in ("Jan", "web:1", "Sanne", "said", "schulden") if word in words]
    assert all((one.at.minute, one.at.second) == (0, 0) for one in found)


def followed(minutes=60.0):
    return Followed(at=later(minutes), organisation=TEAM, themes=("geldzorgen",), result="helped")


def test_events_one_by_one_are_counted_as_events_together():
    events = [
        heard("geldzorgen"), said(1, status="clarify"), referred(2), handed_over(3), said(30, by="Sanne"),
        Closed(at=later(60), by="Sanne", outcome="helped"), heard("wonen", minutes=90), referred(91, ("wonen",)),
    ]  # fmt: skip

    apart = [
        one
        for number, event in enumerate(events)
        for one in tallies(replay("web:1", events[:number]), (event,))
    ]  # fmt: skip

    assert tuple(apart) == counted(*events)


@pytest.mark.parametrize(("asked", "what"), [(0, "0"), (1, "1"), (2, "2"), (3, "3+"), (5, "3+")])
def test_clarifying_questions_are_counted(asked, what):
    unclear = [event for at in range(asked) for event in (heard(minutes=at), said(at, status="clarify"))]

    assert ("referred", what) in kinds(*unclear, heard("geldzorgen", minutes=9), referred(9))


def test_a_question_is_counted_once_however_much_is_told():
    found = kinds(heard("geldzorgen"), heard("wonen", minutes=1), referred(2), referred(3), heard(minutes=4))

    assert found == [("asked", None), ("referred", "0")]


def test_a_new_theme_after_a_referral_is_a_new_question():
    first = (heard("geldzorgen"), said(1, status="clarify"), referred(2))

    found = counted(*first, heard("wonen", minutes=60), referred(61, ("wonen",)))

    assert [(one.kind, one.theme, one.what, one.minutes) for one in found] == [
        ("asked", "geldzorgen", None, None),
        ("referred", "geldzorgen", "1", 2),
        ("asked", "wonen", None, None),
        ("referred", "wonen", "0", 1),
    ]


def test_small_talk_is_no_question():
    assert kinds(heard(act="greet"), said(), heard(text=payload("start"), minutes=1), said(1)) == []


def test_what_nobody_understands_is_a_question_after_the_third_time():
    unclear = [event for at in range(4) for event in (heard(minutes=at), said(at, status="clarify"))]

    assert kinds(*unclear) == [("asked", None)]


def test_who_starts_again_before_an_answer_gave_up():
    assert kinds(heard("geldzorgen"), heard(act="restart", minutes=1), heard("wonen", minutes=2)) == [
        ("asked", None),
        ("dead_end", "gave_up"),
        ("asked", None),
    ]


def test_who_starts_again_after_an_answer_did_not_give_up():
    assert ("dead_end", "gave_up") not in kinds(heard("geldzorgen"), referred(), heard(act="restart", minutes=1))


def test_a_theme_for_which_there_is_nobody_is_a_dead_end():
    nobody = Decided(at=later(1), decision=Refer(referrals=()), on=START.date(), directory="1")

    assert kinds(heard("geldzorgen"), nobody) == [("asked", None), ("dead_end", "nothing_found")]


def test_a_handover_is_counted_with_whether_somebody_was_named_before():
    assert kinds(heard("geldzorgen"), referred(), handed_over(1))[-1] == ("handed_over", "after_referral")
    assert kinds(heard(act="human"), handed_over(1)) == [("asked", None), ("handed_over", "direct")]


def test_the_first_word_of_a_colleague_is_the_contact_and_keeps_the_promise():
    case = (heard("geldzorgen"), referred(), handed_over(10), Claimed(at=later(20), by="Sanne"))

    found = counted(*case, said(90, by="Sanne"), said(95, by="Sanne"))[3:]

    assert [(one.kind, one.what, one.minutes, one.organisation) for one in found] == [
        ("contact", None, 80, TEAM),
        ("promise", "kept", None, TEAM),
    ]


def test_a_word_too_late_breaks_the_promise():
    found = kinds(heard("geldzorgen"), referred(), handed_over(), said(121, by="Sanne"))

    assert found[-2:] == [("contact", None), ("promise", "broken")]


def test_a_promise_is_broken_once():
    late = Rang(at=later(120), timer="late")

    found = kinds(heard("geldzorgen"), handed_over(), late, late, said(300, by="Sanne"))

    assert found[2:] == [("promise", "broken"), ("contact", None)]


@pytest.mark.parametrize("outcome", ["helped", "on_the_way", "referred_on", "declined"])
def test_who_was_helped_by_phone_was_spoken_to_at_the_latest_when_it_closed(outcome):
    found = kinds(heard("geldzorgen"), handed_over(), Closed(at=later(60), by="Sanne", outcome=outcome))

    assert found[2:] == [("contact", None), ("promise", "kept"), ("closed", outcome)]


def test_who_was_not_reached_was_not_spoken_to_but_they_tried():
    found = kinds(heard("geldzorgen"), handed_over(), Closed(at=later(60), by="Sanne", outcome="not_reached"))

    assert found[2:] == [("promise", "kept"), ("closed", "not_reached")]


@pytest.mark.parametrize("outcome", ["wrong_address", "duplicate", "other"])
def test_of_what_was_not_theirs_only_the_outcome_counts(outcome):
    found = kinds(heard("geldzorgen"), handed_over(), Closed(at=later(60), by="Sanne", outcome=outcome))

    assert found[2:] == [("closed", outcome)]


def test_a_question_taken_back_is_closed_without_a_promise():
    assert kinds(heard("geldzorgen"), handed_over(), Withdrawn(at=later(60)))[2:] == [("closed", "withdrawn")]


def test_a_misroute_is_counted_for_the_team_and_rule_it_came_by():
    passed = Passed(
        at=later(5), by="Sanne", organisation=OTHER, reason="hoort bij DOCK", misroute=True, rule="geld-iedereen",
        late_at=later(60),
    )  # fmt: skip

    found = counted(heard("geldzorgen"), referred(), handed_over(1), passed, said(45, by="Bo"))[3:]

    assert [(one.kind, one.what, one.organisation, one.rule, one.minutes) for one in found] == [
        ("passed", "misroute", TEAM, "geld-iedereen", None),
        ("contact", None, OTHER, None, 40),
        ("promise", "kept", OTHER, None, None),
    ]


def test_each_part_that_was_put_right_counts():
    corrected = Corrected(at=later(9), by="Sanne", themes=("wonen",), facts={"wijk": "utrecht-zuid"})

    found = counted(heard("geldzorgen"), handed_over(), corrected)[2:]

    assert [(one.what, one.theme) for one in found] == [("themes", "geldzorgen"), ("facts", "geldzorgen")]


def test_how_it_went_later_is_counted_for_who_helped():
    found = counted(heard("geldzorgen"), referred(), followed())[-1]

    assert (found.kind, found.what, found.organisation) == ("followed", "helped", TEAM)


def test_an_unknown_wijk_is_no_wijk():
    assert counted(heard("geldzorgen", wijk="unknown"))[0].wijk is None


def test_the_week_of_a_tally_is_that_of_the_clock_here():
    sunday_night = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)  # Monday 0:00 in Utrecht

    assert str(Tally(at=sunday_night, kind="asked").week) == "2026-11-23"


def test_a_real_talk_is_counted(talk):
    talk.say("ik heb schulden en kan de huur niet betalen, ik woon in Overvecht in Utrecht")

    found = tallies(Conversation(id="test:1"), talk.turn.events)

    assert found[0].kind == "asked"
    assert found[0].theme in ("geldzorgen", "wonen")


# ---------------------------------------------------------------- was it useful?


def rated(minutes=0.0, useful=True, wrong=None):
    return Rated(
        at=later(minutes), said="said 1", organisation=TEAM, themes=("geldzorgen",), useful=useful, wrong=wrong
    )


def test_each_answer_counts_as_what_the_resident_found_last():
    found = counted(rated(), rated(1, useful=False), rated(2, useful=False, wrong="cannot_go"))

    assert [(one.kind, one.what) for one in found] == [
        ("rated", "yes"), ("unrated", "yes"), ("rated", "no"), ("unrated", "no"), ("rated", "cannot_go"),
    ]  # fmt: skip
    assert {(one.organisation, one.theme) for one in found} == {(TEAM, "geldzorgen")}


def test_a_change_of_mind_after_the_week_leaves_its_figures_alone():
    week = 7 * 24 * 60

    assert [one.what for one in counted(rated(), rated(week, useful=False), rated(week + 1))] == ["yes"]
