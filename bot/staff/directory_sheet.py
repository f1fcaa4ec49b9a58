"""One organisation of the directory, and one proposal, as the pages show them."""

from collections.abc import Iterable, Sequence

from bot.accounts import Account
from bot.directory import Change, Proposal
from bot.messages import Value
from bot.staff import words
from bot.staff.directory_form import WHOLE, key_of
from bot.staff.directory_rights import alone, may_accept, may_decide, same
from bot.staff.directory_words import DECIDED, KIND, MADE, SORTS, Difference, differences, said, title_of
from bot.staff.words import Dutch
from referral.guide import Guide
from referral.overlay import Raw, Standing


class Line(Value):
    """A contact as it stands in the directory."""

    key: str
    kind: str
    value: str
    wijk: str
    hours: str
    note: str
    shown: bool
    checked: str
    source: str
    waits: str = ""  # the number of a proposal about it
    clashes: bool = False


class Version(Value):
    """A change that was made, in words."""

    version: int
    made: str
    at: str
    title: str
    by: str
    why: str
    source: str
    differences: tuple[Difference, ...]
    may_revert: bool


class Waiting(Value):
    """A proposal in a list."""

    id: str
    title: str
    sort: str
    by: str
    at: str
    state: str
    reason: str
    mine: bool


class Sheet(Value):
    """One organisation."""

    id: str
    name: str
    checked: str
    source: str
    lines: tuple[Line, ...]
    proposals: tuple[Waiting, ...]
    versions: tuple[Version, ...]
    whole: str = WHOLE


class Asked(Value):
    """One proposal, to be decided."""

    id: str
    title: str
    sort: str
    organisation: str
    by: str
    at: str
    source: str
    note: str
    state: str
    decided: str
    reason: str
    differences: tuple[Difference, ...]
    is_open: bool
    may_decide: bool
    may_accept: bool
    mine: bool
    alone: bool


def sheet(
    entry: Raw,
    account: Account,
    guide: Guide,
    proposals: Sequence[Proposal],
    changes: Sequence[Change],
    standings: Iterable[Standing],
) -> Sheet:
    """Return one organisation with all that is known of its contacts."""
    dutch, name = Dutch(guide), str(entry["id"])
    waits = {key_of(one.edit.before): one.id for one in proposals if one.state == "open" and one.edit.before}
    clashing = {key_of(one.theirs) for one in standings if one.state == "conflict" and one.theirs}
    return Sheet(
        id=name,
        name=dutch.organisation(name),
        checked=said("checked_on", entry, dutch),
        source=said("source", entry, dutch),
        lines=tuple(_line(one, entry, dutch, waits, clashing) for one in entry.get("contacts", ())),
        proposals=tuple(waiting(one, account, dutch) for one in proposals),
        versions=tuple(versions([one for one in changes if one.organisation == name], account, guide)),
    )


def _line(contact: Raw, entry: Raw, dutch: Dutch, waits: dict[str, str], clashing: set[str]) -> Line:
    key = key_of(contact)
    return Line(
        key=key,
        kind=KIND.get(str(contact.get("kind")), str(contact.get("kind"))),
        value=said("value", contact, dutch),
        wijk=said("wijk", contact, dutch) if contact.get("wijk") else "",
        hours=said("hours", contact, dutch) if contact.get("hours") else "",
        note=said("note", contact, dutch) if contact.get("note") else "",
        shown=contact.get("verified") == "true",
        checked=_checked(contact, entry, dutch),
        source=said("source", contact, dutch),
        waits=waits.get(key, ""),
        clashes=key in clashing,
    )


def _checked(contact: Raw, entry: Raw, dutch: Dutch) -> str:
    """Tell when a contact was last looked at; one that was never checked was only seen somewhere."""
    if contact.get("checked_on"):
        return f"Nagekeken op {said('checked_on', contact, dutch)}"
    if contact.get("verified") == "true":
        return f"Nagekeken op {said('checked_on', entry, dutch)}"
    return f"Nooit nagekeken, wel ergens gezien (datum: {said('source_date', contact, dutch)})"


def versions(changes: Sequence[Change], account: Account, guide: Guide) -> Iterable[Version]:
    """Yield the changes in words, newest first; only the last one of an entry can be reverted."""
    dutch = Dutch(guide)
    last = {(one.organisation, one.edit.contact): one.version for one in changes}
    for one in reversed(changes):
        yield Version(
            version=one.version,
            made=MADE[one.kind],
            at=words.day(one.at.date()),
            title=title_of(one, dutch),
            by=_by(one),
            why=one.why,
            source=one.source,
            differences=differences(one.edit.before, one.edit.after, dutch),
            may_revert=may_decide(account, one.organisation, guide)
            and last[one.organisation, one.edit.contact] == one.version,
        )


def _by(one: Change) -> str:
    """Tell who proposed a change and who decided."""
    only = " (kon als enige beslissen)" if one.alone else ""
    if one.proposed_by and not same(one.proposed_by, one.by):
        return f"Voorgesteld door {one.proposed_by}, besloten door {one.by}{only}"
    return f"Besloten door {one.by}{only}"


def waiting(one: Proposal, account: Account, dutch: Dutch) -> Waiting:
    """Return a proposal for a list."""
    return Waiting(
        id=one.id,
        title=title_of(one, dutch),
        sort=SORTS[one.sort],
        by=one.by,
        at=words.day(one.at.date()),
        state=DECIDED[one.state],
        reason=one.reason,
        mine=same(one.by, account.name),
    )


def asked(one: Proposal, account: Account, people: Sequence[Account], guide: Guide) -> Asked:
    """Return one proposal with what this account may do about it."""
    dutch, is_open = Dutch(guide), one.state == "open"
    at = f", {words.day(one.decided_at.date())}" if one.decided_at else ""
    decided = f"{DECIDED[one.state]} door {one.decided_by}{at}" if one.decided_by else ""
    accepts = is_open and may_accept(account, one.by, one.organisation, people, guide)
    return Asked(
        id=one.id,
        title=title_of(one, dutch),
        sort=SORTS[one.sort],
        organisation=one.organisation,
        by=one.by,
        at=words.day(one.at.date()),
        source=one.source,
        note=one.note,
        state=DECIDED[one.state],
        decided=decided,
        reason=one.reason,
        differences=differences(one.edit.before, one.edit.after, dutch),
        is_open=is_open,
        may_decide=is_open and may_decide(account, one.organisation, guide),
        may_accept=accepts,
        mine=same(one.by, account.name),
        alone=accepts and same(one.by, account.name) and alone(account, one.organisation, people, guide),
    )
