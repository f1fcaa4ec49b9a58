"""Cases as lists: the rows of the queue, in words, each with why it stands there."""

from collections.abc import Mapping
from datetime import datetime

from bot.events import Outcome
from bot.handover import Staff
from bot.messages import Value
from bot.queue import TABS, Case, Tab
from bot.staff import words
from bot.staff.access import Door
from bot.staff.chosen import FILTERS, Chosen, Filter, options, wanted
from bot.staff.words import OUTCOMES, Dutch

PAGE = 50  # rows
MOST = 1000  # nobody counts further
NAMES: Mapping[Tab, str] = {
    "nieuw": "Nieuw",
    "mij": "Van mij",
    "bewoner": "Wacht op bewoner",
    "anderen": "Bij collega's",
    "gesloten": "Gesloten",
}


class Row(Value):
    """One case in the queue."""

    number: str
    urgent: bool
    why: str
    since: str
    who: str
    themes: str
    wijk: str
    language: str
    team: str
    owner: str
    mine: bool


class TabLink(Value):
    """A tab: how it is called, how much is in it and where it leads."""

    tab: Tab
    name: str
    count: str
    urgent: bool
    href: str


class Less(Value):
    """What there would be without one filter."""

    name: str
    count: str
    href: str


class Queue(Value):
    """One page of a tab of the queue. `found` of `all` in the tab fit the filters."""

    tab: Tab
    name: str
    title: str
    tabs: tuple[TabLink, ...]
    rows: tuple[Row, ...]
    chosen: Chosen
    options: Mapping[Filter, tuple[tuple[str, str], ...]]
    found: str
    all: str
    less: tuple[Less, ...]
    first: str | None
    following: str | None


async def read_queue(door: Door, staff: Staff, asked: Chosen, dutch: Dutch, now: datetime) -> Queue:
    """Return a page of the queue as this colleague sees it."""
    here = wanted(asked, now)
    cases = await door.cases(staff, here, after=asked.after, limit=PAGE + 1)
    every = {tab: wanted(Chosen(tab=tab), now) for tab in TABS}
    urgent = every["nieuw"].model_copy(update={"urgent": True})
    all_here = not asked.after and len(cases) <= PAGE
    narrowed = () if all_here or not asked.filters else (here,)
    *some, pressing = await door.count(staff, *narrowed, *every.values(), urgent, most=MOST)
    counts = dict(zip(TABS, some[-len(TABS) :], strict=True))
    found = len(cases) if all_here else some[0] if narrowed else counts[asked.tab]
    rest = asked.model_copy(update={"after": ""})
    return Queue(
        tab=asked.tab,
        name=NAMES[asked.tab],
        title=title(counts["nieuw"], pressing),
        tabs=tuple(_tab(tab, counts[tab], pressing, rest) for tab in TABS),
        rows=tuple(row(case, staff, dutch, now) for case in cases[:PAGE]),
        chosen=asked,
        options=options(door.teams(staff), dutch),
        found=number(found),
        all=number(counts[asked.tab]),
        less=() if found else await _less(door, staff, asked, now),
        first=rest.address() if asked.after else None,
        following=rest.address(after=cases[PAGE - 1].place) if len(cases) > PAGE else None,
    )


def title(new: int, urgent: int) -> str:
    """Return what stands on the browser's tab: how much waits."""
    pressing = f", {number(urgent)} dringend" if urgent else ""
    return f"({number(new)}{pressing}) Vragen" if new else "Vragen"


def number(count: int) -> str:
    """Return a count as it is shown."""
    return str(count) if count < MOST else f"{MOST - 1}+"


def row(case: Case, staff: Staff, dutch: Dutch, now: datetime) -> Row:
    """Return a case as a row."""
    mine = case.owner == staff.name
    return Row(
        number=case.number,
        urgent=case.urgent and case.state != "closed",
        why=why(case, now),
        since=since(case, now),
        who=words.person(case.name),
        themes=dutch.themes(case.themes),
        wijk=dutch.wijk(case.wijk) or "Onbekend",
        language=words.language(case.language),
        team=dutch.organisation(case.organisation),
        owner="U" if mine else case.owner or "Nog niemand",
        mine=mine,
    )


def why(case: Case, now: datetime) -> str:
    """Tell why a case stands where it stands."""
    if case.state == "closed":
        return OUTCOMES[outcome] if (outcome := _outcome(case)) else "Gesloten"
    if case.urgent:
        return f"Dringend: {words.signals(case.signals)}" if case.signals else "Dringend"
    return _reason(case, now)


def since(case: Case, now: datetime) -> str:
    """Tell the rest beside `why`: what comes next, or how long it takes already."""
    if case.state == "closed":
        return f"Gesloten {words.moment(case.since, now)}"
    if case.urgent:
        return _reason(case, now)
    return _turn(case, now) if case.due else f"Sinds {words.moment(case.since, now)}"


def _reason(case: Case, now: datetime) -> str:
    """Return what somebody counts on, else whose turn it is."""
    if case.due is None:
        return _turn(case, now)
    if case.due == case.reminder_at:
        return f"Herinnering voor {words.moment(case.due, now)}"
    if case.due > now:
        return f"Beloofd voor {words.moment(case.due, now)}"
    return f"Belofte {words.span(now - case.due)} voorbij"


def _turn(case: Case, now: datetime) -> str:
    waited = words.span(now - case.since)
    if case.waits_for == "resident":
        return f"Wacht {waited} op de bewoner"
    if case.state == "staff" and case.last_from == "resident":
        return f"Bewoner antwoordde {waited} geleden"
    return f"Wacht {waited}"


def _outcome(case: Case) -> Outcome | None:
    return next((outcome for outcome in OUTCOMES if outcome == case.outcome), None)


def _tab(tab: Tab, count: int, urgent: int, rest: Chosen) -> TabLink:
    alarm = tab == "nieuw" and urgent > 0
    return TabLink(tab=tab, name=NAMES[tab], count=number(count), urgent=alarm, href=rest.address(tab=tab))


async def _less(door: Door, staff: Staff, asked: Chosen, now: datetime) -> tuple[Less, ...]:
    """Return what there would be without each of the filters, the one that hides most first."""
    each = [asked.without(name) for name in asked.filters]
    counts = await door.count(staff, *(wanted(one, now) for one in each), most=MOST)
    by_most = sorted(zip(asked.filters, each, counts, strict=True), key=lambda one: -one[2])
    return tuple(Less(name=FILTERS[name], count=number(count), href=one.address()) for name, one, count in by_most)
