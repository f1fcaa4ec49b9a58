"""The terminal: `wegwijs chat`. Lines in, replies out."""

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from typing import IO
from uuid import uuid4

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.assistant import Assistant
from bot.channels.answers import said_with
from bot.events import Said
from bot.messages import Choice, Incoming, Part, Reply
from bot.ports import StoreAway
from bot.problems import name_of

log = logging.getLogger("wegwijs")


async def chat(
    assistant: Assistant, language: str, lines: IO[bytes] | None = None, console: Console | None = None
) -> None:
    """Talk with whoever types, in a conversation of its own, until the input ends (Ctrl-D)."""
    console = console or Console()
    phrases = assistant.minds.phrases
    spoken = phrases.spoken(language)
    terminal = Terminal(assistant, console, spoken)
    console.print(Text(f"{phrases('intro', spoken)} {phrases('intro_privacy', spoken)}", style="dim"))
    console.print(Text(phrases("start", spoken)), end="\n\n")
    terminal.prompt()
    async for line in lines_of(lines or _typed()):
        if line.strip():
            await terminal.hear(line.strip())
        terminal.prompt()
    console.print()


class Terminal:
    """One conversation. A choice is made by its number, until the next reply."""

    def __init__(self, assistant: Assistant, console: Console, language: str) -> None:
        self.assistant = assistant
        self.console = console
        self.language = language
        self.conversation = f"terminal:{uuid4().hex}"
        self.choices: Sequence[Choice] = ()

    def prompt(self) -> None:
        """Show that it is the resident's turn."""
        self.console.print(Text("> ", style="bold"), end="")

    async def hear(self, line: str) -> None:
        """Hand a line to the assistant and show what is said."""
        incoming = Incoming(id=uuid4().hex, conversation=self.conversation, text=chosen(line, self.choices))
        try:
            answers = await self.assistant.handle(incoming)
            events = await self.assistant.store.read(self.conversation)
        except StoreAway:
            self._sorry("away")
        except Exception as problem:  # the edge: whatever it is, the resident gets a sentence
            log.error("line not answered: %s", name_of(problem))
            self._sorry("trouble")
        else:
            self._show(said_with(incoming.id, events) or answers)

    def _show(self, said: Sequence[Said]) -> None:
        for one in said:
            name = [Text(f"{one.by}:", style="bold green")] if one.by != "bot" else []
            for shown in (*name, *shown_of(one.reply)):
                self.console.print()
                self.console.print(shown)
        self.console.print()
        self.choices = said[-1].reply.choices if said else ()

    def _sorry(self, phrase: str) -> None:
        self.console.print(Text(self.assistant.minds.phrases(phrase, self.language), style="bold red"))


def chosen(line: str, choices: Sequence[Choice]) -> str:
    """Return what a line means: the payload of the choice with that number, else the line itself."""
    number = int(line) if line.isdecimal() and len(line) <= len(str(len(choices))) else 0
    return choices[number - 1].payload if 0 < number <= len(choices) else line


def shown_of(reply: Reply) -> Sequence[RenderableType]:
    """Return a reply as it is shown: danger in red, a referral as a card, choices with numbers.

    The notice at the start is left out; it was shown before anything was typed.
    """
    parts = [_shown(part) for part in reply.parts if part.kind != "notice"]
    numbers = "\n".join(f"{number}. {choice.title}" for number, choice in enumerate(reply.choices, 1))
    return [*parts, *([Text(numbers, style="cyan")] if numbers else [])]


def _shown(part: Part) -> RenderableType:
    match part.kind:
        case "danger":
            return Panel(Text(part.plain, style="bold red"), border_style="red")
        case "referral":
            body = part.model_copy(update={"title": None})
            return Panel(Text(body.plain), title=Text(part.title or ""), title_align="left")
        case "question":
            return Text(part.plain, style="bold")
        case _:
            return Text(part.plain)


async def lines_of(source: IO[bytes]) -> AsyncIterator[str]:
    """Return lines as they are typed; bytes that are no UTF-8 become a question mark in a box."""
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in iter(source.readline, b""):
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, b"")

    # A daemon, so that Ctrl-C does not wait for another line.
    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        yield line.decode("utf-8", "replace")


def _typed() -> IO[bytes]:
    """Return the standard input without a buffer, whose lock a thread could still hold at the end."""
    return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
