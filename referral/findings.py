"""What the proof finds, as values, and in plain Dutch with the situation that shows it."""

from datetime import date
from typing import Literal, NamedTuple

from referral.guide import Guide
from referral.model import UNKNOWN, Fault
from referral.walk import Case

Kind = Literal["no row", "nobody", "gone", "no contact", "no way", "never", "hidden", "conflict"]
MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905
YES_OR_NO = {"yes", "no"}


class Finding(NamedTuple):
    """Something wrong: with a row (or organisation) `about`, because of the row or organisation `other`."""

    kind: Kind
    about: str
    other: str = ""


class Seen(NamedTuple):
    """The situation that shows it."""

    case: Case
    on: date


SAID: dict[Kind, tuple[str, str]] = {  # kind -> what is wrong, and the mend
    "no row": ("{seen}: geen enkele rij past.", "Sluit de tabel af met een rij met when: {{}}."),
    "nobody": ("{seen}: rij {about} leidt naar niemand.", "Noem een organisatie bij refer_to."),
    "gone": (
        "{seen}: rij {about} noemt {other}, maar die is er {on} niet.",
        "Geef de rij een einddatum en zet er een rij onder voor daarna, of verbeter de datums.",
    ),
    "no contact": (
        "{seen}: {about} is {on} niet te bereiken.",
        "Voeg een gecontroleerd contact (verified: true) of een general_way toe.",
    ),
    "no way": (
        "{seen}: {about} is alleen te bereiken via {other}, en die is er {on} niet.",
        "Kies een andere general_way.",
    ),
    "never": ("rij {about} wordt nooit bereikt. {why}", "Zet rij {about} hoger, of haal de rij weg."),
    "hidden": ("rij {about} beslist {on} nooit. {why}", "Zet rij {about} hoger, of kijk naar de datums van de rijen."),
    "conflict": (
        "{seen}: rij {about} en rij {other} spreken elkaar tegen. Beide passen, ze noemen niet dezelfde organisatie, "
        "en er staat niet welke voorgaat.",
        "Zet bij rij {about} goes_before: [{other}], of maak een van beide nauwer.",
    ),
}


def fault_of(finding: Finding, seen: Seen | None, on: date, guide: Guide) -> Fault:
    """Return a finding as a fault, on the line of the row or organisation."""
    what, mend = SAID[finding.kind]
    shown = in_dutch(seen, guide) if seen else ""
    instead = f"rij {finding.other}" if finding.other else "het plan voor het hele gezin"
    why = f"{shown}: {instead} gaat voor." if seen else "Wat deze rij vraagt, komt nooit samen voor."
    words = {**finding._asdict(), "seen": shown, "on": f"op {day_in_dutch(on)}", "why": why}
    file, line = guide.where.get(finding.about, ("", 1))
    return Fault(file=file, line=line, what=what.format(**words), mend=mend.format(**words))


def in_dutch(seen: Seen, guide: Guide) -> str:
    """Return a situation as a colleague would say it: the facts, the place, the themes, the day."""
    facts = [fact_in_dutch(fact, value, guide) for fact, value in told(seen.case)]
    themes = [guide.themes[theme][:1].lower() + guide.themes[theme][1:] for theme in seen.case.themes]
    signals = [f"gevaar {signal}" for signal in seen.case.signals]
    sentence = ", ".join([*facts, *signals, " en ".join(themes)])
    return f"{sentence[:1].upper()}{sentence[1:]} (op {day_in_dutch(seen.on)})"


def told(case: Case) -> list[tuple[str, str]]:
    """Return the facts that say something, the place last; a wijk says the city too."""
    facts = {fact: value for fact, value in case.facts.items() if value != UNKNOWN}
    if "wijk" in facts:
        facts.pop("city", None)
    return sorted(facts.items(), key=lambda fact: fact[0] in ("city", "wijk"))


def fact_in_dutch(fact: str, value: str, guide: Guide) -> str:
    """Return a fact in the words of its button; with the question where that says only yes or no."""
    one = guide.facts[fact]
    words = one.values[value].get("nl", value) if value in one.values else value
    return f"{one.question['nl']} {words}" if one.question and set(one.values) == YES_OR_NO else words


def day_in_dutch(day: date) -> str:
    """Return a day as it is said: 1 januari 2027."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
