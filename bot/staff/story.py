"""A conversation as the desk reads it: who said what, and what happened, each event in a Dutch sentence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from bot.events import (
    Assigned,
    Claimed,
    Closed,
    Consented,
    ContactGiven,
    Corrected,
    Decided,
    Delivered,
    Event,
    Followed,
    FollowUpAgreed,
    FollowUpDeclined,
    HandedOver,
    Heard,
    Noted,
    Passed,
    Rang,
    Rated,
    Released,
    ReminderDone,
    ReminderSet,
    Reopened,
    Said,
    Withdrawn,
)
from bot.messages import Part, Value, read_payload
from bot.staff import words
from bot.staff.words import FACTS, OUTCOMES, RANG, RATED, RESULTS, Dutch
from referral.model import PLACE, Ask, Decision

_FOLDED: Mapping[str, str] = {
    "notice": "Uitleg vooraf",
    "danger": "Hulplijnen getoond",
    "referral": "Verwijzing",
}


ByStaff = Claimed | Assigned | Released | Passed | Noted | ReminderSet | ReminderDone | Corrected | Closed | Reopened


class Fold(Value):
    """A piece of what the bot said that is folded away behind a few words."""

    summary: str
    text: str


class Line(Value):
    """Something that was said. `chosen` tells that the resident pressed a button."""

    by: Literal["resident", "bot", "staff"]
    who: str
    at: str
    texts: tuple[str, ...]
    language: str
    folds: tuple[Fold, ...] = ()
    chosen: bool = False
    arrived: bool = True


class Moment(Value):
    """One thing that happened, in a sentence."""

    at: str
    text: str


def lines(events: Sequence[Event], name: str | None, pushed: bool, now: datetime) -> tuple[Line, ...]:
    """Return what was said, oldest first. On a pushed channel, what was not delivered yet is told apart."""
    delivered = {event.said for event in events if isinstance(event, Delivered)}
    titles: dict[str, str] = {}  # of the buttons shown so far, by what they send
    found: list[Line] = []
    for event in events:
        if isinstance(event, Said):
            titles |= {choice.payload: choice.title for choice in event.reply.choices}
            found.append(_said(event, not pushed or event.id in delivered, now))
        elif isinstance(event, Heard) and event.again is None:
            found.append(_heard(event, titles, words.person(name), now))
    return tuple(found)


def _heard(event: Heard, titles: Mapping[str, str], who: str, now: datetime) -> Line:
    chosen = read_payload(event.text) is not None
    text = titles.get(event.text, "Een knop") if chosen else event.text or "(geen tekst)"
    at, language = words.moment(event.at, now), event.understanding.language
    return Line(by="resident", who=who, at=at, texts=(text,), language=language, chosen=chosen)


def _said(event: Said, arrived: bool, now: datetime) -> Line:
    bot = event.by == "bot"
    folded = [part for part in event.reply.parts if bot and part.kind in _FOLDED]
    return Line(
        by="bot" if bot else "staff",
        who="Wegwijs (computer)" if bot else event.by,
        at=words.moment(event.at, now),
        texts=tuple(part.plain for part in event.reply.parts if part not in folded),
        language=event.reply.language,
        folds=tuple(Fold(summary=_summary(part), text=part.plain) for part in folded),
        arrived=arrived,
    )


def _summary(part: Part) -> str:
    shown = part.title or ", ".join(dict.fromkeys(way.label for way in part.ways))
    return f"{_FOLDED[part.kind]}: {shown}" if shown else _FOLDED[part.kind]


# ---------------------------------------------------------------- history


def history(events: Sequence[Event], name: str | None, dutch: Dutch, now: datetime) -> tuple[Moment, ...]:
    """Return every event as a sentence, oldest first."""
    said = {event.id: event for event in events if isinstance(event, Said)}
    who = words.person(name)
    return tuple(Moment(at=words.moment(event.at, now), text=sentence(event, who, said, dutch)) for event in events)


def sentence(event: Event, who: str, said: Mapping[str, Said], dutch: Dutch) -> str:
    """Return what happened, in Dutch."""
    match event:
        case Heard():
            return f"{who} {_told(event, dutch)}"
        case Decided():
            return _decided(event.decision, dutch)
        case Said():
            return f"{_speaker(event)} antwoordde."
        case Delivered():
            speaker = _speaker(said[event.said]) if event.said in said else "Wegwijs"
            return f"Het antwoord van {speaker} kwam aan."
        case Consented():
            return f"{who} gaf {dutch.organisation(event.organisation)} toestemming om het gesprek te lezen."
        case ContactGiven():
            return f"{who} liet weten: {_contact(event)}."
        case HandedOver():
            urgent = " als dringend" if event.urgent else ""
            return f"Het gesprek werd{urgent} doorgegeven aan {dutch.organisation(event.organisation)}."
        case Withdrawn():
            return f"{who} trok de vraag terug."
        case FollowUpAgreed() | FollowUpDeclined() | Rang() | Followed() | Rated():
            return _later(event, who, dutch)
        case _:
            return f"{event.by} {done(event, dutch)}"


def done(event: ByStaff, dutch: Dutch) -> str:
    """Return what a colleague did, as the rest of a sentence that begins with their name."""
    match event:
        case Claimed():
            return "pakte de vraag op."
        case Assigned():
            return f"gaf de vraag aan {event.to}."
        case Released():
            return "legde de vraag terug in de rij."
        case Passed():
            why = "hoorde niet bij dit team" if event.misroute else "kan daar beter geholpen worden"
            return f"gaf de vraag door aan {dutch.organisation(event.organisation)}: {why}. {event.reason}"
        case Noted():
            return f"schreef een notitie: {event.text}"
        case ReminderSet():
            what = f": {event.what}" if event.what else "."
            return f"wil eraan denken op {words.day(event.at_time.astimezone(words.HERE).date())}{what}"
        case ReminderDone():
            return "streepte de herinnering af."
        case Corrected():
            return f"corrigeerde: {corrected(event, dutch)}"
        case Closed():
            note = f" Notitie: {event.note}" if event.note else ""
            return f"sloot de vraag: {OUTCOMES[event.outcome].lower()}.{note}"
        case Reopened():
            return f"opende de vraag opnieuw: {event.reason}"


def corrected(event: Corrected, dutch: Dutch) -> str:
    """Return what a colleague put right."""
    facts = [": ".join(dutch.fact(fact, value)) for fact, value in (event.facts or {}).items()]
    themes = [f"Onderwerp: {dutch.themes(event.themes)}"] if event.themes is not None else []
    signals = [f"Gevaar: {words.signals(event.signals) or 'geen'}"] if event.signals is not None else []
    return f"{'; '.join([*themes, *signals, *facts])}."


def _later(event: FollowUpAgreed | FollowUpDeclined | Rang | Followed | Rated, who: str, dutch: Dutch) -> str:
    match event:
        case FollowUpAgreed():
            return f"{who} vindt een vraag of het gelukt is goed, op {words.moment(event.first, event.at)}."
        case FollowUpDeclined():
            return f"{who} wil geen bericht."
        case Rang():
            return "Wegwijs zweeg, omdat het niet het moment was." if event.silent else RANG[event.timer]
        case Followed():
            how = RESULTS[event.result].lower()
            return f"{who} vertelde hoe het ging met {dutch.organisation(event.organisation)}: {how}."
        case Rated():
            return f"{who} vond het antwoord over {dutch.organisation(event.organisation)} {RATED[event.verdict]}."


def _told(event: Heard, dutch: Dutch) -> str:
    """Return what a resident did and what was understood of it."""
    did = "koos een antwoord." if read_payload(event.text) else "schreef een bericht."
    understood = event.understanding
    themes = tuple(reading.theme for reading in understood.themes)
    about = f" Herkend onderwerp: {dutch.themes(themes)}." if themes else ""
    danger = f" Herkend gevaar: {words.signals(understood.signals)}." if understood.signals else ""
    facts = [": ".join(dutch.fact(fact, value)) for fact, value in understood.facts.items()]
    return did + about + danger + (f" Verteld: {'; '.join(facts)}." if facts else "")


def _decided(decision: Decision, dutch: Dutch) -> str:
    if isinstance(decision, Ask):
        fact = "woonplaats" if decision.fact == PLACE else FACTS.get(decision.fact, decision.fact).lower()
        between = _listed([dutch.organisation(one) for one in decision.between], "en")
        return f"Wegwijs wilde weten: {fact}" + (f", om te kiezen tussen {between}." if between else ".")
    if not decision.referrals:
        return "Wegwijs noemde hulplijnen, nog geen organisatie."
    named = [dutch.organisation(one.organisation) for one in decision.referrals]
    return f"Wegwijs verwees naar {_listed(named, 'en')}."


def _contact(event: ContactGiven) -> str:
    name = f"te noemen als {event.name}" if event.name else ""
    reach = f"te bereiken via {event.reach}" if event.reach else ""
    return " en ".join(filter(None, (name, reach))) or "niets over naam of bereik"


def _speaker(event: Said) -> str:
    return "Wegwijs" if event.by == "bot" else event.by


def _listed(names: Sequence[str], last: str) -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)
