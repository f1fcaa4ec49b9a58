"""Cases as lists: the rows of the queue, in words, each with why it stands there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, get_args

from bot.events import Outcome
from bot.handover import Staff
from bot.messages import Value
from bot.ports import Case
from bot.staff import words
from bot.staff.access import case_number
from bot.staff.words import OUTCOMES, Dutch

Tab = Literal["nieuw", "behandeling", "gesloten"]
TABS: tuple[Tab, ...] = get_args(Tab)
SHOWN_CLOSED = 100


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
    owner: str
    mine: bool


class Queue(Value):
    """One tab of the queue, and how many wait or are being worked on."""

    tab: Tab
    rows: tuple[Row, ...]
    new: int
    urgent: int
    busy: int

    @property
    def title(self) -> str:
        """What stands on the browser's tab: how much waits."""
        urgent = f", {self.urgent} dringend" if self.urgent else ""
        return f"({self.new}{urgent}) Vragen" if self.new else "Vragen"


def tab_named(name: str | None) -> Tab:
    """Return the tab of this name, the first when there is none."""
    return next((tab for tab in TABS if tab == name), TABS[0])


def queue(
    tab: Tab, open_cases: Iterable[Case], closed: Iterable[Case], staff: Staff, dutch: Dutch, *, now: datetime
) -> Queue:
    """Return a tab of the queue. The cases come in the order of the desk, and stay in it."""
    both = list(open_cases)
    new = [case for case in both if case.state == "waiting"]
    busy = [case for case in both if case.state == "staff"]
    shown = {"nieuw": new, "behandeling": busy, "gesloten": list(closed)[:SHOWN_CLOSED]}[tab]
    return Queue(
        tab=tab,
        rows=tuple(row(case, staff, dutch, now) for case in shown),
        new=len(new),
        urgent=sum(case.urgent for case in new),
        busy=len(busy),
    )


def row(case: Case, staff: Staff, dutch: Dutch, now: datetime) -> Row:
    """Return a case as a row."""
    mine = case.owner == staff.name
    return Row(
        number=case_number(case.conversation),
        urgent=case.urgent and case.state != "closed",
        why=why(case, now),
        since=since(case, now),
        who=words.person(case.name),
        themes=dutch.themes(case.themes),
        wijk=dutch.wijk(case.wijk) or "Onbekend",
        language=words.language(case.language),
        owner="U" if mine else case.owner or "Nog niemand",
        mine=mine,
    )


def why(case: Case, now: datetime) -> str:
    """Tell why a case stands where it stands."""
    if case.state == "closed":
        return OUTCOMES[outcome] if (outcome := _outcome(case)) else "Gesloten"
    if case.urgent:
        return f"Dringend: {words.signals(case.signals)}" if case.signals else "Dringend"
    return f"Wacht {words.span(now - case.opened_at)}" if case.state == "waiting" else "In behandeling"


def since(case: Case, now: datetime) -> str:
    """Tell how long it takes already, beside `why`."""
    match case.state:
        case "closed":
            return f"Binnen op {words.moment(case.opened_at, now)}"
        case "staff":
            return f"Laatste bericht {words.span(now - case.last_heard_at)} geleden"
        case "waiting" if case.urgent:
            return f"Wacht {words.span(now - case.opened_at)}"
        case "waiting":
            return f"Sinds {words.moment(case.opened_at, now)}"


def _outcome(case: Case) -> Outcome | None:
    return next((outcome for outcome in OUTCOMES if outcome == case.outcome), None)
