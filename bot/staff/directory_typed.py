"""What staff type about a contact, as it stands in the data files; what cannot be read is a Typo with the mend."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import phonenumbers

from referral.overlay import Raw
from referral.week import DAYS, HOLIDAYS, Hours, hours_from
from referral.week_words import hours_in_words

LONGEST = 200  # characters of a line
DAY_NAMES = {
    **dict(zip(DAYS, ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"), strict=True)),
    HOLIDAYS: "feestdagen",
}
_SPAN = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*(?:-|–|—|tot)\s*(\d{1,2})(?:[.:](\d{2}))?")
_BETWEEN = re.compile(r"\s*(?:,|;|\ben\b|/)\s*")
_SHORT_NUMBER = re.compile(r"(?:14 ?0\d{2,3}|1\d{2}|116 ?\d{3}|0[89]00[ -]?\d{4})")
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")
_CLOSED = {"", "dicht", "gesloten", "-"}


class Typo(ValueError):
    """Something that was typed cannot be read; the text says what, and how to write it. `field` is where."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def one_line(text: str) -> str:
    """Return a text on one line, without signs that no screen shows."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def line(fields: Mapping[str, str], name: str, what: str) -> str:
    """Return a field that must be filled in. Raises Typo."""
    text = one_line(fields.get(name, ""))
    if not text:
        raise Typo(name, f"Vul in: {what}.")
    if len(text) > LONGEST:
        raise Typo(name, f"Dit is te lang. Gebruik ten hoogste {LONGEST} tekens.")
    return text


def value_of(kind: str, fields: Mapping[str, str]) -> str | Raw:
    """Return the value of a contact of this kind. Raises Typo."""
    text = line(fields, "value", _WHAT.get(kind, "hoe iemand hier komt"))
    match kind:
        case "phone" if not is_phone(text):
            raise Typo("value", "Dit is geen telefoonnummer. Schrijf het met het netnummer, zoals 030 123 45 67.")
        case "web" | "chat" if not is_address(text):
            raise Typo(
                "value", "Dit is geen adres van een website. Schrijf het helemaal, zoals https://www.voorbeeld.nl."
            )
        case "email" if not _EMAIL.fullmatch(text):
            raise Typo("value", "Dit is geen e-mailadres. Schrijf het zoals info@voorbeeld.nl.")
        case "route":
            return {"nl": text, "en": line(fields, "value_en", "dezelfde zin in het Engels")}
        case _:
            return text


_WHAT = {
    "phone": "het nummer",
    "web": "het adres van de website",
    "chat": "het adres van de chat",
    "email": "het e-mailadres",
}


def is_phone(text: str) -> bool:
    """Tell whether this is a number that can be called in the Netherlands, short ones too."""
    if _SHORT_NUMBER.fullmatch(text):
        return True
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "NL")) and not re.search(r"[A-Za-z]", text)
    except phonenumbers.NumberParseException:
        return False


def is_address(text: str) -> bool:
    """Tell whether this is the address of a page on the web."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    at_home = "." in (parts.hostname or "") and not parts.username
    return parts.scheme in ("http", "https") and at_home and " " not in text


def hours_of(fields: Mapping[str, str], now: Raw) -> Mapping[str, object | None]:
    """Return the opening hours that were typed, as the fields `hours` and `open`; None where nothing is known.

    Hours that are the same stay in the words in which they stood. Raises Typo.
    """
    spans = {day: found for day in DAY_NAMES if (found := spans_of(day, fields.get(day, "")))}
    if not spans:
        return {"hours": None, "open": None}
    try:
        hours = Hours.model_validate(hours_from(spans), strict=False)
    except ValueError:
        raise Typo(next(iter(spans)), "De tijden van een dag overlappen, of staan niet op volgorde.") from None
    if hours == opened(now) and now.get("hours"):
        return {"hours": now["hours"], "open": now["open"]}
    return {"hours": dict(hours_in_words(hours)), "open": hours.written()}


def opened(now: Raw) -> Hours | None:
    """Return the hours of a contact as it stands in the files, None when they are not known."""
    return Hours.model_validate(hours_from(now["open"]), strict=False) if now.get("open") else None


def spans_of(day: str, text: str) -> list[str]:
    """Return the spans of a day as they are written in the files; none when it is closed. Raises Typo."""
    text = one_line(text).casefold().removesuffix("uur").strip()
    return [] if text in _CLOSED else [_span(day, part) for part in _BETWEEN.split(text)]


def _span(day: str, part: str) -> str:
    found = _SPAN.fullmatch(part.removesuffix("uur").strip())
    if not found:
        what = f"De tijden van {DAY_NAMES[day]} zijn niet te lezen."
        raise Typo(day, f"{what} Schrijf ze zoals 9.00-12.30 en 13.00-17.00.")
    begins, ends = (int(found[at]) * 60 + int(found[at + 1] or 0) for at in (1, 3))
    if not begins < ends <= 24 * 60 or max(int(found[2] or 0), int(found[4] or 0)) > 59:
        raise Typo(day, f"De tijden van {DAY_NAMES[day]} kunnen niet: {part}. Begin eerder dan u eindigt.")
    return f"{begins // 60}.{begins % 60:02}-{ends // 60}.{ends % 60:02}"
