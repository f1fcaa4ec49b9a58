"""Each upgrade of the tables runs beside processes of the version before it, unless it is named here with why not.

The version before is played by its tables: what it could write, read, change and erase with the columns that it knows,
it must still be able to when the upgrade is there. docs/scale.md (Upgrading beside the old version) says how.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table

from bot.stores.engines import normalised
from bot.stores.migrate import _config, alone_on, upgrade

NEEDS_A_STOP = {
    "0004": "the queue: a case has columns that the version before does not fill",
    "0011": "the keys: the version before cannot read what is sealed",
    "0014": "the claims: the version before waits for nobody's",
}
NO_LONGER_READ: dict[str, set[str]] = {}  # by upgrade: tables and columns ("cases.body") of which the release before
#                                           knows that they go, so that this one can take them away
MEND = (
    "Expand now, contract in a later release: let what is new be empty or have a default, and take away only what the"
    " release before no longer reads (then name it in NO_LONGER_READ). docs/scale.md says how."
)
DEEDS = ("write", "write the least of", "change", "erase")
SAYS_SO_FROM = "0014"  # from here on `compatible` tells old processes to stop
STEPS = [
    (step.down_revision, step.revision)
    for step in reversed(list(ScriptDirectory.from_config(_config()).walk_revisions()))
    if step.down_revision is not None
]


class OldVersion:
    """The processes of a version: they know its tables as they are now, and no others."""

    def __init__(self, connection: Connection, gone: set[str]) -> None:
        self.connection = connection
        self.numbers = itertools.count(1)
        tables = MetaData()
        tables.reflect(connection)
        self.known = {
            table: [column for column in table.columns if f"{table.name}.{column.name}" not in gone]
            for table in tables.sorted_tables
            if table.name not in {"alembic_version", "compatible"} | gone
        }
        self.could = [deed for deed in itertools.product(self.known, DEEDS) if self.refusal(*deed) is None]
        self.kept = {table: self.written(table) for table in self.known}

    def refusal(self, table: Table, deed: str) -> str | None:
        """Do it and take it back. Return what the database says against it."""
        attempt = self.connection.begin_nested()
        try:
            row = self.written(table, least=deed == "write the least of")
            if deed == "change":
                self.connection.execute(sa.update(table).where(same(table, row)).values(row))
            if deed == "erase":
                self.connection.execute(sa.delete(table).where(same(table, row)))
        except sa.exc.DBAPIError as no:
            return str(no.orig).partition("\n")[0]
        finally:
            attempt.rollback()
        return None

    def written(self, table: Table, *, least: bool = False) -> dict[str, Any]:
        """Write a row, and first those that it points at; the least is without what may be empty."""
        row = {column.name: made_up(column, next(self.numbers)) for column in self.known[table]}
        for constraint in table.foreign_key_constraints:
            there = self.written(constraint.referred_table)
            row |= {each.parent.name: there[each.column.name] for each in constraint.elements}
        if least:
            needed = {each.name for each in table.columns if not each.nullable and each.server_default is None}
            row = {name: value for name, value in row.items() if name in needed}
        self.connection.execute(sa.insert(table).values(row))
        return row

    def misses_after(self, change: Callable[[], None]) -> list[str]:
        """Make a change, and tell in sentences what this version can no longer do then."""
        try:
            change()
        except sa.exc.DBAPIError as no:
            return [f"it fails on tables with rows ({no.orig})"]
        now = MetaData()
        now.reflect(self.connection)
        lost = [differences(columns, now.tables.get(table.name)) for table, columns in self.known.items()]
        return list(itertools.chain(*lost)) or [*self.refusals(), *self.misreadings()]

    def refusals(self) -> Iterator[str]:
        for table, deed in self.could:
            if problem := self.refusal(table, deed):
                yield f"{table.name}: cannot {deed} a row ({problem})"

    def misreadings(self) -> Iterator[str]:
        for table, row in self.kept.items():
            columns = [table.c[name] for name in row]
            found = self.connection.execute(sa.select(*columns).where(same(table, row))).mappings().all()
            if found != [row]:
                yield f"{table.name}: reads other than it was written"

    def leave(self) -> None:
        """Take away what was written, but from what only grows."""
        for table in reversed(self.known):
            if (table, "erase") in self.could:
                self.connection.execute(sa.delete(table))


def same(table: Table, row: dict[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row[column.name] for column in table.primary_key))


def made_up(column: Column, number: int) -> Any:
    moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC if getattr(column.type, "timezone", False) else None)
    kinds = {bool: True, int: number, str: f"made up {number}", datetime: moment, date: moment.date()}
    return kinds[column.type.python_type]


def differences(columns: list[Column], now: Table | None) -> list[str]:
    table = columns[0].table.name
    if now is None:
        return [f"{table}: the table is gone"]
    return [f"{table}.{each.name} {what}" for each in columns for what in difference(each, now.columns.get(each.name))]


def difference(old: Column, new: Column | None) -> list[str]:
    if new is None:
        return ["is gone"]
    if str(old.type) != str(new.type):
        return [f"was {old.type} and is {new.type}"]
    if old.nullable and not new.nullable and new.server_default is None:
        return ["could be empty and has no default"]
    return []


def test_every_upgrade_runs_beside_the_version_before_it(url):
    with alone_on(normalised(url)) as connection:
        upgrade(connection, STEPS[0][0])
        for before, after in STEPS:
            if after in NEEDS_A_STOP:
                upgrade(connection, after)
                continue
            old = OldVersion(connection, NO_LONGER_READ.get(after, set()))
            misses = "; ".join(old.misses_after(partial(upgrade, connection, after)))
            assert not misses, f"{after} breaks processes of {before}, which run beside it: {misses}. {MEND}"
            old.leave()


def test_an_upgrade_that_needs_a_stop_or_takes_something_away_says_so_to_the_processes_that_run(sqlite_url):
    """They look at `compatible`, and then say that they are not ready."""
    said = {}
    with alone_on(normalised(sqlite_url)) as connection:
        for after in (after for _, after in STEPS if after >= SAYS_SO_FROM):
            upgrade(connection, after)
            said[after] = connection.scalar(sa.text("SELECT max(since) FROM compatible"))

    stops = {after: after for after in NEEDS_A_STOP if after in said}
    taking = ((before, after) for before, after in itertools.pairwise(said) if after in NO_LONGER_READ)
    silent = [after for before, after in taking if said[before] == said[after]]
    assert stops.items() <= said.items(), "let the upgrade put its own number in `compatible` (docs/scale.md)"
    assert not silent, "let the upgrade put the number of the release before in `compatible` (docs/scale.md)"


def new_and_needed(op: Operations) -> None:
    with op.batch_alter_table("canned") as table:
        table.add_column(Column("colour", sa.Text, nullable=False))


def new_and_needed_for_who_writes(op: Operations) -> None:
    with op.batch_alter_table("canned") as table:
        table.add_column(Column("colour", sa.Text, nullable=False, server_default="none"))
    with op.batch_alter_table("canned") as table:
        table.alter_column("colour", server_default=None)


def no_longer_empty(op: Operations) -> None:
    with op.batch_alter_table("inbox") as table:
        table.alter_column("conversation", existing_type=sa.Text, nullable=False)


def another_type(op: Operations) -> None:
    with op.batch_alter_table("inbox") as table:
        table.alter_column("tries", type_=sa.Text)


def read_otherwise(op: Operations) -> None:
    op.execute("UPDATE inbox SET kind = 'another'")


def checked(op: Operations) -> None:
    with op.batch_alter_table("timers") as table:
        table.create_check_constraint("some", "length(timer) < 3")


BREAKING = [
    (lambda op: op.drop_table("timers"), "timers: the table is gone"),
    (lambda op: op.rename_table("timers", "later"), "timers: the table is gone"),
    (lambda op: op.drop_column("canned", "by"), "canned.by is gone"),
    (new_and_needed, "it fails on tables with rows"),
    (new_and_needed_for_who_writes, "canned: cannot write a row"),
    (no_longer_empty, "inbox.conversation could be empty and has no default"),
    (another_type, "inbox.tries was INTEGER and is TEXT"),
    (read_otherwise, "inbox: reads other than it was written"),
    (checked, "it fails on tables with rows"),
]


def test_what_would_break_the_version_before_is_seen(url):
    with alone_on(normalised(url)) as connection:
        upgrade(connection, "head")
        old = OldVersion(connection, set())
        for change, missed in BREAKING:
            attempt = connection.begin_nested()

            misses = old.misses_after(partial(change, Operations(MigrationContext.configure(connection))))

            attempt.rollback()
            assert missed in "; ".join(misses)


def test_what_only_adds_and_what_the_release_before_no_longer_reads_is_no_problem(url):
    with alone_on(normalised(url)) as connection:
        upgrade(connection, "head")
        old = OldVersion(connection, {"timers", "outbox.problem"})

        def change() -> None:
            op = Operations(MigrationContext.configure(connection))
            op.drop_table("timers")
            op.drop_column("outbox", "problem")
            op.add_column("events", Column("weight", sa.Integer, nullable=False, server_default="0"))
            op.create_table("weights", Column("name", sa.Text, primary_key=True))

        assert old.misses_after(change) == []
