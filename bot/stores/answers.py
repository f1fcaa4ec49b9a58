"""The numbers of answers, so that staff can open the one that a resident quotes."""

from collections.abc import Iterable

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import Decided, Event
from bot.stores.tables.conversations import ANSWERS, EVENTS


async def put(connection: AsyncConnection, conversation: str, numbered: Iterable[tuple[int, Event]]) -> None:
    """Keep the numbers of the answers among these events."""
    if rows := [row for each in numbered if (row := _row(conversation, *each))]:
        await connection.execute(insert(ANSWERS), rows)


async def answered(connection: AsyncConnection, receipt: str) -> tuple[str, ...]:
    """Return the conversations in which the answer of this number was given, the last one first."""
    theirs = select(ANSWERS.c.conversation).join(
        EVENTS, (EVENTS.c.conversation == ANSWERS.c.conversation) & (EVENTS.c.number == ANSWERS.c.number)
    )
    latest = theirs.where(ANSWERS.c.receipt == receipt).order_by(EVENTS.c.at.desc(), ANSWERS.c.conversation)
    return tuple(dict.fromkeys(await connection.scalars(latest)))


def _row(conversation: str, number: int, event: Event) -> dict[str, object] | None:
    """Return the row of a referral that has a number; None for everything else."""
    if not isinstance(event, Decided) or event.receipt is None:
        return None
    return {"conversation": conversation, "number": number, "receipt": event.receipt}
