"""Events to what the page shows of them, oldest first. Values in, values out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from bot.events import Assigned, Claimed, Closed, Event, HandedOver, Heard, Passed, Reopened, Said
from bot.messages import Choice, Part, Value

BOT = "bot"


class Entry(Value):
    """One thing in the conversation. `number` is the place of its event, counted from 1."""

    number: int
    id: str = ""
    by: Literal["resident", "bot", "staff", "claimed", "closed"]
    name: str = ""
    organisation: str | None = None
    language: str | None = None
    text: str = ""
    parts: tuple[Part, ...] = ()
    choices: tuple[Choice, ...] = ()
    at: datetime


def entries_of(events: Sequence[Event], title_of: Callable[[str, str], str | None]) -> tuple[Entry, ...]:
    """Return what there is to show; only what was said last has buttons.

    `title_of` gives the words of a button (payload, language) that did not stand under the last reply.
    """
    entries = tuple(_entries(events, title_of))
    return (*(_without_choices(entry) for entry in entries[:-1]), *entries[-1:])


def language_of(events: Iterable[Event]) -> str | None:
    """Return the language in which the resident wrote last, None before the first message."""
    heard = [event.understanding.language for event in events if isinstance(event, Heard)]
    return heard[-1] if heard else None


def _entries(events: Sequence[Event], title_of: Callable[[str, str], str | None]) -> Iterator[Entry]:
    last: Said | None = None
    organisation: str | None = None
    for number, event in enumerate(events, start=1):
        match event:
            case Heard() if event.text:
                yield _heard(number, event, last, title_of)
            case Said():
                last = event
                yield _said(number, event, organisation)
            case HandedOver() | Passed():
                organisation = event.organisation
            case Claimed() | Assigned() | Reopened():
                name = event.to if isinstance(event, Assigned) else event.by
                yield Entry(number=number, by="claimed", name=name, organisation=organisation, at=event.at)
            case Closed():
                yield Entry(number=number, by=event.kind, name=event.by, organisation=organisation, at=event.at)
            case _:
                pass


def _heard(number: int, heard: Heard, last: Said | None, title_of: Callable[[str, str], str | None]) -> Entry:
    """Return what was typed, or the words of the button that was chosen."""
    titles = {choice.payload: choice.title for choice in last.reply.choices} if last else {}
    language = heard.understanding.language
    if last and heard.text in titles:
        language = last.reply.language
    text = titles.get(heard.text) or title_of(heard.text, language) or heard.text
    return Entry(number=number, id=heard.id, by="resident", language=language, text=text, at=heard.at)


def _said(number: int, said: Said, organisation: str | None) -> Entry:
    staff = said.by != BOT
    return Entry(
        number=number,
        by="staff" if staff else "bot",
        name=said.by if staff else "",
        organisation=organisation if staff else None,
        language=said.reply.language,
        parts=said.reply.parts,
        choices=said.reply.choices,
        at=said.at,
    )


def _without_choices(entry: Entry) -> Entry:
    return entry.model_copy(update={"choices": ()})
