"""What a resident typed or tapped becomes a message as it will be kept: masked, understood, and placed."""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.conversation import Conversation
from bot.events import Heard
from bot.masking import mask
from bot.messages import Incoming, read_payload
from bot.minds import Minds
from bot.phrases import DUTCH
from intents.model import Reading, Understanding
from intents.normalise import guard
from referral.areas import locate
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Location

FIRST_ACTS = {"stop", "privacy", "restart", "human", "complaint_bot"}  # also when a theme is told beside
ACTS = FIRST_ACTS | {"greet", "thank", "goodbye", "help", "out_of_scope", "affirm", "deny", "language", "bot_identity"}
NO_ANSWER = {"out_of_scope", "affirm", "deny"}  # acts that answer no question for a fact

_POSTCODE = re.compile(r"\d{4} ?[a-z]{2}|\d{4}", re.IGNORECASE)
_FEW = 4  # words; a longer message that says nothing to us may say much to a person
_MOSTLY = 0.6  # of a message that is a place and nothing else


def hear(conversation: Conversation, incoming: Incoming, minds: Minds, now: datetime) -> Heard:
    """Return the message as it will be kept: masked and understood."""
    text = guard(incoming.text)
    language = conversation.language or incoming.language
    if chosen := read_payload(text):
        understood, place = _chosen(*chosen, language or DUTCH, minds.guide)
        return Heard(at=now, id=incoming.id, text=text, understanding=understood, place=place)
    asked = "staff" if conversation.held_by_staff else conversation.expects  # it is a colleague who asks now
    text = mask(text)
    understood = minds.understand(text, language, asked)
    answering = asked in (PLACE, "wijk") or _POSTCODE.fullmatch(text) is not None
    place = locate(text, minds.guide.areas, answering=answering) if text else Location()
    if len(place.heard) > _MOSTLY * len(text) and not understood.themes:
        understood = understood.model_copy(update={"act": None, "ranking": ()})
    understood = _giving_up(conversation, text, understood, place) if text else understood
    return Heard(
        at=now,
        id=incoming.id,
        text=text,
        understanding=understood,
        place=place if place.candidates else None,
    )


def _chosen(name: str, values: Mapping[str, str], language: str, guide: Guide) -> tuple[Understanding, Location | None]:
    """Read a chosen button as if it had been typed; what the guide does not know is left out."""
    if name == "theme" and (theme := values.get("theme", "")) in guide.themes:
        reading = Reading(theme=theme, confidence=1.0)
        return Understanding(language=language, themes=(reading,), ranking=(reading,)), None
    if name == "inform":
        city = guide.areas.city_of(values.get("wijk", UNKNOWN)) or values.get("city")
        place = Location(candidates=((city, values.get("wijk")),)) if city else None
        facts = {fact: value for fact, value in values.items() if fact not in ("city", "wijk") or value == UNKNOWN}
        known = all(_knows(guide, fact, value) for fact, value in values.items())
        return Understanding(language=language, facts=facts if known else {}), place if known else None
    return Understanding(language=language, act=name if name in ACTS else None), None


def _knows(guide: Guide, fact: str, value: str) -> bool:
    return fact in guide.facts and (value == UNKNOWN or value in guide.facts[fact].values)


def _giving_up(conversation: Conversation, text: str, understood: Understanding, place: Location) -> Understanding:
    """After a second answer that says nothing, take the fact as unknown; nobody is asked the same for ever."""
    ask = conversation.decision
    if not isinstance(ask, Ask) or conversation.expects != ask.fact:
        return understood
    acted = understood.act is not None and understood.act not in NO_ANSWER
    said = understood.themes or understood.signals or acted or understood.facts or place.candidates
    patience = 1 if len(text.split()) <= _FEW else 2
    if said or conversation.unclear < patience:
        return understood
    return understood.model_copy(update={"facts": {ask.fact: UNKNOWN}})
