"""What a municipality's own Rasa assistant knows (slots and the latest text) to a reply. Nothing is kept."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.conversation import Conversation, after
from bot.hearing import hear
from bot.messages import Incoming, Reply
from bot.minds import Minds
from bot.referring import referral
from bot.turn import MOST_THEMES
from bot.wording import Wording
from referral.areas import locate
from referral.decide import decide
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Location, Situation

THEMES = "themes"
SIGNALS = "signals"

_YES_NO = {True: "yes", False: "no"}
_WHERE = ("city", "wijk")
_EXPECTS = {THEMES: "theme"}  # how a conversation calls what a slot asks


def advise(slots: Mapping[str, object], text: str, minds: Minds, now: datetime) -> tuple[Conversation, Reply]:
    """Return what is known after this text, and the question, referral or choice that follows from it."""
    before = known(slots, minds)
    then = after(before, hear(before, Incoming(id="latest", conversation=before.id, text=text), minds, now))
    words = words_of(minds, then.language, now)
    situation = situation_of(then)
    decision = decide(situation, minds.guide, on=now.date())
    if isinstance(decision, Ask):
        reply = words.ask(decision, then)
    elif decision.referrals:
        reply = _without_offer(referral(words, decision, then.facts))
    else:
        reply = words.clarify(then)
    return then, reply.model_copy(
        update={
            "parts": (*words.danger(decision.say_first), *reply.parts),
            "say_first": decision.say_first,
            "themes": situation.themes,
            "signals": situation.signals,
            "wijk": _wijk_name(then.facts.get("wijk", UNKNOWN), words),
        }
    )


def words_of(minds: Minds, language: str | None, now: datetime) -> Wording:
    """Return words in a language, Dutch when it is None."""
    return Wording(minds.phrases, minds.guide, language, now)


def situation_of(then: Conversation) -> Situation:
    """Return what is decided on."""
    return Situation(themes=then.themes[:MOST_THEMES], signals=then.signals, facts=then.facts)


def _wijk_name(wijk: str, words: Wording) -> str | None:
    return None if wijk == UNKNOWN else words.pick(words.guide.facts["wijk"].values[wijk])


def _without_offer(reply: Reply) -> Reply:
    """Leave out what only a conversation of our own can do: passing on to a colleague."""
    parts = tuple(part for part in reply.parts if part.kind != "question")
    return reply.model_copy(update={"parts": parts, "choices": ()})


def told(then: Conversation) -> Iterator[tuple[str, object]]:
    """Return each slot and its value as they are known now."""
    yield THEMES, list(then.themes)
    yield SIGNALS, list(then.signals)
    yield from then.facts.items()


# ---------------------------------------------------------------- slots


def known(slots: Mapping[str, object], minds: Minds, answers: int = 1) -> Conversation:
    """Return what the slots say. A value that is not in our lists is read as if it had been typed.

    `answers` is how many messages in a row were an answer to the requested slot, the latest included.
    """
    guide = minds.guide
    asked = _text(slots.get("requested_slot")) if answers else ""
    return Conversation(
        id="rasa:",
        messages=1,
        language=_text(slots.get("language")) or None,
        themes=tuple(one for one in _names(slots.get(THEMES)) if one in guide.themes),
        signals=tuple(one for one in _names(slots.get(SIGNALS)) if one in guide.signals.ids),
        facts={**_facts(slots, minds), **_where(slots, guide)},
        decision=Ask(fact=asked, between=()) if asked in guide.facts else None,
        reply=Reply(parts=(), expects=_EXPECTS.get(asked, asked)) if asked else None,
        unclear=max(answers - 1, 0),
    )


def _facts(slots: Mapping[str, object], minds: Minds) -> dict[str, str]:
    read = {fact: _read(fact, slots.get(fact), minds) for fact in minds.guide.facts if fact not in (PLACE, *_WHERE)}
    return {fact: value for fact, value in read.items() if value is not None}


def _read(fact: str, slot: object, minds: Minds) -> str | None:
    """Return a slot as a value of the fact: a word from its list, yes or no, or what is typed in it."""
    value = _YES_NO.get(slot) if isinstance(slot, bool) else _text(slot)
    if not value or is_word(fact, value, minds.guide):
        return value or None
    return minds.understand(value, None, fact).facts.get(fact)


def _where(slots: Mapping[str, object], guide: Guide) -> dict[str, str]:
    """Return the first of wijk, place and city that names one; the wijk tells the city."""
    city, wijk = _text(slots.get("city")), _text(slots.get("wijk"))
    if is_word("city", city, guide) and (not wijk or is_word("wijk", wijk, guide)):
        lies_in = guide.areas.city_of(wijk)
        return {"city": city, **({"wijk": wijk} if wijk and lies_in in (None, city) else {})}
    unknown = {"wijk": UNKNOWN} if wijk == UNKNOWN else {}
    for name in ("wijk", PLACE, "city"):
        if (found := located(_text(slots.get(name)), guide)).city:
            return {**unknown, **_settled(found)}
    return {"city": UNKNOWN} if slots.get(PLACE) == UNKNOWN else unknown


def located(told: str, guide: Guide) -> Location:
    """Return the place that a slot names: by the word of a wijk or city in our lists, or as it is typed."""
    if told in guide.facts["wijk"].values and (city := guide.areas.city_of(told)):
        return Location(candidates=((city, told),))
    if told in guide.facts["city"].values:
        return Location(candidates=((told, None),))
    return locate(told, guide.areas, answering=True)


def is_word(fact: str, value: str, guide: Guide) -> bool:
    """Tell whether a value stands in the list of a fact, or is "unknown"."""
    return value == UNKNOWN or value in guide.facts[fact].values


def _settled(found: Location) -> dict[str, str]:
    place = {"city": found.city, "wijk": found.wijk}
    return {name: value for name, value in place.items() if value is not None}


def _names(slot: object) -> tuple[str, ...]:
    """Return a list slot, or a text slot with names between commas, as names."""
    if isinstance(slot, str):
        return tuple(map(str.strip, slot.split(",")))
    return tuple(one for one in slot if isinstance(one, str)) if isinstance(slot, list) else ()


def _text(slot: object) -> str:
    return str(slot) if isinstance(slot, (str, int, float)) else ""
