"""The desk's rows in SQL: which are wanted, in their place. `bot/queue.py` says in Python what they promise."""

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.queue import Case, Wanted
from bot.stores.known import known
from bot.stores.tables.conversations import CASES
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.vault import ConversationKey, Vault
from referral.model import UNKNOWN

_STATES = {"nieuw": "waiting", "mij": "staff", "bewoner": "staff", "anderen": "staff", "gesloten": "closed"}
_URGENT = "1"  # the place of every urgent case is before this one, and that of every closed one


async def put(connection: AsyncConnection, case: Case, key: ConversationKey) -> str | None:
    """Set the row of a conversation; return the team that had it before, None when nobody did."""
    before = await take_out(connection, case.conversation)
    await connection.execute(insert(CASES), row(case, key))
    return before


async def take_out(connection: AsyncConnection, conversation: str) -> str | None:
    """Erase the row of a conversation; return the team that had it, None when there was none."""
    gone = delete(CASES).where(CASES.c.conversation == conversation).returning(CASES.c.organisation)
    team: str | None = await connection.scalar(gone)
    return team


async def one(connection: AsyncConnection, vault: Vault, this: ColumnElement[bool]) -> Case | None:
    """Return the case that this finds, None when there is none."""
    row = (await connection.execute(_sealed(CASES).where(this))).one_or_none()
    return None if row is None else _case(vault, *row)


async def page(connection: AsyncConnection, vault: Vault, wanted: Wanted, after: str, limit: int) -> tuple[Case, ...]:
    """Return the first wanted cases behind this place. Each team is read in its own order, so nothing is sorted."""
    if not wanted.teams:
        return ()
    each = [_of_team(team, wanted, after, limit).subquery() for team in wanted.teams]
    together = union_all(*map(select, each)).subquery()
    first = select(together).order_by(together.c.place).limit(limit).subquery()
    rows = await connection.execute(_sealed(first).order_by(first.c.place))
    return tuple(_case(vault, *row) for row in rows)


async def count(connection: AsyncConnection, wanted: Sequence[Wanted], most: int) -> tuple[int, ...]:
    """Return how many each of these wants, in one question; no more than `most` are counted."""
    if not wanted:
        return ()
    some = [select(literal(1)).where(_fits(one), CASES.c.organisation.in_(one.teams)).limit(most) for one in wanted]
    numbers = [select(func.count()).select_from(one.subquery()).scalar_subquery() for one in some]
    return tuple((await connection.execute(select(*numbers))).one())


def row(case: Case, key: ConversationKey) -> dict[str, object]:
    """Return a case as a row: the whole of it, sealed, and the columns to find it by."""
    columns = {"conversation", "organisation", "state", "urgent", "owner", "waits_for", "language"}
    return {
        **case.model_dump(include={*columns, "opened_at", "reminder_at"}),
        "number": case.number,
        "place": case.place,
        "themes": f" {' '.join(case.themes)} ",
        "wijk": case.wijk or UNKNOWN,
        "body": key.seal(case.model_dump_json(), "case"),
    }


def _sealed(found: FromClause) -> Select[str, str, str | None]:
    keys = CONVERSATION_KEYS.c
    both = found.outerjoin(CONVERSATION_KEYS, keys.conversation == found.c.conversation)
    return select(found.c.conversation, found.c.body, keys.wrapped).select_from(both)


def _case(vault: Vault, conversation: str, body: str, wrapped: str | None) -> Case:
    return known(Case, vault.key(conversation, wrapped).open(body, "case"))


def _of_team(team: str, wanted: Wanted, after: str, limit: int) -> Select[str, str, str]:
    theirs = select(CASES.c.place, CASES.c.conversation, CASES.c.body).where(
        CASES.c.organisation == team, _fits(wanted)
    )
    return theirs.where(CASES.c.place > after).order_by(CASES.c.place).limit(limit)


def _fits(wanted: Wanted) -> ColumnElement[bool]:
    return and_(CASES.c.state == _STATES[wanted.tab], *_whose(wanted), *_narrowed(wanted))


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.urgent:
        yield CASES.c.urgent & (CASES.c.place < _URGENT)  # the second says where to look
    if wanted.theme is not None:
        yield CASES.c.themes.contains(f" {wanted.theme} ", autoescape=True)
    if wanted.wijk is not None:
        yield CASES.c.wijk == wanted.wijk
    if wanted.language is not None:
        yield CASES.c.language == wanted.language
    if wanted.opened_from is not None:
        yield CASES.c.opened_at >= wanted.opened_from
    if wanted.opened_until is not None:
        yield CASES.c.opened_at < wanted.opened_until


def _whose(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    remembered = CASES.c.reminder_at < wanted.remind_until if wanted.remind_until else false()
    match wanted.tab:
        case "mij":
            return CASES.c.owner == wanted.me, or_(CASES.c.waits_for == "staff", remembered)
        case "bewoner":
            asleep = or_(CASES.c.reminder_at.is_(None), ~remembered)
            return CASES.c.owner == wanted.me, CASES.c.waits_for == "resident", asleep
        case "anderen":
            return (CASES.c.owner != wanted.me,)
        case _:
            return ()


async def waiting(connection: AsyncConnection) -> dict[str, int]:
    """Return how many questions wait for each organisation that has any."""
    each = select(CASES.c.organisation, func.count()).where(CASES.c.state == "waiting")
    rows = await connection.execute(each.group_by(CASES.c.organisation))
    return {organisation: number for organisation, number in rows}  # noqa: C416 -- rows are no pairs to mypy
