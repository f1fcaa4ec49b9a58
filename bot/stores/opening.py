"""Opens a database: its tables made, its keys at hand, and what a version from before the keys left sealed.

Cases are sealed at once, since their numbers change with it. Events may be many; they are sealed while Wegwijs runs,
a hundred conversations at a time, and can be read meanwhile. Stopped half way it goes on from there at the next start.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, Table, and_, delete, exists, func, insert, select, text, update

from bot.queue import Case
from bot.stores.cases import row as row_of
from bot.stores.engines import normalised
from bot.stores.keys import root_of, wrapped_root
from bot.stores.masters import make_file, masters_from
from bot.stores.migrate import alone_on, looking_at, migrate
from bot.stores.tables.conversations import CASES, EVENTS, PENDING
from bot.stores.tables.keys import CONVERSATION_KEYS
from bot.stores.trouble import KeyTrouble
from bot.stores.vault import PLAIN, ConversationKey, Vault

log = logging.getLogger("wegwijs")

AT_ONCE = 100  # conversations
_SEALED = (
    "%d conversations of an earlier version were sealed. What they said in the clear goes out of the files of the"
    " database with `wegwijs keys wipe`, in a quiet hour."
)
_REST = 0.02  # seconds between two rounds, for who waits to write

Seal = Callable[[Connection, ConversationKey], None]


def open_database(url: str, environment: Mapping[str, str] = os.environ) -> Vault:
    """Return the vault of a database that is ready for use. Raises StoreAway, and KeyTrouble without the right key."""
    migrate(url)
    with looking_at(normalised(url)) as connection:
        wrapped = wrapped_root(connection)
        is_sealed = not any(_plain(connection, table, 1) for table in (CASES, PENDING))
    vault = _vault(url, environment, wrapped)
    if wrapped is not None:
        vault.check(wrapped)
    if wrapped is None or not is_sealed:
        with alone_on(normalised(url)) as connection:
            root_of(connection, vault)
        _seal_all(url, vault, CASES, _seal_case, lambda: False)
        _seal_all(url, vault, PENDING, _seal_pending, lambda: False)
    else:
        with looking_at(normalised(url)) as connection:
            root_of(connection, vault)
    return vault


def seal_rest(url: str, is_enough: Callable[[], bool] = lambda: False) -> int:
    """Seal the events that are still in the clear, and return of how many conversations. Raises StoreAway.

    Keys that nothing is sealed with are dropped.
    """
    sealed = _seal_all(url, open_database(url), EVENTS, _seal_events, is_enough)
    _drop_unused(url)
    if sealed:
        log.warning(_SEALED, sealed)
    return sealed


def _vault(url: str, environment: Mapping[str, str], wrapped: str | None) -> Vault:
    masters = masters_from(environment, url)
    if masters.file and not masters.file.exists():
        if wrapped is not None:
            raise KeyTrouble(
                f"What is in this database was sealed, and the master key is not in {masters.file}. Put it back there,"
                " or set WEGWIJS_MASTER_KEY or WEGWIJS_MASTER_KEY_FILE."
            )
        make_file(masters.file)
    return Vault(masters)


def _seal_all(url: str, vault: Vault, table: Table, seal: Seal, is_enough: Callable[[], bool]) -> int:
    sealed = 0
    while not is_enough():
        with alone_on(normalised(url)) as connection:
            some = _plain(connection, table, AT_ONCE)
            for conversation in some:
                seal(connection, _key(connection, vault, conversation))
        sealed += len(some)
        if len(some) < AT_ONCE:
            break
        time.sleep(_REST)
    return sealed


def _drop_unused(url: str) -> None:
    """Drop keys of nothing: a colleague answered just when the resident erased all."""
    used = [table.c.conversation == CONVERSATION_KEYS.c.conversation for table in (EVENTS, CASES, PENDING)]
    unused = and_(*(~exists().where(same) for same in used))
    with looking_at(normalised(url)) as connection:
        names = list(connection.scalars(select(CONVERSATION_KEYS.c.conversation).where(unused)))
    for name in names:
        with alone_on(normalised(url)) as connection:
            _alone_with(connection, name)
            connection.execute(delete(CONVERSATION_KEYS).where(CONVERSATION_KEYS.c.conversation == name, unused))


def _alone_with(connection: Connection, conversation: str) -> None:
    """Let nobody else work on a conversation until the transaction ends; SQLite has one writer at any time."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(conversation, 0))))


def _plain(connection: Connection, table: Table, most: int) -> list[str]:
    """Return conversations of which something in this table is in the clear, in order, by an index of only those."""
    theirs = select(table.c.conversation).where(text(PLAIN)).distinct()
    return list(connection.scalars(theirs.order_by(table.c.conversation).limit(most)))


def _key(connection: Connection, vault: Vault, conversation: str) -> ConversationKey:
    """Return the key of a conversation, on which nobody else works until the transaction ends."""
    _alone_with(connection, conversation)
    mine = select(CONVERSATION_KEYS.c.wrapped).where(CONVERSATION_KEYS.c.conversation == conversation)
    if wrapped := connection.scalar(mine):
        return vault.key(conversation, wrapped)
    key, kept = vault.new(conversation)
    row = {"conversation": conversation, "master": kept.master, "wrapped": kept.text}
    connection.execute(insert(CONVERSATION_KEYS), row)
    return key


def _seal_events(connection: Connection, key: ConversationKey) -> None:
    mine = EVENTS.c.conversation == key.conversation
    rows = connection.execute(select(EVENTS.c.number, EVENTS.c.body).where(mine, text(PLAIN))).all()
    for number, body in rows:
        sealed = key.seal(body, "event", number)
        connection.execute(update(EVENTS).where(mine, EVENTS.c.number == number).values(body=sealed))


def _seal_pending(connection: Connection, key: ConversationKey) -> None:
    mine = PENDING.c.conversation == key.conversation
    for name, body in connection.execute(select(PENDING.c.id, PENDING.c.body).where(mine, text(PLAIN))).all():
        sealed = key.seal(body, "pending", name)
        connection.execute(update(PENDING).where(PENDING.c.id == name).values(body=sealed))


def _seal_case(connection: Connection, key: ConversationKey) -> None:
    mine = CASES.c.conversation == key.conversation
    body = connection.scalar(select(CASES.c.body).where(mine, text(PLAIN)))
    if body is not None:  # nobody was first
        sealed = row_of(Case.model_validate_json(body), key)
        connection.execute(update(CASES).where(mine).values(**sealed))
