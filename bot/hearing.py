"""What a resident typed or tapped becomes a message as it will be kept: masked, understood, and placed."""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.conversation import Conversation
from bot.events import Heard
from bot.masking import mask
from bot.messages import Incoming, payload, read_payload
from bot.minds import Minds
from bot.phrases import DUTCH, Phrases
from intents.model import Reading, Understanding
from intents.normalise import guard, plain
from intents.slots.read import read_answer
from referral.areas import locate
from referral.decide import decide
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Location, Situation

FIRST_ACTS = {"stop", "privacy", "restart", "human", "complaint_bot"}  # also when a theme is told beside
ACTS = FIRST_ACTS | {
    "greet", "thank", "goodbye", "help", "out_of_scope", "affirm", "deny", "language", "bot_identity", "rather_not",
}  # fmt: skip
NO_ANSWER = {"out_of_scope", "affirm", "deny", "rather_not"}  # acts that answer no question for a fact

_POSTCODE = re.compile(r"\d{4} ?[a-z]{2}|\d{4}", re.IGNORECASE)
_SAFE = {"affirm": "safe", "deny": "unsafe"}  # what an answer says of "is het veilig om hier te praten?"
_IS_SAFE = payload("safe", here="yes")
_YES_OR_NO = {"safe", "consent"}  # questions that are answered with yes or no, whatever is told behind it
_PIECE = 12  # words at most in a message that may be half of a sentence
_FEW = 4  # words; a longer message that says nothing to us may say much to a person
_ANSWER = 6  # words at most of an answer to a question
_YES_AND_MORE = 8  # words at most of a yes or no with a reason
_MOSTLY = 0.6  # of a message that is a place and nothing else


def hear(conversation: Conversation, incoming: Incoming, minds: Minds, now: datetime) -> Heard:
    """Return the message as it will be kept: masked and understood."""
    text = _known_language(_pressed_in_words(conversation, guard(incoming.text), minds.phrases), minds.phrases)
    page = incoming.language if incoming.language in minds.phrases.languages else None
    language = _language_before(conversation, page)
    if chosen := read_payload(text):
        understood, place = _chosen(*chosen, _language_chosen(*chosen, minds) or language or DUTCH, minds.guide)
        kept = mask(text)  # a choice of ours stays as it is
        return Heard(at=now, id=incoming.id, text=kept, understanding=understood, place=place, page=page)
    asked = _asked(conversation)
    text = mask(text)
    understood = minds.understand(text, language, asked)
    understood = _in_context(conversation, text, understood, minds)
    answering = conversation.expects in (PLACE, "wijk") or _POSTCODE.fullmatch(text) is not None
    place = locate(text, minds.guide.areas, answering=answering) if text else Location()
    understood = _as_an_answer(conversation, text, understood, place)
    if asked == "safe" and (answer := read_answer(text, understood.language)) in _SAFE and not understood.themes:
        understood = understood.model_copy(update={"act": _SAFE[answer]})
    understood = _giving_up(conversation, text, understood, place) if text else understood
    return Heard(
        at=now,
        id=incoming.id,
        text=text,
        understanding=understood,
        place=place if place.candidates else None,
        urgent=_is_urgent(understood, minds.guide, now),
        page=page,
    )


def _asked(conversation: Conversation) -> str | None:
    """Return what a yes or no would answer: a colleague who asks now, whether it is safe here, or what was expected."""
    if conversation.held_by_staff:
        return "staff"
    shown = conversation.reply.choices if conversation.reply else ()
    return "safe" if _IS_SAFE in [one.payload for one in shown] else conversation.expects


def _as_an_answer(conversation: Conversation, text: str, understood: Understanding, place: Location) -> Understanding:
    """Take a short answer for no more than that: a place is no theme, and "sorry, Amersfoort" wants not to stop."""
    count = len(text.split())
    if _asked(conversation) in _YES_OR_NO and count <= _YES_AND_MORE and not understood.signals:
        opening = read_answer(text, understood.language)
        if opening in ("affirm", "deny"):  # "ja hij is nu op zijn werk" asks for no work
            return understood.model_copy(update={"act": opening, "ranking": (), "themes": ()})
    only_place = len(place.heard) > _MOSTLY * len(text)
    asked = conversation.expects
    for_place = asked in (PLACE, "wijk")
    if place.candidates and (only_place or (count <= _FEW and (for_place or not understood.themes))):
        understood = understood.model_copy(update={"act": None, "ranking": (), "themes": ()})
    if place.candidates and count <= _FEW and "age" not in understood.facts:  # "ik ben 12, overvecht" is a child
        calm = () if only_place else tuple(one for one in understood.signals if one != "minor_speaking")
        understood = understood.model_copy(update={"signals": calm})
    if (asked in understood.facts or place.candidates) and count <= _ANSWER and understood.act in FIRST_ACTS:
        understood = understood.model_copy(update={"act": None})
    return understood


def _pressed_in_words(conversation: Conversation, text: str, phrases: Phrases) -> str:
    """Return the payload of the button whose words were typed, shown or not, else the text as it is."""
    if conversation.held_by_staff or not text or read_payload(text):
        return text
    shown = conversation.reply.choices if conversation.reply else ()
    spoken = phrases.spoken(conversation.answered_in)
    always = _always_there(conversation, phrases, spoken)
    buttons = [*((one.title, one.payload) for one in shown), *always]
    return next((sends for title, sends in buttons if _bare(title) == _bare(text)), text)


def _always_there(conversation: Conversation, phrases: Phrases, spoken: str) -> list[tuple[str, str]]:
    """Return what can be said at any moment, with what it does: a person, why, rather not, erase."""
    erase = re.split(r"[,،、፣]\s*", phrases("choice.yes_forget", spoken), maxsplit=1)[-1]
    match conversation.expects:
        case "name":
            declined = payload("skip")
        case "reach":
            declined = payload("chat_only")
        case "consent" | "offer":
            declined = payload("deny")
        case str(fact) if isinstance(conversation.decision, Ask) and conversation.decision.fact == fact:
            declined = payload("inform", **{fact: UNKNOWN})
        case _:
            declined = payload("rather_not")
    return [
        (phrases("choice.human", spoken), payload("human")),
        (phrases("choice.why", spoken), payload("why")),
        (phrases("choice.rather_not", spoken), declined),
        (phrases("choice.skip", spoken), declined),
        (phrases("choice.unknown", spoken), declined),
        *([(phrases("choice.no", spoken), declined)] if conversation.expects in ("name", "reach") else []),
        (erase, payload("privacy")),
    ]


def _bare(words: str) -> str:
    return plain(words).strip(" .!?؟…¿¡")


def _is_urgent(understood: Understanding, guide: Guide, now: datetime) -> bool:
    told = Situation(signals=understood.signals)
    return bool(told.signals) and decide(told, guide, on=now.date()).urgent


def _known_language(text: str, phrases: Phrases) -> str:
    """Return a choice of a language that we do not speak as the question which there are."""
    match read_payload(text):
        case ("language", {"language": language}) if language not in phrases.languages:
            return payload("language")
        case _:
            return text


def _language_before(conversation: Conversation, page: str | None) -> str | None:
    """Return the language that the next words are probably in."""
    if conversation.language is None and (chosen := conversation.chosen or page):
        return chosen.partition("-")[0]
    return conversation.language


def _language_chosen(name: str, values: Mapping[str, str], minds: Minds) -> str | None:
    """Return the language that was chosen to be answered in, as we read it: easy Dutch is Dutch."""
    language = values.get("language") if name == "language" else None
    return language.partition("-")[0] if language in minds.phrases.languages else None


def _in_context(conversation: Conversation, text: str, understood: Understanding, minds: Minds) -> Understanding:
    """Add what only shows together with what was typed before: a danger told in two halves, a theme told bit by bit."""
    last = conversation.words[-1] if conversation.words else ""
    if not text or not last or read_payload(last):
        return understood
    clarifies = conversation.expects == "theme" and not understood.themes and understood.act not in FIRST_ACTS
    halves = max(len(text.split()), len(last.split())) <= _PIECE
    in_halves = halves and not understood.signals and not conversation.signals
    if not clarifies and not in_halves:
        return understood
    both = f"{last} {text}" if halves else f"{last}. {text}"  # "ik ga van het dak" "springen"
    together = minds.understand(both, understood.language, None)
    danger = {"signals": together.signals, "evidence": together.evidence} if in_halves and together.signals else {}
    themes = {"themes": together.themes, "ranking": together.ranking} if clarifies else {}
    return understood.model_copy(update={**danger, **themes})


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
    if name == "language" and values:  # which one is read from the event by conversation.py
        return Understanding(language=language), None
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
