"""Puts the parts together; the one place that knows them all."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.assistant import Assistant
from bot.bigger import BiggerReader, helped
from bot.check import check_once
from bot.elsewhere.courier import Courier
from bot.elsewhere.load import BadPlaces, load_places, secrets_of
from bot.elsewhere.together import courier_for
from bot.kept import Kept
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.places import NOWHERE, Places
from bot.settings import Llm, Settings, settings_from
from bot.staff.audit import Audit
from bot.stores.audit import SqlTrail
from bot.stores.deliveries import SqlDeliveries
from bot.stores.directory import SqlDirectory
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.stores.staff import SqlAccounts
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
    minds = with_bigger_reader(load_minds(progress), settings.llm)
    places = load_places(settings, minds.guide.organisations)
    store = open_store(settings, places)
    assistant, kept = Assistant(store, minds, SystemClock()), kept_over(store.engines)
    audit = Audit(kept.accounts.trail, assistant.clock, part="elsewhere")
    return Parts(assistant, kept, courier_for(places, settings, kept.deliveries, assistant, audit.note_delivery))


def open_store(settings: Settings, places: Places = NOWHERE) -> SqlStore:
    """Return the store, on the newest tables. Raises StoreAway."""
    migrate(settings.database_url)
    return SqlStore(settings.database_url, places=places)


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


def open_deliveries(settings: Settings) -> SqlDeliveries:
    """Return what must be told elsewhere."""
    return SqlDeliveries(open_store(settings).engines)


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


def check_files() -> tuple[str, ...]:
    """Return every fault in the data files."""
    return check_once(cached_model().parent / "checked")
