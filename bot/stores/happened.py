"""The events of conversations: written behind those that were there, and read, sealed in between."""

from collections.abc import Iterable

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.events import Event, Followed, Heard
from bot.ports import Conflict
from bot.stores.keys import opened_events, sealed_events
from bot.stores.known import known, known_event
from bot.stores.tables.conversations import EVENTS
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.vault import ConversationKey, Vault


async def of(connection: AsyncConnection, vault: Vault, conversation: str) -> tuple[Event, ...]:
    """Return all events of a conversation, oldest first; empty when there is none."""
    mine = sealed_events().where(EVENTS.c.conversation == conversation)
    rows = (await connection.execute(mine.order_by(EVENTS.c.number))).all()
    return tuple(map(known_event, opened_events(vault, rows)))


async def followed(connection: AsyncConnection, vault: Vault) -> tuple[Followed, ...]:
    """Return what residents told about how it went, oldest first."""
    told = sealed_events().where(EVENTS.c.kind == "followed").order_by(EVENTS.c.at)
    rows = (await connection.execute(told)).all()
    return tuple(known(Followed, body) for body in opened_events(vault, rows))


async def expect(connection: AsyncConnection, conversation: str, after: int) -> str | None:
    """Return the wrapped key of a conversation, None when it has none yet.

    Raises Conflict unless the conversation has exactly `after` events; they are numbered from 1.
    """
    last = select(func.max(EVENTS.c.number)).where(EVENTS.c.conversation == conversation)
    mine = select(CONVERSATION_KEYS.c.wrapped).where(CONVERSATION_KEYS.c.conversation == conversation)
    both = select(last.scalar_subquery(), mine.scalar_subquery())
    number, wrapped = (await connection.execute(both)).one()
    if (number or 0) != after:
        raise Conflict(conversation)
    return None if wrapped is None else str(wrapped)


async def put(connection: AsyncConnection, key: ConversationKey, numbered: Iterable[tuple[int, Event]]) -> None:
    """Add events, each with its number."""
    if rows := [_row(key, *each) for each in numbered]:
        await connection.execute(insert(EVENTS), rows)


def _row(key: ConversationKey, number: int, event: Event) -> dict[str, object]:
    return {
        "conversation": key.conversation,
        "number": number,
        "kind": event.kind,
        "heard_id": event.id if isinstance(event, Heard) else None,
        "body": key.seal(event.model_dump_json(), "event", number),
        "at": event.at,
    }
