"""The page of directory upkeep: what is to be done, and where files and decisions say different things."""

from collections.abc import Iterable, Sequence

from bot.accounts import Account
from bot.directory import Proposal
from bot.messages import Value
from bot.staff.directory_form import WHOLE, key_of
from bot.staff.directory_rights import may_decide, may_see, same
from bot.staff.directory_words import LEVELS, Difference, Said, advice, differences, in_dutch, said, seen_at, what_of
from bot.staff.words import Dutch
from referral.guide import Guide
from referral.overlay import Named, Raw, Standing
from referral.upkeep import Todo


class Work(Value):
    """One thing to do, in words. `organisation` is where it can be told; empty when only the files can be changed."""

    badge: str
    level: str
    title: str
    what: str
    advice: str
    source: str
    where: str
    organisation: str = ""


class Clash(Value):
    """What was agreed on here and the files say otherwise."""

    organisation: str
    name: str
    key: str
    title: str
    ours: tuple[Difference, ...]
    faults: tuple[Said, ...]
    may_choose: bool


def works(todos: Iterable[Todo], account: Account, guide: Guide) -> tuple[Work, ...]:
    """Return what is to be done that this account may see, in the same order."""
    dutch, mine = Dutch(guide), may_see(account, guide)
    everything = account.role == "beheerder"
    return tuple(_work(one, dutch, mine) for one in todos if everything or mine.intersection(one.organisations))


def _work(todo: Todo, dutch: Dutch, mine: frozenset[str]) -> Work:
    badge, level = LEVELS[todo.kind]
    theirs = [name for name in todo.organisations if name in mine]
    names = dict.fromkeys(dutch.organisation(name) for name in todo.organisations)
    return Work(
        badge=badge,
        level=level,
        title=", ".join(names) or todo.about,
        what=what_of(todo, dutch),
        advice=advice(todo),
        source=seen_at(todo),
        where=f"{todo.file}, regel {todo.line}" if todo.file else "",
        organisation=theirs[0] if theirs else "",
    )


def clashes(standings: Iterable[Standing], account: Account, guide: Guide) -> tuple[Clash, ...]:
    """Return where the files say something else than what was agreed on, as far as this account may see it."""
    dutch, mine = Dutch(guide), may_see(account, guide)
    return tuple(
        Clash(
            organisation=one.organisation,
            name=dutch.organisation(one.organisation),
            key=key_of_chain(one.contact),
            title=said("value", one.ours or one.theirs or {}, dutch) if one.contact else "alles nagekeken",
            ours=differences(_told(one.theirs, one.fields), _told(one.ours, one.fields), dutch),
            faults=tuple(map(in_dutch, one.faults)),
            may_choose=may_decide(account, one.organisation, guide),
        )
        for one in standings
        if one.state in ("conflict", "fault") and one.organisation in mine
    )


def key_of_chain(contact: tuple[str, str, str] | None) -> str:
    """Return what stands for a chain of changes in an address."""
    return key_of(dict(zip(Named._fields, contact, strict=True))) if contact else WHOLE


def _told(state: Raw | None, fields: Sequence[str]) -> Raw:
    return {name: value for name, value in (state or {}).items() if name in fields or name == "value"}


def waits_for(account: Account, proposals: Iterable[Proposal], standings: Iterable[Standing], guide: Guide) -> int:
    """Return how much waits for a decision of this account: proposals of others, and what the files say otherwise."""
    others = [one.organisation for one in proposals if not same(one.by, account.name)]
    torn = [one.organisation for one in standings if one.state in ("conflict", "fault")]
    return sum(may_decide(account, organisation, guide) for organisation in (*others, *torn))
