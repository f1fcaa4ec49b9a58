"""From approved proposals to a verdict: copy, learn, measure, test, report; and into place when nothing got worse."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from bot.learn import files, trial
from bot.learn.collect import refers_first
from bot.learn.model import Proposal
from bot.learn.report import report
from bot.learn.trial import Moved
from bot.learn.verdict import Tried, Verdict, judge
from bot.learn.workshop import Workshop
from bot.messages import Value
from referral.guide import Guide

MARGIN = 0.01  # how much lower an overall share may be when that can be chance
_HELD_OUT = "tests/intents/sentences"


class NothingApproved(Exception):
    """No proposal was approved that is not part of the product already."""


class Outcome(Value):
    """What came of it: the verdict, the page that tells it, and the files that changed when it was promoted."""

    verdict: Verdict
    page: str
    promoted: tuple[str, ...] = ()


def learn(
    root: Path, scratch: Path, proposals: Path, tools: Workshop, guide: Guide, now: datetime,
    *, margin: float = MARGIN, promote: bool = False, how: str = "alles opnieuw",
) -> Outcome:  # fmt: skip
    """Try the approved proposals in a copy under `scratch`, and put it in place if asked and nothing got worse.

    Raises NothingApproved, NotThere, NotProposals, and Moved when the product changed in the meantime; then as well
    as when something got worse, all is as it was.
    """
    everything = files.read(proposals)
    approved = [one for one in everything if one.approved and one.promoted is None]
    if not approved:
        raise NothingApproved
    before = trial.print_of(root)
    changing = trial.lay_out(root, scratch, approved)
    tried = _try(root, scratch, approved, tools, guide, now.date())
    verdict = judge(tried, margin)
    page = report(tried, verdict, approved, now, margin, how)
    if not (promote and verdict.may_promote):
        return Outcome(verdict=verdict, page=page)
    if trial.print_of(root) != before:
        raise Moved
    promoted = trial.promote(scratch, root, changing)
    files.write(proposals, _marked(everything, now.date()))
    return Outcome(verdict=verdict, page=page, promoted=promoted)


def _try(root: Path, scratch: Path, approved: Sequence[Proposal], tools: Workshop, guide: Guide, today: date) -> Tried:
    held_out = scratch / _HELD_OUT
    before = tools.score(root, held_out)
    tools.train(scratch)
    after = tools.score(scratch, held_out)
    return Tried(before=before, after=after, tests=tools.test(scratch), routes=_wrong_routes(approved, guide, today))


def _wrong_routes(approved: Sequence[Proposal], guide: Guide, today: date) -> tuple[str, ...]:
    """Return a line for each test of the tables that fails; who does not yet have it right may say known_miss."""
    tests = [one for one in approved if one.kind == "referral" and "known_miss" not in one.entry]
    led = [(one, refers_first(one, guide, today)) for one in tests]
    return tuple(
        f"{one.name} gaat naar {there or 'niemand'}, niet naar {one.entry['refers_first']}"
        for one, there in led
        if there != one.entry["refers_first"]
    )


def _marked(proposals: Sequence[Proposal], today: date) -> list[Proposal]:
    return [
        one.model_copy(update={"promoted": today}) if one.approved and one.promoted is None else one
        for one in proposals
    ]
