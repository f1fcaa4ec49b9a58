"""Events to what the page shows of them, oldest first. Values in, values out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from bot.conversation import replay
from bot.events import Assigned, Claimed, Closed, Event, HandedOver, Heard, Passed, Reopened, Said
from bot.messages import Choice, Part, Value, read_payload

BOT = "bot"

# Buttons of an earlier reply that mean the same at any moment; the others go.
_STAY = {"contact", "follow_up"}
_PUTS_RIGHT = {"theme", "inform"}  # stay beside the one that was pressed: another answer puts that right


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
    chosen: str | None = None
    unsure: bool = False
    at: datetime


def entries_of(events: Sequence[Event], title_of: Callable[[str, str], str | None]) -> tuple[Entry, ...]:
    """Return what there is to show, with the buttons that can be pressed now; none while a colleague holds it.

    `title_of` gives the words of a button (payload, language) that did not stand under the last reply.
    """
    entries = tuple(_entries(events, title_of))
    if replay("", events).held_by_staff:
        return tuple(entry.model_copy(update={"choices": ()}) for entry in entries)
    chosen = _chosen(events)
    return (*(_earlier(entry, chosen.get(entry.number)) for entry in entries[:-1]), *entries[-1:])


def news_of(events: Sequence[Event], seen: int, title_of: Callable[[str, str], str | None]) -> tuple[Entry, ...]:
    """Return what is new for who has seen so many events: what came, behind it replies whose buttons changed."""
    before = {entry.number: entry for entry in entries_of(events[:seen], title_of)}
    news = [entry for entry in entries_of(events, title_of) if before.get(entry.number) != entry]
    return tuple(sorted(news, key=lambda entry: entry.number in before))


def language_of(events: Iterable[Event]) -> str | None:
    """Return the language in which the resident wrote last, None before the first message."""
    heard = [event.understanding.language for event in events if isinstance(event, Heard)]
    return heard[-1] if heard else None


def _entries(events: Sequence[Event], title_of: Callable[[str, str], str | None]) -> Iterator[Entry]:
    last: Said | None = None
    pressed = False
    organisation: str | None = None
    for number, event in enumerate(events, start=1):
        match event:
            case Heard() if event.text and event.again is None:
                pressed = read_payload(event.text) is not None
                yield _heard(number, event, last, title_of)
            case Said():
                last = event
                yield _said(number, event, organisation, pressed=pressed)
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


def _said(number: int, said: Said, organisation: str | None, *, pressed: bool) -> Entry:
    staff = said.by != BOT
    return Entry(
        number=number,
        by="staff" if staff else "bot",
        name=said.by if staff else "",
        organisation=organisation if staff else None,
        language=said.reply.language,
        parts=said.reply.parts,
        choices=said.reply.choices,
        unsure=said.reply.status == "clarify" and not pressed,  # who asks for the list of subjects is understood
        at=said.at,
    )


def _chosen(events: Sequence[Event]) -> Mapping[int, str]:
    """Return for each reply (by its number) which of its buttons was pressed last."""
    offered: dict[str, int] = {}
    chosen: dict[int, str] = {}
    for number, event in enumerate(events, start=1):
        match event:
            case Said():
                offered |= {choice.payload: number for choice in event.reply.choices}
            case Heard() if event.text in offered:
                chosen[offered[event.text]] = event.text
    return chosen


def _earlier(entry: Entry, chosen: str | None) -> Entry:
    names = _STAY | _PUTS_RIGHT if chosen else _STAY
    stay = tuple(one for one in entry.choices if one.payload == chosen or _name_of(one) in names)
    return entry.model_copy(update={"choices": stay, "chosen": chosen})


def _name_of(choice: Choice) -> str | None:
    read = read_payload(choice.payload)
    return read[0] if read else None
