"""An assistant with everything real but the reader of texts, which looks for a few words."""

from datetime import UTC, datetime

import pytest

from bot.assistant import Assistant
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.ports import StoreAway
from bot.stores.memory import MemoryStore
from intents.model import Reading, Understanding
from referral.load import load_guide

_THEMES = {"schuld": "geldzorgen", "eenzaam": "eenzaamheid", "debts": "geldzorgen"}
_SIGNALS = {"niet meer leven": "suicide", "slaat me": "violence_at_home"}
_ACTS = {"een mens": "human", "ja": "affirm", "hallo": "greet"}
_FACTS = {"geen achterstand": {"home_or_utilities_at_risk": "no"}}


def understand(text: str, language: str | None, asked: str | None) -> Understanding:
    """Read a message by its words."""
    typed = text.casefold()
    themes = tuple(Reading(theme=theme, confidence=0.9) for word, theme in _THEMES.items() if word in typed)
    return Understanding(
        language=language or ("en" if "i have" in typed else "nl"),
        themes=themes,
        ranking=themes or (Reading(theme="wonen", confidence=0.2),),
        signals=tuple(signal for word, signal in _SIGNALS.items() if word in typed),
        act=next((act for word, act in _ACTS.items() if word == typed or (" " in word and word in typed)), None),
        facts={name: value for word, facts in _FACTS.items() if word in typed for name, value in facts.items()},
    )


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class MoodyStore(MemoryStore):
    """A memory that can be made to be away."""

    is_away = False

    async def read(self, conversation):
        if self.is_away:
            raise StoreAway
        return await super().read(conversation)

    async def append(self, conversation, events, *, after, case=None, timers=None, tallies=()):
        if self.is_away:
            raise StoreAway
        await super().append(conversation, events, after=after, case=case, timers=timers, tallies=tallies)


@pytest.fixture(scope="session")
def minds():
    return Minds(
        understand=understand,
        guide=load_guide(),
        phrases=load_phrases(),
    )


@pytest.fixture
def store():
    return MoodyStore()


@pytest.fixture
def assistant(store, minds):
    return Assistant(store, minds, RealClock())


@pytest.fixture
def say(minds):
    """Return one of the bot's own sentences."""
    return lambda key, language="nl", **values: minds.phrases(key, language, **values)
