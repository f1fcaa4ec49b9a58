"""A case in the words of the Klantinteracties API: what it is about, who asked, and what must be done.

Of the resident only what they agreed that this organisation reads.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.conversation import Conversation
from bot.messages import read_payload
from bot.queue import case_number
from referral.guide import Guide
from referral.model import UNKNOWN, Words

Body = Mapping[str, Any]

REGISTER = "wegwijs"
TO_DO, DONE = "te_verwerken", "verwerkt"  # how a task stands
_ISO_639_3 = {  # the API takes three letters
    "nl": "nld", "en": "eng", "tr": "tur", "ar": "ara", "pl": "pol", "uk": "ukr", "ru": "rus", "de": "deu", "fr": "fra",
    "es": "spa", "fy": "fry", "bg": "bul", "fa": "fas", "pap": "pap", "ro": "ron", "so": "som", "ti": "tir",
}  # fmt: skip
_QUIET = "Let op: iemand thuis kan meelezen of meeluisteren. Neem niet onverwacht contact op."


def still_theirs(case: Conversation, team: str, since: datetime) -> bool:
    """Tell whether a case that came to this team then is still open there, and the resident let them read it."""
    here = case.came_at is not None and case.came_at <= since and case.organisation == team == case.consented
    return here and case.state in ("waiting", "staff")


def actor(team: str, guide: Guide) -> Body:
    """Return a team as an actor."""
    name = team_name(team, guide)
    return {
        "naam": shorten(name, 200),
        "soortActor": "organisatorische_eenheid",
        "indicatieActief": True,
        "actoridentificator": _identified(team, "team"),
        "actorIdentificatie": {"omschrijving": shorten(name, 200)},
    }


def bot_actor() -> Body:
    """Return ourselves as an actor."""
    return {
        "naam": "Wegwijs",
        "soortActor": "geautomatiseerde_actor",
        "indicatieActief": True,
        "actoridentificator": _identified(REGISTER, "bot"),
        "actorIdentificatie": {"functie": "chatbot", "omschrijving": "wijst inwoners de weg naar hulp"},
    }


def contact(case: Conversation, mark: str, guide: Guide) -> Body:
    """Return the contact, the resident and our mark, to be made in one call."""
    assert case.opened_at  # noqa: S101 -- an open case was opened
    return {
        "klantcontact": {
            "kanaal": "chat",
            "onderwerp": shorten(themes(case, guide), 200),
            "inhoud": shorten(_about(case, guide), 1000),
            "indicatieContactGelukt": True,
            "taal": _ISO_639_3.get(case.language or "nl", "und"),
            "vertrouwelijk": True,
            "plaatsgevondenOp": _moment(case.opened_at),
            "metadata": {"vraag": case_number(case.id)},
        },
        "betrokkene": {"wasPartij": None, "rol": "klant", "initiator": True, **named(case)},
        "onderwerpobject": {"wasKlantcontact": None, "onderwerpobjectidentificator": _identified(mark, "vraag")},
    }


def named(case: Conversation) -> Body:
    """Return the name that the resident gave. The first word of several is the first name."""
    if not case.name:
        return {"contactnaam": None}
    first, _, rest = " ".join(case.name.split()).partition(" ")
    return {"contactnaam": {"voornaam": shorten(first, 200), "achternaam": shorten(rest, 200)}}


def address(reach: str, resident: str) -> Body:
    """Return how the resident can be reached."""
    mail = "@" in reach
    return {
        "verstrektDoorBetrokkene": {"uuid": resident},
        "verstrektDoorPartij": None,
        "adres": bare(reach),
        "soortDigitaalAdres": "email" if mail else "telefoonnummer",
        "omschrijving": "gegeven in de chat",
    }


def bare(reach: str) -> str:
    """Return an address as the API takes it: a phone number without spaces."""
    return reach if "@" in reach else "".join(sign for sign in reach if sign.isdigit() or sign == "+")


def task(case: Conversation, contact: str, team: str, guide: Guide, link: str | None, *, reach: bool) -> Body:
    """Return what must be done, by whom. With `reach` the address stands in the text: it was not taken as one."""
    urgent = "DRINGEND: " if case.urgent else ""
    told = [
        _QUIET if case.quiet else "",
        f"Bereikbaar via {case.reach}." if reach and case.reach else "",
        f"Beloofd: antwoord vanaf {case.promised:%Y-%m-%d %H:%M}." if case.promised else "",
        f"De hele vraag: {link}" if link else "",
    ]
    return {
        "gevraagdeHandeling": shorten(f"{urgent}Neem contact op over: {themes(case, guide)}", 200),
        "aanleidinggevendKlantcontact": {"uuid": contact},
        "toegewezenAanActoren": [{"uuid": team}],
        "toelichting": shorten(" ".join(filter(None, told)), 1000),
        "status": TO_DO,
    }


def done(case: Conversation) -> Body:
    """Return what a task becomes when the team has nothing to do any more, since when; no content."""
    ended = case.since if case.state == "closed" else case.came_at
    return {"status": DONE, "afgehandeldOp": _moment(ended) if ended else None}


def to_do() -> Body:
    """Return what a task becomes when the case was opened again."""
    return {"status": TO_DO, "afgehandeldOp": None}


def themes(case: Conversation, guide: Guide) -> str:
    """Return what it is about, as the guide calls it."""
    return ", ".join(guide.themes.get(theme, theme) for theme in case.themes) or "een vraag om hulp"


def team_name(team: str, guide: Guide) -> str:
    """Return how a team is called."""
    found = guide.organisations.get(team)
    return _dutch(found.name) if found else team


def shorten(text: str, longest: int) -> str:
    """Return a text of at most this length, cut behind a word."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def _about(case: Conversation, guide: Guide) -> str:
    wijk = case.facts.get("wijk")
    names = {one.id: one.name for city in guide.areas.cities for one in city.wijken}
    words = " / ".join(text for text in case.words if read_payload(text) is None)
    told = [
        f"Onderwerp: {themes(case, guide)}.",
        f"Wijk: {names.get(wijk, wijk)}." if wijk not in (None, UNKNOWN) else "",
        f"De bewoner schreef: {words}" if words else "",
    ]
    return " ".join(filter(None, told))


def _identified(number: str, kind: str) -> Body:
    return {"objectId": number, "codeObjecttype": kind, "codeRegister": REGISTER, "codeSoortObjectId": "nummer"}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _dutch(words: str | Words) -> str:
    return words if isinstance(words, str) else words["nl"]
