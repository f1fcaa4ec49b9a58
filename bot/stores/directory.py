"""Keeps what staff propose and what was changed of the directory. A change is never altered or erased."""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.directory import Change, Overtaken, Proposal
from bot.stores.engines import Engines, to_the_end
from bot.stores.tables.directory import DIRECTORY_CHANGES, DIRECTORY_PROPOSALS

_LOCK = "directory"


class SqlDirectory:
    """The DirectoryStore over the engines of a SqlStore."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def version(self) -> int:
        """Return the number of the newest change, 0 when there is none."""
        async with self._engines.reading() as connection:
            return await _newest(connection)

    async def changes(self) -> tuple[Change, ...]:
        """Return all changes, oldest first."""
        query = select(DIRECTORY_CHANGES.c.body).order_by(DIRECTORY_CHANGES.c.version)
        async with self._engines.reading() as connection:
            return tuple(Change.model_validate_json(body) for body in await connection.scalars(query))

    async def proposals(
        self, organisations: Sequence[str] | None = None, *, only_open: bool = False
    ) -> tuple[Proposal, ...]:
        """Return the proposals about these organisations (None: all), the last one first."""
        table = DIRECTORY_PROPOSALS
        query = select(table.c.body).order_by(table.c.at.desc(), table.c.id)
        if organisations is not None:
            query = query.where(table.c.organisation.in_(organisations))
        if only_open:
            query = query.where(table.c.state == "open")
        async with self._engines.reading() as connection:
            return tuple(Proposal.model_validate_json(body) for body in await connection.scalars(query))

    async def proposal(self, number: str) -> Proposal | None:
        """Return one proposal, or None."""
        query = select(DIRECTORY_PROPOSALS.c.body).where(DIRECTORY_PROPOSALS.c.id == number)
        async with self._engines.reading() as connection:
            body = await connection.scalar(query)
            return None if body is None else Proposal.model_validate_json(body)

    @to_the_end
    async def propose(self, proposal: Proposal) -> None:
        """Keep a proposal; the same id counts once."""
        row = {
            "id": proposal.id,
            "organisation": proposal.organisation,
            "state": proposal.state,
            "at": proposal.at,
            "body": proposal.model_dump_json(),
        }
        with suppress(IntegrityError):  # sent twice
            async with self._engines.writing() as connection:
                await connection.execute(insert(DIRECTORY_PROPOSALS), row)

    @to_the_end
    async def decide(self, proposal: Proposal) -> None:
        """Keep what was decided about an open proposal that changes nothing. Raises Overtaken when it was not open."""
        async with self._engines.writing(only=_LOCK) as connection:
            await _decide(connection, proposal)

    @to_the_end
    async def change(self, change: Change, decided: Proposal | None = None) -> None:
        """Add a change as the next version, with the proposal that it comes from, in one transaction.

        Raises Overtaken when there is such a version, or the proposal is no longer open.
        """
        row = {
            "version": change.version,
            "organisation": change.organisation,
            "at": change.at,
            "body": change.model_dump_json(),
        }
        try:
            async with self._engines.writing(only=_LOCK) as connection:
                if await _newest(connection) != change.version - 1:
                    raise Overtaken
                if decided:
                    await _decide(connection, decided)
                await connection.execute(insert(DIRECTORY_CHANGES), row)
        except IntegrityError as taken:
            raise Overtaken from taken


async def _newest(connection: AsyncConnection) -> int:
    return await connection.scalar(select(func.max(DIRECTORY_CHANGES.c.version))) or 0


async def _decide(connection: AsyncConnection, proposal: Proposal) -> None:
    table = DIRECTORY_PROPOSALS
    this = update(table).where(table.c.id == proposal.id, table.c.state == "open")
    decided = await connection.execute(this.values(state=proposal.state, body=proposal.model_dump_json()))
    if decided.rowcount != 1:
        raise Overtaken
