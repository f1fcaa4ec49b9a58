"""What was told, as the tables want it: every word from its closed list, with what follows added."""

from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Facts, Situation


class WrongWord(ValueError):
    """A theme, signal, fact or value that is not in the closed lists. The sentence says which, and where."""


def told(situation: Situation, guide: Guide) -> dict[str, str]:
    """Return the facts that were told and those that follow from them.

    Raises WrongWord for a word that is not in the lists; nothing is silently taken as "no".
    """
    check_names("theme", situation.themes, tuple(guide.themes))
    check_names("signal", situation.signals, guide.signals.ids)
    for fact, value in situation.facts.items():
        check_fact(fact, value, guide)
    known = with_what_follows(situation.facts, guide)
    check_wijk_in_city(known, guide)
    return known


def with_what_follows(facts: Facts, guide: Guide) -> dict[str, str]:
    """Return the facts with what follows from them: facts.yaml says what, and a wijk tells the city.

    What was told itself always stands.
    """
    known = dict(facts)
    if city := guide.areas.city_of(facts.get("wijk", UNKNOWN)):
        known.setdefault("city", city)
    for follows in guide.follows:
        if all(known.get(fact) in values for fact, values in follows.when.items()):
            known = {**follows.then, **known}
    return known


def check_names(kind: str, names: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """Raise WrongWord at the first name that is not allowed."""
    for name in names:
        if name not in allowed:
            raise WrongWord(f"{kind} {name!r} does not exist; choose from {', '.join(allowed)}")


def check_fact(fact: str, value: str, guide: Guide) -> None:
    """Raise WrongWord when there is no such fact or it cannot have this value."""
    if fact == PLACE:
        raise WrongWord("fact 'place' is free text; locate() turns it into 'city' and 'wijk' first")
    if fact not in guide.facts:
        raise WrongWord(f"fact {fact!r} does not exist; choose from {', '.join(guide.facts)}")
    values = guide.facts[fact].values
    if value != UNKNOWN and value not in values:
        raise WrongWord(f"fact {fact!r} cannot be {value!r}; choose from {', '.join(values)}, {UNKNOWN}")


def check_wijk_in_city(known: Facts, guide: Guide) -> None:
    """Raise WrongWord when the wijk lies in another city than the one that was told."""
    lies_in = guide.areas.city_of(known.get("wijk", UNKNOWN))
    city = known.get("city", UNKNOWN)
    if lies_in and city not in (lies_in, UNKNOWN):
        raise WrongWord(f"fact 'wijk' is {known['wijk']!r}, which lies in {lies_in!r}, but 'city' is {city!r}")
