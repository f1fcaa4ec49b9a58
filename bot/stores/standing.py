"""How the store stands, in a few questions to the database that read indexes only."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Integer, Row, Select, and_, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.queue import ticks
from bot.standing import SOON, Queue, Standing
from bot.stores.engines import Engines
from bot.stores.tables.conversations import CASES, EVENTS, INBOX
from bot.stores.tables.sending import DELIVERIES, OUTBOX

_DUE = func.substr(CASES.c.place, 2, 17)  # see Case.place: of what waits, when an answer was promised


async def standing_of(engines: Engines, now: datetime, municipality_of: Callable[[str], str]) -> Standing:
    """Return how the store stands. Raises StoreAway."""
    async with engines.reading() as connection:
        letters = (await connection.execute(_letters())).one()
        stuck = await connection.scalar(select(func.count()).where(INBOX.c.standing == "aside"))
        failing = and_(DELIVERIES.c.standing != "done", DELIVERIES.c.problem.is_not(None))
        failing_now = await connection.scalar(select(func.count()).where(failing))
        queues = await _queues(connection, now, municipality_of)
    return Standing(
        letters=letters.waiting or 0,
        dead_letters=letters.dead or 0,
        letter_age=_age(letters.oldest, now),
        stuck=stuck or 0,
        failing=failing_now or 0,
        queues=queues,
    )


def _letters() -> Select[int, int, datetime]:
    alive = OUTBOX.c.dead.is_(False)
    said = and_(EVENTS.c.conversation == OUTBOX.c.conversation, EVENTS.c.number == OUTBOX.c.number)
    oldest = select(func.min(EVENTS.c.at)).select_from(OUTBOX.join(EVENTS, said)).where(alive).scalar_subquery()
    return select(
        func.sum(case((alive, 1), else_=0)).label("waiting"),
        func.sum(case((alive, 0), else_=1)).label("dead"),
        oldest.label("oldest"),
    ).select_from(OUTBOX)


async def _queues(
    connection: AsyncConnection, now: datetime, municipality_of: Callable[[str], str]
) -> tuple[Queue, ...]:
    late, soon = (f"{ticks(moment):017d}" for moment in (now, now + timedelta(hours=SOON)))
    each = select(
        CASES.c.organisation,
        func.count().label("waiting"),
        func.min(CASES.c.opened_at).label("oldest"),
        cast(func.sum(case((late > _DUE, 1), else_=0)), Integer).label("late"),
        cast(func.sum(case((and_(late <= _DUE, soon > _DUE), 1), else_=0)), Integer).label("at_risk"),
    ).where(CASES.c.state == "waiting")
    rows = (await connection.execute(each.group_by(CASES.c.organisation))).all()
    together: dict[str, list[Row[str, int, datetime, int, int]]] = defaultdict(list)
    for row in rows:
        together[municipality_of(row.organisation)].append(row)
    return tuple(_queue(name, theirs, now) for name, theirs in sorted(together.items()))


def _queue(municipality: str, rows: list[Row[str, int, datetime, int, int]], now: datetime) -> Queue:
    return Queue(
        municipality=municipality,
        waiting=sum(row.waiting for row in rows),
        age=max(_age(row.oldest, now) for row in rows),
        at_risk=sum(row.at_risk for row in rows),
        late=sum(row.late for row in rows),
    )


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
