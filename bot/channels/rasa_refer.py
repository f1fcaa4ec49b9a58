"""What a municipality's own Rasa assistant knows (slots and the latest text) to a reply. Nothing is kept."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.conversation import Conversation, after
from bot.hearing import hear
from bot.messages import Incoming, Reply
from bot.minds import Minds
from bot.turn import MOST_THEMES
from bot.wording import Wording
from referral.areas import locate
from referral.decide import decide
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Location, Situation

_YES_NO = {True: "yes", False: "no"}
_WHERE = ("city", "wijk")


def advise(slots: Mapping[str, object], text: str, minds: Minds, now: datetime) -> tuple[Conversation, Reply]:
    """Return what is known after this text, and the question, referral or choice that follows from it."""
    before = known(slots, minds)
    then = after(before, hear(before, Incoming(id="latest", conversation=before.id, text=text), minds, now))
    words = Wording(minds.phrases, minds.guide, minds.themes, then.language, now)
    situation = Situation(themes=then.themes[:MOST_THEMES], signals=then.signals, facts=then.facts)
    decision = decide(situation, minds.guide, on=now.date())
    if isinstance(decision, Ask):
        reply = words.ask(decision, then)
    elif decision.referrals:
        reply = _without_offer(words.refer(decision, then.facts))
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


def _wijk_name(wijk: str, words: Wording) -> str | None:
    return None if wijk == UNKNOWN else words.pick(words.guide.facts["wijk"].values[wijk])


def _without_offer(reply: Reply) -> Reply:
    """Leave out what only a conversation of our own can do: passing on to a colleague."""
    parts = tuple(part for part in reply.parts if part.kind != "question")
    return reply.model_copy(update={"parts": parts, "choices": ()})


def told(then: Conversation) -> Iterator[tuple[str, object]]:
    """Return each slot and its value as they are known now."""
    yield "themes", list(then.themes)
    yield "signals", list(then.signals)
    yield from then.facts.items()


# ---------------------------------------------------------------- slots


def known(slots: Mapping[str, object], minds: Minds) -> Conversation:
    """Return what the slots say. A value that is not in our lists is read as if it had been typed."""
    guide = minds.guide
    asked = slots.get("requested_slot")
    return Conversation(
        id="rasa:",
        messages=1,
        language=_text(slots.get("language")) or None,
        themes=tuple(one for one in _names(slots.get("themes")) if one in guide.themes),
        signals=tuple(one for one in _names(slots.get("signals")) if one in guide.signals.ids),
        facts={**_facts(slots, minds), **_where(slots, guide)},
        reply=Reply(parts=(), expects=asked) if isinstance(asked, str) else None,
    )


def _facts(slots: Mapping[str, object], minds: Minds) -> dict[str, str]:
    read = {fact: _read(fact, slots.get(fact), minds) for fact in minds.guide.facts if fact not in (PLACE, *_WHERE)}
    return {fact: value for fact, value in read.items() if value is not None}


def _read(fact: str, slot: object, minds: Minds) -> str | None:
    """Return a slot as a value of the fact: a word from its list, yes or no, or what is typed in it."""
    value = _YES_NO.get(slot) if isinstance(slot, bool) else _text(slot)
    if not value or _is_word(fact, value, minds.guide):
        return value or None
    return minds.understand(value, None, fact).facts.get(fact)


def _where(slots: Mapping[str, object], guide: Guide) -> dict[str, str]:
    """Return the first of wijk, city and place that names one; the wijk tells the city."""
    city, wijk = _text(slots.get("city")), _text(slots.get("wijk"))
    if _is_word("city", city, guide) and (not wijk or _is_word("wijk", wijk, guide)):
        lies_in = guide.areas.city_of(wijk)
        return {"city": city, **({"wijk": wijk} if wijk and lies_in in (None, city) else {})}
    for name in ("wijk", "place", "city"):
        if (found := locate(_text(slots.get(name)), guide.areas, answering=True)).city:
            return _settled(found)
    return {}


def _is_word(fact: str, value: str, guide: Guide) -> bool:
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
