"""Phone and people only: what the bot does while it cannot understand, or does not know who helps.

It decides nothing, and reads with the hand-made patterns of danger only, which need no model and no directory. These
do not see all, so the lines to call stand under every reply. A colleague can still be asked, with a button, and reads
what was typed. Values in, values out.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bot.contact import address_in, given_to_staff
from bot.conversation import Conversation, after
from bot.events import Consented, ContactGiven, Event, HandedOver, Heard, Said
from bot.masking import mask
from bot.messages import Choice, Incoming, Part, Reply, Status, Value, Way, payload, read_payload
from bot.minds import Minds
from bot.phrases import DUTCH, Phrases
from bot.problems import name_of
from bot.turn import Turn
from bot.wording import FRONT_DESK, Wording
from intents.model import Understanding
from intents.normalise import guard
from intents.signals import patterns_in
from intents.slots.read import read_answer
from referral.decide import is_urgent, say_first
from referral.model import Signals
from referral.walk import Case

log = logging.getLogger("wegwijs")

_LINES = ("112", "113", "veilig-thuis", "kindertelefoon")


class Lines(Value):
    """Who can be called, as it was when the directory was last whole: by language, and by municipality."""

    help: Mapping[str, tuple[Way, ...]]
    desks: Mapping[str, tuple[Way, ...]]  # city -> the phone of the municipality
    names: Mapping[str, str]  # of the municipalities' desks
    signals: Signals
    danger: Mapping[str, Mapping[str, Part]]  # language -> whom to name first -> what is said of them


def lines_of(minds: Minds, now: datetime) -> Lines:
    """Return who can be called. Whatever fails in a broken directory is raised."""
    guide = minds.guide
    cities = {one.city for one in guide.organisations.values() if one.city}
    desks = {city: f"{city}-gemeente" for city in sorted(cities) if f"{city}-gemeente" in guide.organisations}
    each = {language: Wording(minds.phrases, guide, language, now) for language in minds.phrases.languages}
    dutch = each[DUTCH]
    return Lines(
        help={
            name: tuple(_at_any_hour(way) for one in _LINES for way in words.line(one)) for name, words in each.items()
        },
        desks={
            city: tuple(_at_any_hour(way, dutch.name(desk)) for way in dutch.front_desk(desk))
            for city, desk in desks.items()
        },
        names={desk: dutch.name(desk) for desk in desks.values()},
        signals=guide.signals,
        danger={language: _danger(words) for language, words in each.items()},
    )


def _danger(words: Wording) -> Mapping[str, Part]:
    lines = [one.line for one in words.guide.signals.say_first]
    said = zip(lines, words.danger(lines), strict=True)
    return {line: part.model_copy(update={"ways": tuple(map(_at_any_hour, part.ways))}) for line, part in said}


def _at_any_hour(way: Way, label: str | None = None) -> Way:
    """Return a way without the hours, which would be those of the last look."""
    return way.model_copy(update={"hours": None, "label": label or way.label})


def people_only_turn(
    before: Conversation,
    incoming: Incoming,
    lines: Lines,
    phrases: Phrases,
    now: datetime,
) -> Turn:
    """Return what happens on a message while only people can help."""
    asked = incoming.language if incoming.language in phrases.languages else None
    language = phrases.spoken(before.answered_in or asked)
    typed = guard(incoming.text)
    heard = _heard(incoming, typed, language, lines, now).model_copy(update={"page": asked})
    if before.held_by_staff:
        return Turn(events=(heard, *given_to_staff(typed, now)))
    then = after(before, heard)
    events, reply = _Plain(before, then, lines, phrases, language, now).answer(typed)
    number = uuid5(NAMESPACE_URL, f"reply-to:{incoming.id}").hex
    said = Said(at=now, id=number, reply=_danger_first(reply, before, then, lines), answers=incoming.id)
    return Turn(events=(heard, *events, said), forget=_wants_forgetting(before, typed))


def _heard(incoming: Incoming, typed: str, language: str, lines: Lines, now: datetime) -> Heard:
    """Return the message as it is kept, with the danger that the patterns see; it can be read later after all."""
    text, chosen = mask(typed), read_payload(typed)
    seen = {} if chosen else _danger_in(text)
    signals = tuple(one for one in lines.signals.ids if one in seen)
    return Heard(
        at=now,
        id=incoming.id,
        text=text,
        understanding=Understanding(
            language=language.partition("-")[0], signals=signals, evidence=tuple(dict.fromkeys(seen.values()))
        ),
        urgent=is_urgent(Case((), signals, {}), lines.signals),
        stumbled=None if chosen else "people_only",
    )


def _danger_in(text: str) -> Mapping[str, str]:
    """Return the signals that the patterns see, with the words; none when the patterns cannot be read either."""
    try:
        return patterns_in(text)
    except Exception as problem:
        log.error("people only: %s", name_of(problem))
        return {}


def _danger_first(reply: Reply, before: Conversation, then: Conversation, lines: Lines) -> Reply:
    """Put whom to call first before a reply to danger that was not told before, as a whole turn does."""
    first = say_first(Case((), then.signals, then.facts), lines.signals)
    shown = first if set(then.signals) - set(before.signals) else ()
    said = lines.danger.get(reply.language, lines.danger[DUTCH])
    parts = (*(said[line] for line in shown), *reply.parts)
    return reply.model_copy(update={"parts": parts, "say_first": first, "signals": then.signals})


def _wants_forgetting(before: Conversation, typed: str) -> bool:
    chosen = read_payload(typed)
    agreed = before.expects == "forget" and chosen is not None and chosen[0] == "affirm"
    return agreed or (chosen is not None and chosen[0] == "forget")


class _Plain:
    """The replies, in one language."""

    def __init__(
        self, before: Conversation, then: Conversation, lines: Lines, phrases: Phrases, language: str, now: datetime
    ) -> None:
        self.before = before
        self.urgent = is_urgent(Case((), then.alarms, {}), lines.signals)
        self.lines = lines
        self.language = language
        self.now = now
        self._phrases = phrases
        desk = f"{before.facts.get('city')}-gemeente"
        self.desk = before.organisation or (desk if desk in lines.names else FRONT_DESK)

    def answer(self, typed: str) -> tuple[tuple[Event, ...], Reply]:
        chosen = read_payload(typed)
        wish = chosen[0] if chosen else read_answer(typed, self.language.partition("-")[0])
        if wish == "forget" or (self.before.expects == "forget" and wish == "affirm"):
            return (), self._reply("forgotten")
        if self.before.state == "waiting":
            return self._reached(typed)
        if self.before.expects == "consent" and wish == "affirm":
            handed_over = HandedOver(at=self.now, organisation=self.desk, urgent=self.urgent)
            events = (Consented(at=self.now, organisation=self.desk), handed_over)
            return events, self._reply("people_only.done", "handoff.reach", expects="reach")
        if wish in ("human", "contact", "call_me"):
            yes = Choice(title=self._say("choice.yes"), payload=payload("affirm"))
            no = Choice(title=self._say("choice.no"), payload=payload("deny"))
            return (), self._reply("handoff.consent", choices=(yes, no), expects="consent")
        return (), self._reply("people_only.text", choices=(self._person(),))

    def _reached(self, typed: str) -> tuple[tuple[Event, ...], Reply]:
        """Note how somebody who waits can be reached; what else they say is read by a colleague."""
        if reach := address_in(typed):
            return (ContactGiven(at=self.now, reach=reach),), self._reply("handoff.noted", reach=reach)
        return (), self._reply("handoff.waiting")

    def _person(self) -> Choice:
        return Choice(title=self._say("choice.human"), payload=payload("human"))

    def _say(self, key: str, **values: str) -> str:
        return self._phrases(key, self.language, **values)

    def _reply(
        self, *keys: str, choices: tuple[Choice, ...] = (), expects: str | None = None, reach: str = ""
    ) -> Reply:
        name = self.lines.names.get(self.desk, self.desk)
        texts = [Part(kind="text", text=self._say(key, name=name, reach=reach)) for key in keys]
        ways = (*self.lines.help.get(self.language, self.lines.help[DUTCH]), *self._desks())
        texts[-1] = texts[-1].model_copy(update={"ways": ways})
        status: Status = "handoff" if expects or self.before.state == "waiting" else "chat"
        return Reply(parts=tuple(texts), choices=choices, language=self.language, status=status, expects=expects)

    def _desks(self) -> tuple[Way, ...]:
        """Return the phone of the resident's own municipality, of each when it is not known."""
        city = self.before.facts.get("city", "")
        return self.lines.desks.get(city) or tuple(way for desk in self.lines.desks.values() for way in desk)
