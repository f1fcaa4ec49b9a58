"""The terminal, with lines through a pipe."""

import io
import os

import pytest
from rich.console import Console

from bot.channels.terminal import chat, chosen
from bot.events import Said
from bot.messages import Choice, Part, Reply


@pytest.fixture
def talk(assistant):
    """Return what pipes lines through a conversation and gives what was printed."""

    async def talk(*lines, language="nl", width=200, colour=False):
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as typed:
            typed.write(b"".join(line if isinstance(line, bytes) else f"{line}\n".encode() for line in lines))
        console = Console(file=io.StringIO(), width=width, force_terminal=colour, color_system="standard")
        with os.fdopen(reading, "rb") as source:
            await chat(assistant, language, source, console)
        return console.file.getvalue()

    return talk


async def test_a_piped_conversation_ends_in_a_referral(talk):
    printed = await talk("ik heb schulden", "3561 AB", "ik heb geen achterstand", "2")

    assert "Waar woont u?" in printed
    assert "2. Nee" in printed
    assert "Buurtteam Sociaal (Overvecht)" in printed
    assert "https://www.buurtteamsutrecht.nl" in printed


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_introduction_stands_first_and_only_once(talk, say, language):
    printed = await talk("hallo", language=language)

    assert printed.index(say("intro", language)) < printed.index(say("start", language))
    assert printed.count(say("intro", language)) == 1
    assert say("greet") in printed


async def test_danger_is_red_with_the_number(talk, say):
    printed = await talk("ik wil niet meer leven", colour=True)

    danger = printed[printed.index(say("danger.113")[:20]) - 40 :]
    assert "\x1b[1;31m" in danger
    assert "113" in danger


@pytest.mark.parametrize("lines", [(), ("",), ("  ",)], ids=["nothing", "an empty line", "spaces"])
async def test_it_ends_with_the_input_also_when_nothing_was_typed(talk, say, lines):
    assert say("start") in await talk(*lines)


async def test_bytes_that_are_no_text_and_a_last_line_without_end_are_answered(talk, say):
    printed = await talk(b"\xff\xfe\x00\n", b"hallo")

    assert say("greet") in printed


async def test_without_a_database_there_are_numbers_to_call(talk, store, say):
    store.is_away = True

    assert say("away") in await talk("ik heb schulden", width=1000)


async def test_an_error_of_ours_is_a_sentence(talk, say, assistant, monkeypatch):
    async def handle(_):
        raise ZeroDivisionError

    monkeypatch.setattr(assistant, "handle", handle)

    assert say("trouble") in await talk("ik heb schulden")


async def test_what_a_colleague_said_is_shown_with_their_name(talk, assistant, monkeypatch):
    real = assistant.handle

    async def handle(incoming):
        reply = Reply(parts=(Part(kind="text", text="Met [b]haast[/b]?"),), status="handoff")
        await assistant.act(incoming.conversation, lambda _, now: (Said(at=now, id="x", by="Sam", reply=reply),))
        return await real(incoming)

    monkeypatch.setattr(assistant, "handle", handle)
    printed = await talk("hallo")

    assert printed.index("Sam:") < printed.index("Met [b]haast[/b]?")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("1", "/a"),
        ("2", "/b"),
        ("3", "3"),
        ("0", "0"),
        ("12", "12"),
        ("²", "²"),
        ("ja", "ja"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_number_chooses_as_long_as_there_is_such_a_choice(line, meant):
    choices = (Choice(title="A", payload="/a"), Choice(title="B", payload="/b"))

    assert chosen(line, choices) == meant
