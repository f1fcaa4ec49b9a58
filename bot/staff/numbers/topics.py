"""What there is to count: each table of the page, from which tallies, and how its rows are called."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.counted import Dimension, Figures, Kind, Teams
from bot.staff.numbers.suppress import Counts
from bot.staff.words import OUTCOMES, RATED, RESULTS, Dutch, language

_SPLIT = "\t"  # between the parts of a row's name
_UNKNOWN = "Onbekend"
_CLARIFIED = {
    "0": "Meteen begrepen",
    "1": "Na 1 keer doorvragen",
    "2": "Na 2 keer doorvragen",
    "3+": "Na 3 keer of meer",
}
_WITHOUT = {
    "direct": "Vroeg meteen om een medewerker",
    "nothing_found": "Geen organisatie gevonden",
    "gave_up": "Begon opnieuw",
    "left": "Stopte, of is nog bezig",
}
_CORRECTED = {"themes": "Het onderwerp", "signals": "Het gevaar", "facts": "Een antwoord, zoals de wijk"}
_CLOSED = {**{str(outcome): words for outcome, words in OUTCOMES.items()}, "withdrawn": "Bewoner trok de vraag terug"}
_TOLD = {str(result): words for result, words in RESULTS.items()}
_RATED = {verdict: words.capitalize() for verdict, words in RATED.items()}
UNMET = frozenset({"declined", "not_reached", "nothing_found"})  # somebody was not helped
KEPT, BROKEN = "kept", "broken"


@dataclass(frozen=True)
class Topic:
    """A table of counts. `calls` gives the name of a row; `of_all` is only for who sees the whole city."""

    id: str
    title: str
    about: str
    header: str
    kind: Kind
    by: tuple[Dimension, ...]
    calls: Callable[[Dutch, str], str]
    only: str | None = None  # of the last dimension
    of_all: bool = False
    minus: Kind | None = None  # what was taken back in the same week


def _in(names: Mapping[str, str]) -> Callable[[Dutch, str], str]:
    return lambda _, row: names.get(row, row or _UNKNOWN)


def _rule(_: Dutch, row: str) -> str:
    return row or "Zonder regel"


PROMISES = Topic(
    "beloftes", "Beloften aan bewoners",
    "Wegwijs noemt een moment waarop er waarschijnlijk antwoord komt. Te laat is: een halve werkdag daarna.",
    "Team", "promise", ("organisation", "what"), lambda dutch, row: dutch.organisation(row),
)  # fmt: skip
RATINGS = Topic(
    "nuttig", "Of het antwoord nuttig was",
    "Onder een verwijzing in de webchat staat de vraag: was dit nuttig? Elk antwoord telt één keer.",
    "Antwoord", "rated", ("what",), _in(_RATED), minus="unrated",
)  # fmt: skip
TOPICS: tuple[Topic, ...] = (
    Topic(
        "onderwerpen", "Vragen per onderwerp", "Vragen waarbij Wegwijs een organisatie noemde.",
        "Onderwerp", "referred", ("theme",), lambda dutch, row: dutch.theme(row) if row else _UNKNOWN,
    ),
    Topic(
        "wijken", "Vragen per wijk", "De wijk die de bewoner noemde.",
        "Wijk", "referred", ("wijk",), lambda dutch, row: dutch.wijk(row or None) or _UNKNOWN,
    ),
    Topic(
        "talen", "Talen", "De taal waarin de bewoner schreef.",
        "Taal", "referred", ("language",), lambda _, row: language(row) if row else _UNKNOWN,
    ),
    Topic(
        "begrip", "Hoe snel Wegwijs de vraag begreep", "Hoe vaak Wegwijs vroeg waar het over ging.",
        "Begrepen", "referred", ("what",), _in(_CLARIFIED),
    ),
    Topic(
        "zonder", "Vragen die zonder organisatie eindigden", "Wegwijs noemde hier geen organisatie.",
        "Wat er gebeurde", "asked", ("what",), _in(_WITHOUT), of_all=True,
    ),
    PROMISES,
    Topic(
        "afloop", "Hoe vragen afliepen", "Met deze afloop sloten medewerkers vragen.",
        "Afloop", "closed", ("what",), _in(_CLOSED),
    ),
    Topic(
        "verkeerd", "Vragen die bij het verkeerde team kwamen",
        "Het team gaf de vraag door en zei: dit hoort niet bij ons. Geteld per regel die hierheen verwees.",
        "Regel", "passed", ("rule", "what"), _rule, only="misroute",
    ),
    Topic(
        "achteraf", "Wat bewoners later vertelden", "Bewoners die dat goed vonden, kregen na een week deze vraag.",
        "Antwoord", "followed", ("what",), _in(_TOLD),
    ),
    RATINGS,
    Topic(
        "verbeterd", "Wat medewerkers verbeterden", "Wat Wegwijs verkeerd had begrepen.",
        "Verbeterd", "corrected", ("what",), _in(_CORRECTED),
    ),
)  # fmt: skip


def topics_for(teams: Teams | None) -> Sequence[Topic]:
    """Return the tables for who sees these teams, or with None the whole city."""
    return tuple(topic for topic in TOPICS if teams is None or not topic.of_all)


async def counts_of(topic: Topic, figures: Figures, teams: Teams | None) -> Counts:
    """Return the counts of a table by row and week."""
    if topic.of_all:
        return await _without(figures)
    found = await figures.tallied(topic.kind, topic.by, teams=teams)
    if topic.minus:
        undone = await figures.tallied(topic.minus, topic.by, teams=teams)
        found = {at: number - undone.get(at, 0) for at, number in found.items()}
    counts: dict[str, dict[date, int]] = defaultdict(dict)
    for (week, key), number in found.items():
        if topic.only is None or key[-1] == topic.only:
            parts = key if topic.only is None else key[:-1]
            counts[row_name(*parts)][week] = number
    return counts


def row_name(*parts: str | None) -> str:
    """Return the name of a row that is about these things."""
    return _SPLIT.join(part or "" for part in parts)


def parts_of(name: str) -> Sequence[str]:
    """Return what a row is about."""
    return name.split(_SPLIT)


async def _without(figures: Figures) -> Counts:
    """Return how questions ended for which nobody was named; what did not end in any other way was left."""
    asked = await figures.tallied("asked", ())
    ended: dict[str, dict[date, int]] = defaultdict(dict)
    for (week, (what,)), number in (await figures.tallied("dead_end", ("what",))).items():
        ended[what or ""][week] = number
    for (week, (what,)), number in (await figures.tallied("handed_over", ("what",))).items():
        if what == "direct":
            ended[what][week] = number
    referred = await figures.tallied("referred", ())
    for (week, _), number in asked.items():
        others = sum(weeks.get(week, 0) for what, weeks in ended.items() if what != "left")
        left = number - referred.get((week, ()), 0) - others
        if left > 0:
            ended["left"][week] = left
    return ended
