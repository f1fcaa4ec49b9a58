"""What an advice is: an answer that names organisations, without the conversation around it. Values in, values out.

It is told as it was said, but the ways to reach somebody are those of today: only what is verified now.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.conversation import Conversation, replay
from bot.events import Event, Said
from bot.messages import Part, Reply, Value
from bot.minds import Minds
from bot.wording import Wording
from referral.guide import Guide
from referral.hours import opens_next
from referral.model import ELSEWHERE, Contact, Organisation

BOT = "bot"
_LEFT_OUT = ("notice", "question")
_AT_HOME = {"violence_at_home", "child_unsafe"}  # who did it may find the paper
_VISITED = ("walkin", "desk", "address", "phone", "chat")  # somewhere to go first


class Visit(Value):
    """When somebody can be reached the next time: by phone, at a walk-in hour, at a desk."""

    label: str
    value: str
    begins: datetime
    ends: datetime


class Card(Value):
    """An organisation of the advice, where it is and when it can be reached."""

    organisation: str
    name: str
    part: Part
    address: str | None = None
    visits: tuple[Visit, ...] = ()


class Advice(Value):
    """One advice. `number` is the place of its event in the conversation, counted from 1; `said` is the event's id."""

    number: int
    said: str
    at: datetime
    language: str
    parts: tuple[Part, ...]
    cards: tuple[Card, ...]
    themes: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The whole advice as plain text, parts a blank line apart."""
        return "\n\n".join(part.plain for part in self.parts)

    @property
    def visits(self) -> tuple[tuple[Card, Visit], ...]:
        """Every visit with its organisation, in order; its place is its number in an address."""
        return tuple((card, visit) for card in self.cards for visit in card.visits)


def is_advice(event: Event) -> bool:
    """Tell whether the bot named an organisation here."""
    if not isinstance(event, Said) or event.by != BOT:
        return False
    return bool(event.reply.referrals) and any(part.kind == "referral" for part in event.reply.parts)


def advice_of(events: Sequence[Event], number: int, minds: Minds, now: datetime) -> Advice | None:
    """Return the advice at this place of a conversation, None when there is none."""
    if not 1 <= number <= len(events) or not is_advice(said := events[number - 1]):
        return None
    assert isinstance(said, Said)  # noqa: S101 -- is_advice
    words = Wording(minds.phrases, minds.guide, said.reply.language, now)
    cards = tuple(_cards(said.reply, replay("", events[:number]), words))
    return Advice(
        number=number,
        said=said.id,
        at=said.at,
        language=said.reply.language,
        parts=tuple(_parts(said.reply, cards)),
        cards=cards,
        themes=said.reply.themes,
    )


def _parts(reply: Reply, cards: Sequence[Card]) -> Iterator[Part]:
    """Give what is worth keeping; help lines are left out where they would betray who asked for help."""
    left_out = (*_LEFT_OUT, *(("danger",) if _AT_HOME & set(reply.signals) else ()))
    fresh = iter(cards)
    for part in reply.parts:
        if part.kind == "referral":
            card = next(fresh, None)
            yield card.part if card else _lasting(part)
        elif part.kind not in left_out:
            yield _lasting(part)


def _lasting(part: Part) -> Part:
    """Return a part without whether somebody was open at that moment."""
    return part.model_copy(update={"ways": tuple(way.model_copy(update={"hours": None}) for way in part.ways)})


def _cards(reply: Reply, conversation: Conversation, words: Wording) -> Iterator[Card]:
    wijk = conversation.facts.get("wijk")
    told = (part for part in reply.parts if part.kind == "referral")
    for name, part in zip(reply.referrals, told, strict=False):
        organisation = words.guide.organisation(name, words.on)
        ways = words.lasting_ways(name, wijk) if organisation else ()
        fresh = part.model_copy(update={"ways": ways})
        if organisation is None:  # it is not in the guide any more
            yield Card(organisation=name, name=part.title or name, part=fresh)
            continue
        contacts = words.guide.contacts(name, words.on, wijk)
        yield Card(
            organisation=name,
            name=words.name(name),
            part=fresh,
            address=_address(contacts, organisation, words),
            visits=tuple(_visits(contacts, organisation, words)),
        )


def _visits(contacts: Sequence[Contact], organisation: Organisation, words: Wording) -> Iterator[Visit]:
    """Give when each contact opens next; where there is no phone, the one that stands in under its own name."""
    yield from _openings(contacts, words)
    if organisation.general_way and not any(contact.kind == "phone" for contact in contacts):
        general = words.guide.contacts(organisation.general_way, words.on)
        phones = [contact for contact in general if contact.kind == "phone"][:1]
        yield from _openings(phones, words, label=words.name(organisation.general_way))


def _openings(contacts: Sequence[Contact], words: Wording, label: str | None = None) -> Iterator[Visit]:
    visited = (contact for contact in contacts if contact.kind in _VISITED)
    for contact in sorted(visited, key=lambda one: _VISITED.index(one.kind)):
        if span := opens_next(contact, words.now):
            way = words.way(contact, label)
            where = way.value if contact.kind == "address" else way.label
            yield Visit(label=where, value=way.value, begins=span[0], ends=span[1])


def _address(contacts: Sequence[Contact], organisation: Organisation, words: Wording) -> str | None:
    """Return the first address, with its town, None when none was verified."""
    found = next((words.pick(contact.value) for contact in contacts if contact.kind == "address"), None)
    town = town_of(organisation, words.guide)
    return f"{found}, {town}" if found and town and town.casefold() not in found.casefold() else found


def town_of(organisation: Organisation, guide: Guide) -> str | None:
    """Return the Dutch name of the town of an organisation, as maps know it; None when it works everywhere."""
    names = guide.facts["city"].values
    return None if organisation.city in (None, ELSEWHERE) else names[organisation.city]["nl"]
