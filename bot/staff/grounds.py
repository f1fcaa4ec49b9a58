"""Why a question went where it went: the row that decided, its source, the day, and the rows it passed by."""

from collections.abc import Iterator

from bot.conversation import Conversation
from bot.events import Decided
from bot.messages import Value
from bot.staff import words
from bot.staff.words import Dutch, pick
from bot.turn import MOST_THEMES
from referral.explain import Explanation, Row, explain
from referral.model import Refer, Referral, Situation

MOST_CHANGES = 6  # that are shown of what would lead elsewhere
_CHANGED = "De regels zijn sinds deze verwijzing veranderd. Nu zou Wegwijs misschien anders verwijzen."


class Reason(Value):
    """One organisation of a referral, and the row of the tables that named it."""

    organisation: str
    themes: tuple[str, ...]
    wijk: str | None
    because: str
    beside: tuple[str, ...]
    rule: str
    source: str | None


class Step(Value):
    """A row of the tables that was looked at, in a sentence, and whether it fitted."""

    text: str
    rule: str
    fits: bool


class Grounds(Value):
    """A referral with what decided it. `changed` says so when the rules of today decide otherwise.

    `otherwise` tells the smallest changes of what is known that lead to somebody else.
    """

    reasons: tuple[Reason, ...]
    left_over: tuple[str, ...]
    on: str
    directory: str
    receipt: str | None = None
    steps: tuple[Step, ...] = ()
    otherwise: tuple[str, ...] = ()
    changed: str | None = None


def grounds(decided: Decided, refer: Refer, known: Conversation, dutch: Dutch) -> Grounds:
    """Return a referral in words. `known` is the conversation as it stood when it was decided."""
    walk = explained(decided, known, dutch)
    return Grounds(
        reasons=tuple(reason(one, dutch) for one in refer.referrals),
        left_over=tuple(map(dutch.organisation, refer.left_over)),
        on=words.day(decided.on),
        directory=decided.directory,
        receipt=decided.receipt,
        otherwise=tuple(otherwise(walk, dutch)) if walk else (),
        steps=tuple(steps(walk, dutch)) if walk else (),
        changed=None if walk else _CHANGED,
    )


def explained(decided: Decided, known: Conversation, dutch: Dutch) -> Explanation | None:
    """Return the walk that led to the decision, None when the rules of today lead elsewhere."""
    situation = Situation(themes=known.themes[:MOST_THEMES], signals=known.signals, facts=known.facts)
    try:
        walk = explain(situation, dutch.guide, decided.on)
    except ValueError:  # a fact or a theme that there was then, and is no longer
        return None
    return walk if walk.decision == decided.decision else None


def reason(referral: Referral, dutch: Dutch) -> Reason:
    """Return one organisation of a referral in words."""
    rule = dutch.rule(referral.rule)
    return Reason(
        organisation=dutch.organisation(referral.organisation),
        themes=tuple(map(dutch.theme, referral.themes)),
        wijk=dutch.wijk(referral.wijk),
        because=pick(referral.because),
        beside=tuple(map(dutch.organisation, referral.beside)),
        rule=referral.rule,
        source=rule.source if rule else None,
    )


def steps(walk: Explanation, dutch: Dutch) -> Iterator[Step]:
    """Give the rows that were looked at, in order."""
    for trace in walk.traces:
        about = dutch.theme(trace.theme) if trace.theme else "Eén plan voor het gezin"
        for row in trace.rows:
            yield Step(text=f"{about}: {outcome(row, dutch)}", rule=row.rule, fits=row.fitted)


def otherwise(walk: Explanation, dutch: Dutch) -> Iterator[str]:
    """Give the smallest changes that lead elsewhere, each as a sentence."""
    for change in walk.would_change[:MOST_CHANGES]:
        facts = " en ".join("{}: {}".format(*dutch.fact(fact, value)) for fact, value in change.facts.items())
        yield f"{facts}. Dan {', daarna '.join(map(dutch.organisation, change.organisations)) or 'niemand'}."


def outcome(row: Row, dutch: Dutch) -> str:
    """Tell where a row leads, and why it fitted or not."""
    to = ", ".join(map(dutch.organisation, row.refer_to))
    if row.fitted:
        return f"{to}. Dit past."
    missed = [_missed(name, told, row, dutch) for name, told in row.passed_by.items()]
    return f"{to}. Niet, want {', '.join(missed)}."


def _missed(name: str, told: str, row: Row, dutch: Dutch) -> str:
    rule = dutch.rule(row.rule)
    match name:
        case "signals":
            return f"geen sprake van {words.signals(rule.signals if rule else ())}"
        case "themes":
            return f"het gaat niet ook over {dutch.themes(rule.themes if rule else ())}"
        case _:
            return "{}: {}".format(*dutch.fact(name, told)).lower()
