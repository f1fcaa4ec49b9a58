"""Takes out what identifies a person, before anything is kept.

Numbers of citizens, bank accounts, telephones, documents and cases, e-mail and home addresses, dates of birth; in the
digits of every script, and also as people spell them out. What helps stays: a postcode, an age, a sum, a public number.
"""

import re
from collections.abc import Iterable

from bot.identifying.around import words_around
from bot.identifying.births import births_in, dates_in
from bot.identifying.folded import Found, folded, may_identify, without
from bot.identifying.houses import houses_in
from bot.identifying.mails import mails_in
from bot.identifying.numbers import accounts_in, citizens_in, phones_in
from bot.identifying.papers import cases_in, documents_in

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")

_YEAR = re.compile(r"\d{4} \[geboortedag\]")


def mask(text: str) -> str:
    """Return the text with a word in brackets in place of each number or address that is somebody's own."""
    if not may_identify(text):
        return text
    for one in sorted(identifying(text), reverse=True):
        text = f"{text[: one.start]}{one.stays}[{one.kind}]{text[one.end :]}"
    return text


def mask_wholly(text: str) -> str:
    """Return the text masked, and without the years of birth: for what leaves its conversation."""
    return _YEAR.sub("[geboortedatum]", mask(text))


def identifying(text: str) -> tuple[Found, ...]:
    """Return the pieces of a text that identify somebody; no two overlap."""
    seen = folded(text)
    words = words_around(seen)
    all_found: list[Found] = []

    def take(found: Iterable[Found]) -> None:
        nonlocal seen
        for one in found:
            if "\0" not in seen[one.start : one.end]:
                all_found.append(one)
                seen = without(seen, (one,))

    take(mails_in(seen))
    take(births_in(seen, words))
    seen = without(seen, dates_in(seen))
    take(accounts_in(seen, words))
    take(citizens_in(seen, words))
    take(cases_in(seen, words))
    take(documents_in(seen, words))
    take(phones_in(seen, words))
    take(houses_in(seen, words, text))
    return tuple(all_found)
