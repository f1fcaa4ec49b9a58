"""Who is responsible on which day: the proof that no day is left without, or the list of such days.

Rules and organisations change on a few days only (`guide.changes`), so one look in each period between two of
them covers every day there is. In each, every row that can decide must name organisations that exist.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from referral.guide import Guide
from referral.model import Rule, Value

Kind = Literal["nobody", "stands in"]


class Gap(Value):
    """The days on which nobody is responsible for a theme in a place, or somebody only stands in."""

    place: str
    theme: str
    since: date | None
    until: date | None
    kind: Kind
    rule: str
    organisations: tuple[str, ...] = ()

    def __str__(self) -> str:
        days = f"van {self.since or 'het begin'} tot en met {self.until or 'het eind'}"
        names = ", ".join(self.organisations)
        said = f"{names} staat in" if self.kind == "stands in" else f"niemand ({names or 'geen rij'} bestaat dan niet)"
        return f"{self.place}, {self.theme}, {days}: {said} (rij {self.rule})"


def gaps(guide: Guide) -> tuple[Gap, ...]:
    """Return every period without a responsible organisation, for every place and theme. Empty is a proof."""
    found = (gap for since, until in periods(guide) for gap in gaps_in(guide, since, until))
    return tuple(joined(list(found)))


def periods(guide: Guide) -> Iterator[tuple[date | None, date | None]]:
    """Yield the periods in which nothing changes, first and last day; None is an open end."""
    starts: list[date | None] = [None, *guide.changes]
    for start, following in zip(starts, [*guide.changes, None], strict=True):
        yield start, following - timedelta(days=1) if following else None


def gaps_in(guide: Guide, since: date | None, until: date | None) -> Iterator[Gap]:
    """Yield the gaps in one period."""
    day = since or until or date.min
    for place, tables in guide.rules_on(day).items():
        for theme, rules in (*tables.rows.items(), ("_plan", tables.plan.rules)):
            if not rules and theme != "_plan":
                yield Gap(place=place, theme=theme, since=since, until=until, kind="nobody", rule="-")
            for rule in rules:
                for kind, names in gaps_of(rule, guide, day):
                    gap = Gap(place=place, theme=theme, since=since, until=until, kind=kind, rule=rule.id)
                    yield gap.model_copy(update={"organisations": names})


def gaps_of(rule: Rule, guide: Guide, day: date) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """Yield the gap that a row leaves on a day: who is gone, or who only stands in."""
    gone = tuple(name for name in rule.refer_to if guide.organisation(name, day) is None)
    if gone:
        yield "nobody", gone
    elif rule.stands_in:
        yield "stands in", rule.refer_to


def joined(found: list[Gap]) -> Iterator[Gap]:
    """Yield the gaps, periods that follow on each other as one."""
    open_gaps: dict[tuple[str, ...], Gap] = {}
    for gap in found:
        key = (gap.place, gap.theme, gap.kind, gap.rule, *gap.organisations)
        before = open_gaps.get(key)
        if before and before.until and gap.since == before.until + timedelta(days=1):
            open_gaps[key] = before.model_copy(update={"until": gap.until})
        else:
            if before:
                yield before
            open_gaps[key] = gap
    yield from open_gaps.values()
