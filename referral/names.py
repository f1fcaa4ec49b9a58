"""Which organisations a text names, also by a former name or misspelled ("stadsring51", "u sentraal", "doenja")."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz, process

from referral.guide import Guide
from referral.model import Organisation, Value
from referral.spelling import words_of

LONGEST = 5  # words in a name
SHORTEST_FUZZY = 6  # letters; a shorter name must be spelled right
ALIKE = 88  # per cent, of a misspelled name


class Named(Value):
    """An organisation that a text names: its id, and the name by which it was called."""

    organisation: str
    called: str


def organisations_in(text: str, guide: Guide, on: date) -> tuple[Named, ...]:
    """Return the organisations that exist on that day and are named in a text, the best spelled first."""
    names = {
        name: (one.id, called)
        for one in guide.organisations.values()
        if one.holds(on)
        for name, called in _names_of(one)
    }
    found: dict[str, tuple[float, Named]] = {}
    for part in _parts(words_of(text)):
        choices = names if len(part) >= SHORTEST_FUZZY else {part: names[part]} if part in names else {}
        if match := process.extractOne(part, choices.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE):
            organisation, called = names[match[0]]
            if " " in part and " " not in match[0] and part != match[0]:  # "in de buurt" is not Indebuurt033
                continue
            if match[1] > found.get(organisation, (0.0, None))[0]:
                found[organisation] = (match[1], Named(organisation=organisation, called=called))
    return tuple(named for _, named in sorted(found.values(), key=lambda one: -one[0]))


@lru_cache(maxsize=512)
def _plain(name: str) -> str:
    return words_of(name)


def _names_of(organisation: Organisation) -> Iterator[tuple[str, str]]:
    """Give each name of an organisation in plain letters, with the name itself. Numbers are no names."""
    own = organisation.name if isinstance(organisation.name, str) else organisation.name["nl"]
    for name in (own, *organisation.also_called):
        plain = _plain(name)
        if plain and not plain.replace(" ", "").isdigit():
            yield plain, name


def _parts(words: str) -> Iterator[str]:
    """Give every run of one to five words."""
    found = words.split()
    for size in range(1, LONGEST + 1):
        for start in range(len(found) - size + 1):
            yield " ".join(found[start : start + size])
