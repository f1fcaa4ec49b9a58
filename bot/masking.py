"""Takes out what identifies a person, before anything is kept: BSN, bank number, e-mail, phone number."""

import re
from collections.abc import Callable

from stdnum import iban
from stdnum.nl import bsn

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?\b")
_PHONE = re.compile(r"(?<![\d-])(?:\+31|0031|0)[ -]?(?:\d[ -]?){8}\d(?!\d)")
_NINE = re.compile(r"(?<![\d.])\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)|(?<![\d.])\d{4}[ .]\d{2}[ .]\d{3}(?!\d)")

# Public numbers are no one's own; they begin 0800, 0900, 088, 085 or 14.
_PUBLIC = re.compile(r"0(?:800|90[0269]|88|85)")


def mask(text: str) -> str:
    """Return the text with a word in brackets in place of each number or address that is somebody's own."""
    for pattern, name, holds in _KINDS:
        text = pattern.sub(lambda found, name=name, holds=holds: _cover(found[0], name, holds), text)  # type: ignore[misc]
    return text


def _cover(found: str, name: str, holds: Callable[[str], bool]) -> str:
    return f"[{name}]" if holds(found) else found


def _own_phone(number: str) -> bool:
    return not _PUBLIC.match(re.sub(r"[ -]", "", number))


_KINDS: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (EMAIL, "e-mailadres", lambda _: True),
    (_IBAN, "rekeningnummer", iban.is_valid),
    (_PHONE, "telefoonnummer", _own_phone),
    (_NINE, "bsn", bsn.is_valid),
)
