"""While the bot cannot understand, or does not know who helps, residents still get numbers to call and a person."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.assistant import Assistant
from bot.conversation import replay
from bot.events import Claimed, Consented, ContactGiven, HandedOver, Heard
from bot.messages import Incoming, payload
from bot.stores.memory import MemoryStore
from intents.model import Understanding
from referral.model import ELSEWHERE

WHO = "web:anna"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class SetClock:
    def now(self) -> datetime:
        return NOW


class Broken:
    """Anything of which every use fails, with the words of a resident in the exception."""

    def __getattr__(self, name: str):
        raise RuntimeError("ik heb schulden en mijn man slaat mij")


def does_not_read(text, language, asked):
    raise RuntimeError(text)


def reads_nothing(text, language, asked):
    return Understanding(language="nl")


BREAK = {
    "understanding that raises": lambda minds: replace(minds, understand=does_not_read),
    "understanding that reads nothing any more": lambda minds: replace(minds, understand=reads_nothing),
    "a directory in which every use fails": lambda minds: replace(minds, guide=Broken()),
    "a directory without organisations": lambda minds: replace(minds, guide=Emptied(minds.guide)),
}


class Emptied:
    """A directory that lost its organisations."""

    def __init__(self, guide) -> None:
        self._guide = guide
        self.organisations = {}

    def __getattr__(self, name: str):
        return getattr(self._guide, name)


@pytest.fixture
async def assistant(real_minds) -> Assistant:
    """Return an assistant that was well once, as at every start: a server with faults in its files does not start."""
    assistant = Assistant(MemoryStore(), real_minds, SetClock())
    assert await assistant.health.look() == frozenset()
    return assistant


class Talk:
    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.count = 0

    async def say(self, text: str):
        self.count += 1
        said = await self.assistant.handle(Incoming(id=str(self.count), conversation=WHO, text=text))
        return said[-1].reply if said else None

    async def choose(self, name: str):
        return await self.say(payload(name))

    async def events(self, kind: type) -> list:
        return [event for event in await self.assistant.store.read(WHO) if isinstance(event, kind)]


@pytest.fixture
def talk(assistant) -> Talk:
    return Talk(assistant)


def numbers(reply) -> set[str]:
    return {way.value for part in reply.parts for way in part.ways}


@pytest.mark.parametrize("how", BREAK)
async def test_whatever_breaks_a_resident_gets_help_lines_a_phone_of_the_area_and_a_person(talk, how):
    talk.assistant.minds = BREAK[how](talk.assistant.minds)
    await talk.assistant.health.look()

    first = await talk.say("mijn man slaat mij, bsn 111222333")
    asked = await talk.choose(first.choices[-1].payload.removeprefix("/"))
    handed_over = await talk.choose("affirm")
    noted = await talk.say("06 12345678")

    assert {"112", "113", "0800-2000", "0800-0432", "14 030"} <= numbers(first)
    assert asked.expects == "consent"
    assert [event.organisation for event in await talk.events(Consented)] == ["utrecht-gemeente"]
    assert [event.organisation for event in await talk.events(HandedOver)] == ["utrecht-gemeente"]
    assert "112" in numbers(handed_over)
    assert [event.reach for event in await talk.events(ContactGiven)] == ["+31 6 12345678"]
    assert "+31 6 12345678" in noted.parts[0].text
    assert [event.text for event in await talk.events(Heard)][::3] == [
        "mijn man slaat mij, bsn [bsn]",
        "[telefoonnummer]",
    ]


CRIES = {
    "mijn man slaat mij": ("veilig-thuis", "0800-2000", "violence_at_home"),
    "ik wil niet meer leven": ("113", "113", "suicide"),
    "he is not breathing": ("112", "112", "medical_emergency"),
    "kocam beni dövüyor": ("veilig-thuis", "0800-2000", "violence_at_home"),
}


@pytest.mark.parametrize("cry", CRIES)
@pytest.mark.parametrize("how", ["understanding that raises", "a directory in which every use fails"])
async def test_danger_that_a_pattern_sees_is_answered_first_kept_and_urgent_at_the_desk(talk, how, cry):
    line, number, signal = CRIES[cry]
    talk.assistant.minds = BREAK[how](talk.assistant.minds)
    await talk.assistant.health.look()

    reply = await talk.say(f"Goedemiddag, {cry}")
    asked = await talk.choose("human")
    await talk.choose("affirm")

    first = reply.parts[0]
    assert (first.kind, first.ways[0].value, reply.say_first[0]) == ("danger", number, line)
    assert first.text == talk.assistant.minds.phrases(f"danger.{line}", reply.language)
    assert {"112", "113", "0800-2000", "0800-0432"} <= numbers(reply), "the patterns do not see all"
    assert [part.kind for part in asked.parts] == ["text"], "it is said once, as in a whole turn"
    heard = (await talk.events(Heard))[0]
    assert signal in heard.understanding.signals
    assert (heard.urgent, heard.stumbled) == (True, "people_only")
    assert heard.understanding.evidence
    assert [event.urgent for event in await talk.events(HandedOver)] == [True]


async def test_what_a_whole_turn_names_first_is_named_first_here_too(talk):
    cries = [
        "Vannacht slaap ik op straat",
        "ik ben verkracht",
        "ik ben 12 en papa slaat mij",
        "er is brand in mijn huis",
    ]
    whole = []
    for number, cry in enumerate(cries):
        said = await talk.assistant.handle(Incoming(id="1", conversation=f"web:whole{number}", text=cry))
        whole.append([part.text for part in said[-1].reply.parts if part.kind == "danger"])
    talk.assistant.minds = BREAK["a directory in which every use fails"](talk.assistant.minds)
    await talk.assistant.health.look()

    plain = []
    for number, cry in enumerate(cries):
        said = await talk.assistant.handle(Incoming(id="1", conversation=f"web:plain{number}", text=cry))
        plain.append([part.text for part in said[-1].reply.parts if part.kind == "danger"])

    assert plain == whole
    assert all(plain)


async def test_without_danger_nothing_is_urgent_and_no_danger_is_named(talk):
    talk.assistant.minds = BREAK["understanding that raises"](talk.assistant.minds)
    await talk.assistant.health.look()

    reply = await talk.say("ik zoek een taalcursus")
    await talk.choose("human")
    await talk.choose("affirm")

    assert [part.kind for part in reply.parts] == ["text"]
    assert [event.urgent for event in await talk.events(Heard)] == [False, False, False]
    assert [event.urgent for event in await talk.events(HandedOver)] == [False]


async def test_when_the_patterns_are_broken_too_the_lines_and_a_person_are_still_there(talk, monkeypatch, caplog):
    def broken(text):
        raise OSError(text)

    monkeypatch.setattr("bot.people_only.patterns_in", broken)
    talk.assistant.minds = BREAK["understanding that raises"](talk.assistant.minds)
    await talk.assistant.health.look()

    reply = await talk.say("mijn man slaat mij")

    assert {"112", "113", "0800-2000", "0800-0432"} <= numbers(reply)
    assert (await talk.events(Heard))[0].understanding.signals == ()
    assert "OSError" in caplog.text
    assert "slaat" not in caplog.text


async def test_danger_told_to_who_waits_makes_the_question_urgent(talk):
    talk.assistant.minds = BREAK["understanding that raises"](talk.assistant.minds)
    await talk.assistant.health.look()
    await talk.choose("human")
    await talk.choose("affirm")

    reply = await talk.say("mijn man slaat mij")

    assert reply.parts[0].kind == "danger"
    assert replay(WHO, await talk.assistant.store.read(WHO)).urgent


async def test_the_message_at_which_it_breaks_is_answered_so_too_before_anybody_looked(talk):
    talk.assistant.minds = BREAK["understanding that raises"](talk.assistant.minds)

    reply = await talk.say("ik heb schulden")

    assert "112" in numbers(reply)
    assert talk.assistant.health.broken == {"understanding"}
    assert [event.stumbled for event in await talk.events(Heard)] == ["people_only"], "so that it can be read later"


async def test_one_message_that_cannot_be_read_changes_nothing_for_others(talk):
    minds = talk.assistant.minds

    def stumbles(text, language, asked):
        if "struikel" in text:
            raise RuntimeError(text)
        return minds.understand(text, language, asked)

    talk.assistant.minds = replace(minds, understand=stumbles)

    await talk.say("struikel")

    other = Incoming(id="1", conversation="web:bea", text="ik heb schulden in Utrecht")
    assert talk.assistant.health.broken == frozenset()
    assert (await talk.assistant.handle(other))[-1].reply.themes


async def test_it_is_as_before_by_itself_when_what_was_broken_works_again(talk):
    minds = talk.assistant.minds
    talk.assistant.minds = BREAK["understanding that raises"](minds)
    await talk.say("ik heb schulden")

    talk.assistant.minds = minds
    await talk.assistant.health.look()

    assert talk.assistant.health.broken == frozenset()
    assert (await talk.say("ik heb schulden in Utrecht")).themes


async def test_the_municipality_of_the_resident_is_who_to_call_and_who_reads(talk):
    await talk.say("ik heb schulden")
    await talk.say("Amersfoort")
    talk.assistant.minds = BREAK["a directory in which every use fails"](talk.assistant.minds)
    await talk.assistant.health.look()

    reply = await talk.say("en nu")
    await talk.choose("human")
    await talk.choose("affirm")

    assert "14 030" not in numbers(reply)
    assert [event.organisation for event in await talk.events(HandedOver)] == ["amersfoort-gemeente"]


async def test_a_colleague_who_holds_the_conversation_goes_on_without_the_bot(talk):
    happened = (
        Consented(at=NOW, organisation="utrecht-gemeente"),
        HandedOver(at=NOW, organisation="utrecht-gemeente"),
        Claimed(at=NOW, by="Sanne"),
    )
    await talk.assistant.act(WHO, lambda _, __: happened)
    talk.assistant.minds = BREAK["a directory in which every use fails"](talk.assistant.minds)
    await talk.assistant.health.look()

    assert await talk.say("ik ben er nog") is None
    assert [event.text for event in await talk.events(Heard)] == ["ik ben er nog"]


async def test_all_can_be_erased_all_the_same(talk):
    talk.assistant.minds = BREAK["a directory in which every use fails"](talk.assistant.minds)
    await talk.assistant.health.look()
    await talk.say("ik heb schulden")

    reply = await talk.choose("forget")

    assert await talk.assistant.store.read(WHO) == ()
    assert reply.parts[0].text


async def test_every_language_has_the_lines(talk):
    lines = talk.assistant.health.lines

    assert set(lines.help) == set(talk.assistant.minds.phrases.languages)
    assert all({way.value for way in ways} == {"112", "113", "0800-2000", "0800-0432"} for ways in lines.help.values())
    assert set(lines.desks) == {
        one.city for one in talk.assistant.minds.guide.organisations.values() if one.city not in (None, ELSEWHERE)
    }
