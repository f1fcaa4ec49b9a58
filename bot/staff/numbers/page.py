"""The page of figures: every plot with its table, for one period and for who looks."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.counted import HERE, Figures, Teams, monday
from bot.staff.numbers import charts
from bot.staff.numbers.charts import Bars, Columns, Stretches
from bot.staff.numbers.lasting import hours, in_words, lasted
from bot.staff.numbers.periods import WEEK, Period, node_of, weeks
from bot.staff.numbers.seen import Released, Seen, released
from bot.staff.numbers.suppress import LEAST
from bot.staff.numbers.topics import BROKEN, KEPT, PROMISES, UNMET, Topic, counts_of, parts_of, row_name, topics_for
from bot.staff.words import Dutch, day

_FEWEST_WEEKS = 8  # in the plot of weeks, also for a shorter period
_OTHERS, _TOGETHER = "Overige", "Samen"
_ALSO_BEFORE = " Ook weken van voor de gekozen periode staan erbij."
_UNMET_SIGN = " (niet geholpen)"


@dataclass(frozen=True)
class Table:
    """A plot and its table. `file` is for a spreadsheet, where that gets something else."""

    id: str
    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    chart: Bars | Columns | Stretches
    total: Sequence[str] = ()
    file: Sequence[Sequence[str]] = ()
    live: bool = False

    @property
    def kind(self) -> str:
        """What the plot is."""
        return type(self.chart).__name__

    @property
    def lines(self) -> Sequence[Sequence[str]]:
        """All lines for a spreadsheet."""
        return self.file or [self.header, *self.rows, *([self.total] if self.total else [])]


@dataclass(frozen=True)
class Numbers:
    """The whole page. `until` is the last day that counts, in words."""

    period: Period
    until: str
    begun: bool
    tables: Sequence[Table]

    def table(self, name: str) -> Table | None:
        """Return the table of this name."""
        return next((table for table in self.tables if table.id == name), None)


async def numbers(figures: Figures, period: Period, teams: Teams | None, dutch: Dutch, now: datetime) -> Numbers:
    """Return the figures of these teams, or with None of the whole city."""
    today = now.astimezone(HERE).date()
    tables = [
        await _lasting("tot-contact", figures, period, teams, dutch),
        await _lasting("tot-verwijzing", figures, period, teams, dutch),
    ]
    for topic in topics_for(teams):
        counts = await counts_of(topic, figures, teams)
        shown = await asyncio.to_thread(released, counts, today)
        if topic.id == "onderwerpen":
            tables.append(_weeks(shown, period, today))
        tables.append(_promises(shown, period, dutch) if topic == PROMISES else _counts(topic, shown, period, dutch))
    sunday = min(monday(today), period.before) - timedelta(days=1)
    return Numbers(period, until=day(sunday), begun=sunday >= period.since, tables=tables)


def _counts(topic: Topic, shown: Released, period: Period, dutch: Dutch) -> Table:
    whole = shown.total(*period.ends)
    found = [(name, shown.row(name, *period.ends)) for name in shown.names]
    told = [(_called(topic, name, dutch), seen) for name, seen in found if seen.least or seen.small]
    rows = sorted(told, key=lambda row: (-row[1].least, row[0]))
    if _lacks(whole, [seen for _, seen in rows]):
        rows.append((_OTHERS, Seen(exact=False)))
    return Table(
        topic.id,
        topic.title,
        topic.about,
        (topic.header, "Aantal"),
        [(label, seen.text) for label, seen in rows],
        charts.bars([(label, (seen,)) for label, seen in rows]),
        total=(_TOGETHER, whole.text),
    )


def _called(topic: Topic, name: str, dutch: Dutch) -> str:
    return topic.calls(dutch, name) + (_UNMET_SIGN if name in UNMET else "")


def _lacks(whole: Seen, rows: Sequence[Seen]) -> bool:
    """Tell whether there must be more than these rows; asked only of what is shown, so it tells nothing more."""
    if not whole.least or any(not (seen.exact or seen.small) for seen in rows):
        return False
    return whole.least > sum(LEAST - 1 if seen.small else seen.least for seen in rows)


def _promises(shown: Released, period: Period, dutch: Dutch) -> Table:
    teams = sorted({parts_of(name)[0] for name in shown.names})
    found = [
        (dutch.organisation(team), [shown.row(row_name(team, what), *period.ends) for what in (KEPT, BROKEN)])
        for team in teams
    ]
    rows = [(team, pair) for team, pair in found if any(seen.least or seen.small for seen in pair)]
    whole = shown.total(*period.ends)
    return Table(
        PROMISES.id,
        PROMISES.title,
        PROMISES.about,
        (PROMISES.header, "Op tijd", "Te laat"),
        [(team, *(seen.text for seen in pair)) for team, pair in rows],
        charts.bars(rows),
        total=("Samen op tijd en te laat", whole.text, ""),
    )


def _weeks(shown: Released, period: Period, today: date) -> Table:
    before = min(period.before, monday(today))
    since = min(period.since, before - _FEWEST_WEEKS * WEEK)
    nodes = [node_of(week, "week") for week in weeks(since, before)]
    found = [(node.label, shown.total(node.since, node.before)) for node in nodes]
    return Table(
        "weken",
        "Vragen per week",
        "Vragen waarbij Wegwijs een organisatie noemde." + (_ALSO_BEFORE if since < period.since else ""),
        ("Week", "Aantal"),
        [(label.capitalize(), seen.text) for label, seen in found],
        charts.columns([(label.split()[1], seen) for label, seen in found]),
    )


async def _lasting(name: str, figures: Figures, period: Period, teams: Teams | None, dutch: Dutch) -> Table:
    contact = name == "tot-contact"
    spans = await figures.spans("contact" if contact else "referred", period.since, period.before, teams=teams)
    found = lasted(spans, dutch)
    about = (
        "Hoe lang bewoners wachten op het eerste contact met een medewerker. De buurtteams noemen zelf ruim vier dagen."
        if contact
        else "Hoe lang het duurt van de eerste vraag aan Wegwijs tot de naam van een organisatie."
    )
    title = "Van overdracht tot eerste contact" if contact else "Van vraag tot verwijzing"
    return Table(
        name,
        title,
        about,
        ("Team", "Helft binnen", "9 van de 10 binnen"),
        [(one.team, in_words(one.half), in_words(one.nine)) for one in found],
        charts.stretches(found, four_days=contact),
        file=[
            ("Team", "Helft binnen (uren)", "9 van de 10 binnen (uren)"),
            *((one.team, hours(one.half), hours(one.nine)) for one in found),
        ],
        live=True,
    )
