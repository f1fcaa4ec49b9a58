"""The Dutch words of directory upkeep: fields, faults, what is to be done and why."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from bot.directory import Change, Proposal, Sort
from bot.messages import Value
from bot.staff import words
from bot.staff.directory_form import KINDS
from bot.staff.words import Dutch
from bot.upkeep import Unsound
from referral.model import Fault
from referral.overlay import Raw
from referral.upkeep import Todo

KIND = {
    **KINDS,
    "route": "Hoe u er komt",
    "post": "Postadres",
    "desk": "Balie",
    "chat": "Chat",
}
SORTS: Mapping[Sort, str] = {
    "right": "Het klopt nog",
    "change": "Het is veranderd",
    "wrong": "Het klopt niet meer",
    "add": "Nieuw contact",
}
FIELDS = {
    "kind": "Soort",
    "wijk": "Alleen voor de wijk",
    "value": "Contact",
    "hours": "Openingstijden",
    "open": "Openingstijden",
    "note": "Toelichting",
    "verified": "Voor bewoners",
    "source": "Bron",
    "source_date": "Gezien op",
    "checked_on": "Nagekeken op",
}
MADE = {"accepted": "Aangenomen", "reverted": "Teruggedraaid", "chosen": "Gekozen"}
DECIDED = {"open": "Wacht", "accepted": "Aangenomen", "declined": "Afgewezen", "withdrawn": "Ingetrokken"}
NOTHING = "–"

LEVELS = {  # kind of work -> the badge, and how it looks
    "contradiction": ("Spreekt elkaar tegen", "danger"),
    "ends": ("Loopt af", "danger"),
    "changes": ("Verandert", "warning"),
    "stands in": ("Nog niemand bekend", "warning"),
    "unconfirmed": ("Bestaat dit nog", "warning"),
    "unchecked": ("Langer dan een jaar niet nagekeken", "warning"),
    "look up": ("Opzoeken", "neutral"),
    "past": ("Voorbij", "neutral"),
}
_FAULTS = (  # what `wegwijs check` finds of what a form can bring about -> the same for staff, with the mend
    (
        re.compile(r"'?(.+?)'? must never be shown\."),
        "{0} is een oud of verkeerd contact, dat niet meer getoond mag worden.",
        "Controleer het. Klopt het toch, vraag dan de beheerder om het bij never_show weg te halen.",
    ),
    (
        re.compile(r"nobody can reach .*"),
        "Dan is er geen enkel contact over waarmee bewoners deze organisatie kunnen bereiken.",
        "Geef eerst door hoe bewoners er wel komen, en meld daarna dat dit niet meer klopt.",
    ),
    (
        re.compile(r"the hours stand only in words .*"),
        "De openingstijden staan alleen in woorden, en Wegwijs kan er niet mee rekenen.",
        "Kies “Het is veranderd” en vul de tijden per dag in, of laat alle dagen leeg als u ze niet weet.",
    ),
)


class Said(Value):
    """What is wrong, and the mend."""

    what: str
    mend: str


class Difference(Value):
    """A field before and after."""

    name: str
    before: str
    after: str


def in_dutch(fault: Fault) -> Said:
    """Return a fault as staff understand it; what has no words of its own as `wegwijs check` says it."""
    for pattern, what, mend in _FAULTS:
        if found := pattern.fullmatch(fault.what):
            return Said(what=what.format(*found.groups()), mend=mend)
    return Said(what=fault.what, mend=fault.mend)


def faults_of(no: Exception | None) -> tuple[Said, ...]:
    """Return the faults behind a refusal, in words; none when it was refused for another reason."""
    return tuple(map(in_dutch, no.faults)) if isinstance(no, Unsound) else ()


def differences(before: Raw | None, after: Raw | None, dutch: Dutch) -> tuple[Difference, ...]:
    """Return the fields in which two states differ, in words; opening hours once."""
    old, new = before or {}, after or {}
    names = [name for name in {**FIELDS, **old, **new} if old.get(name) != new.get(name)]
    if "hours" in names and "open" in names:
        names.remove("open")
    return tuple(
        Difference(name=FIELDS.get(name, name), before=said(name, old, dutch), after=said(name, new, dutch))
        for name in names
    )


def said(name: str, entry: Raw, dutch: Dutch) -> str:
    """Return a field of an entry in words."""
    value = entry.get(name)
    match name:
        case "kind":
            return KIND.get(str(value), NOTHING)
        case "wijk":
            return dutch.wijk(str(value)) or NOTHING if value else NOTHING
        case "verified":
            return {"true": "Ja, gecontroleerd", "false": "Nee, niet gecontroleerd"}.get(str(value), NOTHING)
        case "source_date" | "checked_on":
            return day(str(value)) if value else NOTHING
        case "open" if isinstance(value, Mapping):
            spans = {one: at if isinstance(at, str) else " en ".join(at) for one, at in value.items()}
            return ", ".join(f"{one} {at}" for one, at in spans.items())
        case _ if isinstance(value, Mapping):
            return str(value.get("nl", NOTHING))
        case _:
            return str(value) if value else NOTHING


def day(written: str) -> str:
    """Return a day in words; what is no day as it is written."""
    try:
        return words.day(date.fromisoformat(written))
    except ValueError:
        return {"undated": "onbekend"}.get(written, written)


def what_of(todo: Todo, dutch: Dutch) -> str:
    """Return what is the matter."""
    name, when = dutch.organisation(todo.about), words.day(todo.day) if todo.day else ""
    thing = f"{todo.value} van {name}" if todo.value else name
    match todo.kind:
        case "contradiction" if todo.what == "open":
            return f"Bij {joined(todo.organisations, dutch)} staat {todo.value} met verschillende openingstijden."
        case "contradiction":
            where = joined(todo.organisations, dutch)
            return f"Bij {where} staat {todo.value}: de ene keer gecontroleerd, de andere niet."
        case "ends":
            return f"{thing} geldt tot en met {when}."
        case "changes":
            return f"{when}: {todo.what}"
        case "stands in":
            return f"Vanaf {when} staat {joined(todo.organisations, dutch)} in, want wie het dan doet is niet bekend."
        case "unconfirmed":
            return "Of deze organisatie nog bestaat, is nooit bevestigd."
        case "unchecked":
            return f"{thing} is voor het laatst nagekeken op {when}."
        case "look up":
            only = " Bewoners krijgen nu alleen een algemene ingang." if todo.only_way else ""
            return f"{KIND.get(todo.contact, 'Contact')} {todo.value} is nooit gecontroleerd.{only}"
        case "past":
            return f"{thing}: voorbij sinds {when}. {todo.what}".strip()


_ADVICE = {
    "contradiction": "Zoek op wat klopt, en geef het door bij elke organisatie die erbij staat.",
    "ends": "Vraag na wie het daarna doet, en geef het door aan de beheerder.",
    "changes": "Vraag na wat er verandert, en geef nieuwe nummers, adressen en tijden door.",
    "stands in": "Vraag bij de gemeente na wie het gaat doen, en geef het door aan de beheerder.",
    "unconfirmed": "Bel of mail om het na te vragen, en geef aan de beheerder door hoe het zit.",
    "unchecked": "Kijk of alles nog klopt, en geef door waar u dat zag.",
    "look up": "Zoek op of het klopt, en geef door waar u het zag. Tot dan krijgen bewoners het niet te zien.",
    "past": "Hier hoeft u niets te doen.",
}


def advice(todo: Todo) -> str:
    """Return what to do about it."""
    return _ADVICE[todo.kind]


def seen_at(todo: Todo) -> str:
    """Return where it was seen and when."""
    if not todo.source:
        return ""
    return f"Bron: {todo.source}" + (f" ({day(todo.what)})" if todo.kind == "look up" else "")


def joined(names: Iterable[str], dutch: Dutch) -> str:
    """Return the names of organisations in a sentence."""
    told = [dutch.organisation(name) for name in names]
    return " en ".join([*([", ".join(told[:-1])] if told[:-1] else []), *told[-1:]])


def title_of(one: Proposal | Change, dutch: Dutch) -> str:
    """Return what a proposal or a change is about."""
    state = one.edit.after or one.edit.before or {}
    name = dutch.organisation(one.organisation)
    if one.edit.contact is None:
        return f"{name}: alles nagekeken"
    return f"{name}: {KIND.get(str(state.get('kind')), 'contact')} {said('value', state, dutch)}"
