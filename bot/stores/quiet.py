"""Which conversations are old: nothing happened in them since a moment, and no timer will go off."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.stores.tables.conversations import CASES, EVENTS, TIMERS

Sort = Literal["conversation", "handoff_open", "handoff_closed"]
Place = tuple[datetime, str]  # of the first event of a conversation, and its number

_STATES = {"handoff_open": ("waiting", "staff"), "handoff_closed": ("closed",)}


def quiet(sort: Sort, until: datetime, after: Place | None, limit: int) -> Select[datetime, str]:
    """Return the query for old conversations of a sort behind this place, those that began first in front."""
    first = EVENTS.alias()
    began, conversation = first.c.at, first.c.conversation
    case = select(CASES.c.state).where(CASES.c.conversation == conversation)
    of_sort = case.where(CASES.c.state.in_(_STATES[sort])).exists() if sort in _STATES else ~case.exists()
    behind = began > after[0] if after else began.is_not(None)
    if after:
        behind = behind | and_(began == after[0], conversation > after[1])
    query = select(began, conversation).where(first.c.number == 1, began <= until, behind)
    return query.where(of_sort, ~_livens(conversation, until)).order_by(began, conversation).limit(limit)


async def is_quiet(connection: AsyncConnection, conversation: str, until: datetime) -> bool:
    """Tell whether nothing happened in a conversation after a moment, and no timer will go off later."""
    lively: bool | None = await connection.scalar(select(_livens(conversation, until)))
    return not lively


def _livens(conversation: ColumnElement[str] | str, until: datetime) -> ColumnElement[bool]:
    happened = exists().where(EVENTS.c.conversation == conversation, EVENTS.c.at > until)
    to_come = exists().where(TIMERS.c.conversation == conversation, TIMERS.c.due_at > until)
    return happened | to_come
