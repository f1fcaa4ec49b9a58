"""Puts the parts together; the one place that knows them all."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.assistant import Assistant
from bot.bigger import BiggerReader, helped
from bot.check import check_once
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.ports import Accounts
from bot.settings import Llm, Settings, settings_from
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
    accounts: Accounts


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
    store = open_store(settings)
    return Parts(Assistant(store, minds, SystemClock()), SqlAccounts(store.engines))


def open_store(settings: Settings) -> SqlStore:
    """Return the store, on the newest tables. Raises StoreAway."""
    migrate(settings.database_url)
    return SqlStore(settings.database_url)


def open_accounts(settings: Settings) -> SqlAccounts:
    """Return the accounts of the desk."""
    return SqlAccounts(open_store(settings).engines)


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
