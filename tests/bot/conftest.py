"""Real minds (the trained reader, the real guide, the real sentences), made once, and builders for turns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.assistant import Assistant
from bot.bootstrap import load_minds
from bot.conversation import Conversation, after
from bot.messages import Incoming, payload
from bot.minds import Minds
from bot.stores.memory import MemoryStore
from bot.turn import Turn, take_turn
from intents.model import Reading, Understanding

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class SetClock:
    """A clock that stands where a test puts it."""

    def __init__(self) -> None:
        self.time = MONDAY

    def now(self) -> datetime:
        return self.time


@pytest.fixture(scope="session")
def real_minds() -> Minds:
    return load_minds()


@pytest.fixture
def real_assistant(real_minds: Minds) -> Assistant:
    return Assistant(MemoryStore(), real_minds, SetClock())


class Talk:
    """A conversation that a test holds in the pure line, without a store."""

    def __init__(self, minds: Minds) -> None:
        self.minds = minds
        self.conversation = Conversation(id="test:1")
        self.turn: Turn | None = None

    def say(self, text: str):
        """Say something and return the reply (None when the bot keeps silent)."""
        incoming = Incoming(id=str(self.conversation.version), conversation="test:1", text=text)
        self.turn = take_turn(self.conversation, incoming, self.minds, MONDAY)
        for event in self.turn.events:
            self.conversation = after(self.conversation, event)
        said = [event for event in self.turn.events if event.kind == "said"]
        return said[-1].reply if said else None

    def choose(self, name: str, **values: str):
        """Tap a button."""
        return self.say(payload(name, **values))


@pytest.fixture
def talk(real_minds: Minds) -> Talk:
    return Talk(real_minds)


@pytest.fixture
def new_talk(real_minds: Minds) -> Callable[[], Talk]:
    """Return what begins another conversation, to hold two beside each other."""
    return lambda: Talk(real_minds)


@pytest.fixture
def unsure_talk(real_minds: Minds) -> Talk:
    """A talk with a reader that is never sure."""
    chances = {"wonen": 0.3, "geldzorgen": 0.25, "psychisch": 0.2, "werk": 0.1, "relatie": 0.05}
    ranking = tuple(Reading(theme=theme, confidence=chance) for theme, chance in chances.items())

    def unsure(_text: str, _language: str | None, _asked: str | None) -> Understanding:
        return Understanding(language="nl", ranking=ranking)

    return Talk(replace(real_minds, understand=unsure))
