"""From what was told to the next step. Nothing here reads a file, a clock or a database."""

from datetime import date

from referral.facts import told
from referral.guide import Day, Guide
from referral.model import UNKNOWN, Ask, Decision, Refer, Referral, Signals, Situation
from referral.plan import next_question, table_of
from referral.walk import SHOWN, Case, Stop, once, walk


def decide(situation: Situation, guide: Guide, on: date) -> Decision:
    """Return the next step: ask for one fact, or refer.

    As long as a fact that is open can still change the outcome, ask for the one that the plan names;
    otherwise the tables of the city answer. Help lines for danger come with both. Raises WrongWord
    for a theme, signal, fact or value that does not exist.
    """
    return decide_case(case_of(situation, guide), guide, guide.day(on))


def decide_case(case: Case, guide: Guide, day: Day) -> Decision:
    """Return the next step for a case that was checked."""
    first, urgent = say_first(case, guide.signals), is_urgent(case, guide.signals)
    question = next_question(case, guide, day)
    if question:
        return Ask(fact=question.fact, between=question.between, say_first=first, urgent=urgent)
    stops = destinations(case, day)
    return Refer(
        referrals=tuple(referral(stop) for stop in stops[:SHOWN]),
        say_first=first,
        left_over=tuple(stop.organisation for stop in stops[SHOWN:]),
        urgent=urgent,
    )


def case_of(situation: Situation, guide: Guide) -> Case:
    """Return what the rows look at: everything once, with what follows."""
    return Case(once(situation.themes), once(situation.signals), told(situation, guide))


def destinations(case: Case, day: Day) -> tuple[Stop, ...]:
    """Where the tables of the resident's city lead."""
    return walk(case, day.tables[table_of(case.facts.get("city"))])


def referral(stop: Stop) -> Referral:
    """Return a destination as it is told to a resident."""
    return Referral(
        organisation=stop.organisation,
        themes=stop.themes,
        wijk=stop.wijk,
        rule=stop.rule.id,
        beside=stop.beside,
        because=stop.rule.because,
    )


def say_first(case: Case, signals: Signals) -> tuple[str, ...]:
    """Whom to name before anything else, in the order of signals.yaml."""
    city = case.facts.get("city", UNKNOWN)
    return tuple(
        one.line
        for one in signals.say_first
        if (not one.cities or city in one.cities) and any(signal in one.signals for signal in case.signals)
    )


def is_urgent(case: Case, signals: Signals) -> bool:
    """Tell whether a handoff with these signals comes first on the desk."""
    return any(signal in signals.urgent for signal in case.signals)
