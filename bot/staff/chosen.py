"""What a colleague chose to see of the queue: a tab, filters, and where the page begins. Read from an address."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from bot.messages import Value
from bot.queue import TABS, Tab, Wanted
from bot.staff.words import HERE, LANGUAGES, Dutch
from referral.model import UNKNOWN

Filter = Literal["theme", "wijk", "language", "age", "team"]
FILTERS: Mapping[Filter, str] = {
    "theme": "Onderwerp",
    "wijk": "Wijk",
    "language": "Taal",
    "age": "Binnengekomen",
    "team": "Team",
}
AGES: Mapping[str, str] = {
    "today": "Vandaag",
    "week": "In de laatste 7 dagen",
    "4days": "Langer dan 4 dagen geleden",
    "30days": "Langer dan 30 dagen geleden",
}
_PLACE = re.compile(r"[0-9]{18,35}[0-9a-f]{16}")


class Chosen(Value):
    """A tab of the queue and how it is narrowed. `after` is the place of the last case of the page before."""

    tab: Tab = TABS[0]
    theme: str | None = None
    wijk: str | None = None
    language: str | None = None
    age: str | None = None
    team: str | None = None
    after: str = ""

    @property
    def filters(self) -> Mapping[Filter, str]:
        """The filters that were chosen, each with its value."""
        every: dict[Filter, str | None] = {
            "theme": self.theme,
            "wijk": self.wijk,
            "language": self.language,
            "age": self.age,
            "team": self.team,
        }
        return {name: value for name, value in every.items() if value is not None}

    def address(self, **other: str | None) -> str:
        """Return the address of this list, or of one that differs in these."""
        fields = {
            "tab": self.tab,
            "after": self.after,
            **{str(name): value for name, value in self.filters.items()},
            **other,
        }
        told = {name: value for name, value in fields.items() if value and (name, value) != ("tab", TABS[0])}
        return f"/staff?{urlencode(told)}" if told else "/staff"

    def without(self, name: Filter) -> "Chosen":
        """Return the same, from its beginning and without one filter."""
        return self.model_copy(update={name: None, "after": ""})


def chosen(fields: Mapping[str, str], teams: tuple[str, ...], dutch: Dutch) -> Chosen:
    """Read what was chosen; what there is not counts as not chosen."""
    known = {name: dict(values) for name, values in options(teams, dutch).items()}
    told = {name: value for name in known if (value := fields.get(name, "")) in known[name]}
    after = fields.get("after", "")
    tab = next((tab for tab in TABS if tab == fields.get("tab")), TABS[0])
    return Chosen.model_validate({**told, "tab": tab, "after": after if _PLACE.fullmatch(after) else ""})


def options(teams: tuple[str, ...], dutch: Dutch) -> Mapping[Filter, tuple[tuple[str, str], ...]]:
    """Return what can be chosen: of each filter the values, as they are called. Who has one team chooses none."""
    found: dict[Filter, tuple[tuple[str, str], ...]] = {
        "theme": _sorted(dutch.guide.themes),
        "wijk": (*_sorted(_wijken(teams, dutch)), (UNKNOWN, "Onbekend")),
        "language": _sorted(LANGUAGES),
        "age": tuple(AGES.items()),
    }
    if len(teams) > 1:
        found["team"] = _sorted({team: dutch.organisation(team) for team in teams})
    return found


def _wijken(teams: tuple[str, ...], dutch: Dutch) -> Mapping[str, str]:
    """Return the wijken of the cities of these teams; of all cities when one of the teams is of none."""
    known = dutch.guide.organisations
    cities = {known[team].city if team in known else None for team in teams}
    city_of = dutch.guide.areas.city_of
    return {wijk: name for wijk, name in dutch.wijken.items() if None in cities or city_of(wijk) in cities}


def wanted(chosen: Chosen, now: datetime) -> Wanted:
    """Return which cases these are. The door adds of whom."""
    today = now.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    young = {"today": today, "week": now - timedelta(days=7)}
    old = {"4days": now - timedelta(days=4), "30days": now - timedelta(days=30)}
    return Wanted(
        teams=(chosen.team,) if chosen.team else (),
        tab=chosen.tab,
        remind_until=today + timedelta(days=1),
        theme=chosen.theme,
        wijk=chosen.wijk,
        language=chosen.language,
        opened_from=young.get(chosen.age or ""),
        opened_until=old.get(chosen.age or ""),
    )


def _sorted(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items(), key=lambda one: one[1].casefold()))
