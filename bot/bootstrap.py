"""Puts the parts together; the one place that knows them all."""

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import make_url

from bot.assistant import Assistant
from bot.bigger import BiggerReader, helped
from bot.check import check_once
from bot.elsewhere.courier import Courier
from bot.elsewhere.load import BadPlaces, load_places, secrets_of
from bot.elsewhere.together import courier_for
from bot.inbox import Aside
from bot.kept import Kept
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.places import NOWHERE, Places
from bot.ports import StoreAway
from bot.settings import Llm, Settings, settings_from
from bot.staff.audit import Audit
from bot.stores.audit import SqlTrail
from bot.stores.deliveries import SqlDeliveries
from bot.stores.directory import SqlDirectory
from bot.stores.inbox import SqlInbox
from bot.stores.kept import kept_over
from bot.stores.opening import open_database
from bot.stores.retention import Sweep
from bot.stores.sql import SqlStore
from bot.stores.staff import SqlAccounts
from bot.stores.under_way import UnderWay, shared_folder
from intents.encoder.encode import cached_model
from intents.load import DATA, Reader
from intents.model import Progress, Theme
from intents.understand import load_reader
from referral.guide import Guide
from referral.load import load_guide

_HERE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Parts:
    """What a channel or the desk needs."""

    assistant: Assistant
    kept: Kept
    courier: Courier | None = None


class SystemClock:
    """The time here: what residents and opening hours go by."""

    def now(self) -> datetime:
        """Return now in the Netherlands."""
        return datetime.now(UTC).astimezone(_HERE)


def load_minds(progress: Progress = lambda _share, _what: None) -> Minds:
    """Return what thinking needs; raises FaultsFound or ValueError with every fault in the data files."""
    reader = load_reader(progress)
    directory = load_guide()
    return Minds(
        understand=reader.understand,
        guide=directory,
        phrases=load_phrases(),
        directory=f"{directory.version}.{reader.version}",
    )


def with_bigger_reader(minds: Minds, llm: Llm | None) -> Minds:
    """Return minds that ask a bigger reader when they are unsure; the same minds when there is none."""
    if llm is None:
        return minds
    told = Reader(DATA).themes
    themes = [Theme(id=name, name=entry["name"], terms=tuple(entry["terms"])) for name, entry in told.items()]
    rank = BiggerReader(llm, themes).rank
    return replace(minds, understand=helped(minds.understand, rank), directory=f"{minds.directory}+{llm.model}")


def load_parts(settings: Settings, progress: Progress = lambda _share, _what: None) -> Parts:
    """Return everything, ready to run: the data read, the model made, the database on the newest tables."""
    minds = load_minds(progress)
    prepare(settings)
    return parts_over(settings, minds)


def prepare(settings: Settings) -> None:
    """Bring the database to the newest tables, once for all workers. Raises KeyTrouble without the right master key."""
    with suppress(StoreAway):  # the server starts all the same, and tries again
        open_database(settings.database_url)


def make_key(settings: Settings) -> None:
    """Make the master key of conversations when there is none yet, once for all workers. Raises KeyTrouble."""
    _ = store_over(settings).engines.vault


def parts_over(settings: Settings, minds: Minds) -> Parts:
    """Return everything over what was read; for the process that will use it."""
    minds = with_bigger_reader(minds, settings.llm)
    places = load_places(settings, minds.guide.organisations)
    store = store_over(settings, places)
    kept = kept_over(store.engines)
    aside = Aside(kept.inbox, UnderWay(shared_folder(settings.database_url)))
    assistant = Assistant(store, minds, SystemClock(), aside)
    audit = Audit(kept.accounts.trail, assistant.clock, part="elsewhere")
    return Parts(assistant, kept, courier_for(places, settings, kept.deliveries, assistant, audit.note_delivery))


def open_store(settings: Settings, places: Places = NOWHERE) -> SqlStore:
    """Return the store, on the newest tables. Raises StoreAway, and KeyTrouble without the right master key."""
    open_database(settings.database_url)
    return store_over(settings, places)


def store_over(settings: Settings, places: Places = NOWHERE) -> SqlStore:
    """Return the store, whatever tables there are."""
    return SqlStore(settings.database_url, places=places, forgotten=settings.forgotten_file)


def open_accounts(settings: Settings) -> SqlAccounts:
    """Return the accounts of the desk."""
    return SqlAccounts(open_store(settings).engines)


def open_trail(settings: Settings) -> SqlTrail:
    """Return the audit log of the desk."""
    return SqlTrail(open_store(settings).engines)


def open_directory(settings: Settings) -> SqlDirectory:
    """Return what was decided about the directory."""
    return SqlDirectory(open_store(settings).engines)


def places(settings: Settings) -> Places:
    """Return the places elsewhere that are told of cases. Raises BadPlaces."""
    return load_places(settings, load_guide().organisations)


def check_elsewhere(settings: Settings) -> tuple[str, ...]:
    """Return every fault in the settings of the places elsewhere."""
    try:
        secrets_of(places(settings), os.environ)
    except BadPlaces as wrong:
        return wrong.faults
    return ()


def open_inbox(settings: Settings) -> SqlInbox:
    """Return what stands still because it keeps failing."""
    return SqlInbox(open_store(settings).engines)


def open_deliveries(settings: Settings) -> SqlDeliveries:
    """Return what must be told elsewhere."""
    return SqlDeliveries(open_store(settings).engines)


def open_sweep(settings: Settings) -> Sweep:
    """Return what erases what was kept long enough."""
    store = open_store(settings)
    return Sweep(store, Audit(SqlTrail(store.engines), SystemClock(), "retention").prune, settings.retention)


def open_audit(settings: Settings) -> Audit:
    """Return what notes in the audit log what is done with a command."""
    return Audit(open_trail(settings), SystemClock(), "wegwijs")


def settings(port: int | None = None) -> Settings:
    """Return the settings from the environment, with the port from the command line."""
    found = settings_from()
    return found if port is None else found.model_copy(update={"port": port})


def guide() -> Guide:
    """Return the guide of who helps."""
    return load_guide()


def check_workers(settings: Settings, workers: int) -> tuple[str, ...]:
    """Return why so many workers cannot be."""
    if workers > 1 and make_url(settings.database_url).get_backend_name() == "sqlite":
        return (
            f"--workers {workers}: SQLite has one writer and cannot tell other processes what changed. "
            "Use one worker, or a PostgreSQL in WEGWIJS_DATABASE_URL.",
        )
    return ()


def check_files() -> tuple[str, ...]:
    """Return every fault in the data files."""
    return check_once(cached_model().parent / "checked")
