"""A new municipality: the files to begin with. Everything goes to the own municipality until somebody adds rules."""

import json
import re
from collections.abc import Mapping
from datetime import date

from referral.model import ELSEWHERE, UNKNOWN
from referral.spelling import words_of

Texts = Mapping[str, str]

KNOWS = (
    (re.compile(r"(Wegwijs kent nu )[^.{}]+?(\.)"), " en "),
    (re.compile(r"(Wegwijs knows )[^.{}]+?( for now)"), " and "),
)
CITY = re.compile(rf"(?ms)^  city:\n.*?^( +){ELSEWHERE}:")
LABEL = re.compile(r"\{nl: \"?([^\"},]+)")
AREAS = """\
# {name} as a place. `by_wijk: true` as soon as an organisation works per wijk; a postcode that may lie in two
# wijken names both, so that the resident is asked. Compare municipalities/utrecht/areas.yaml.
id: {id}
name: {quoted}
names: [{quoted}, {of_name}]
by_wijk: false
source: laid out by wegwijs add-municipality, {day}
checked_on: {day}

wijken: []
postcodes: {{}}
everyday: {{}}
"""
ORGANISATIONS = """\
# Who helps in {name}. A contact is shown to residents only when `verified: true`: you have seen it yourself.
# `general_way`: whose contacts are shown as long as an organisation has none that is verified.

organisations:
  - id: {id}-gemeente
    name: {of_name}
    city: {id}
    general_way: own-municipality
    does:
      nl: Regelt alle zaken van de gemeente en wijst u de weg naar andere hulp.
      en: Deals with everything of the municipality and shows you the way to other help.
    contacts: []
    source: laid out by wegwijs add-municipality, {day}
    checked_on: {day}
"""
PLAN = """\
about: One family, one plan
# No team leads yet: name under `themes` which themes together get one team, and add a row that says which.
# `first`: who comes before all others.
themes: []
first: [veilig-thuis]
source: laid out by wegwijs add-municipality, {day}
checked_on: {day}

rules: []
"""


class NotAdded(ValueError):
    """A municipality that cannot be added. The sentence says why."""


def laid_out(texts: Texts, name: str, on: date) -> dict[str, str]:
    """Return the files that are new or different once the municipality is there. Raises NotAdded."""
    name = " ".join(name.split())
    place = words_of(name).replace(" ", "-")
    if not place or place in (ELSEWHERE, UNKNOWN):
        raise NotAdded(f"{name!r} is no name for a municipality")
    folder = f"municipalities/{place}"
    if any(file.startswith(f"{folder}/") for file in texts):
        raise NotAdded(f"{folder} is there already")
    quoted, of_name = (json.dumps(words, ensure_ascii=False) for words in (name, f"Gemeente {name}"))
    words = {"name": name, "id": place, "quoted": quoted, "of_name": of_name, "day": on.isoformat()}
    return {
        f"{folder}/areas.yaml": AREAS.format(**words),
        f"{folder}/organisations.yaml": ORGANISATIONS.format(**words),
        f"{folder}/rules/_plan.yaml": PLAN.format(**words),
        **changed(texts, name, place, quoted),
    }


def changed(texts: Texts, name: str, place: str, quoted: str) -> dict[str, str]:
    """Return the files that were there, as far as they become different."""
    names = [*known_in(texts["facts.yaml"]), name]
    after = dict(texts)
    after["facts.yaml"] = with_city(texts["facts.yaml"], place, quoted)
    after["national/signals.yaml"] = with_signals(texts["national/signals.yaml"], place)
    after["national/towns.yaml"] = without_town(texts["national/towns.yaml"], name)
    for file in texts:
        if file.startswith("national/rules/"):
            after[file] = with_names(texts[file], names)
    return {file: text for file, text in after.items() if text != texts[file]}


def known_in(facts: str) -> list[str]:
    """Return the names of the municipalities in facts.yaml."""
    found = CITY.search(facts)
    return LABEL.findall(found[0]) if found else []


def with_city(facts: str, place: str, quoted: str) -> str:
    """Return facts.yaml with the municipality among the values of city, before elsewhere."""
    found = CITY.search(facts)
    if found is None:
        raise NotAdded("facts.yaml has no fact `city` with the value elsewhere")
    start = found.start(1)
    return f"{facts[:start]}{found[1]}{place}: {{nl: {quoted}, en: {quoted}}}\n{facts[start:]}"


def with_signals(signals: str, place: str) -> str:
    """Return signals.yaml with the municipality wherever elsewhere stands: its own municipality is named first."""
    return re.sub(rf"(cities: \[)([^\]]*\b{ELSEWHERE}\b)", rf"\g<1>{place}, \g<2>", signals)


def without_town(towns: str, name: str) -> str:
    """Return towns.yaml without the name: who lives there no longer lives elsewhere."""
    first_of_line = re.compile(rf"(?mi)^( +){re.escape(name)}(?:, ?|$)")
    after_another = re.compile(rf"(?mi), ?{re.escape(name)}(?=,|$)")
    return after_another.sub("", first_of_line.sub(r"\1", towns, count=1), count=1)


def with_names(rules: str, names: list[str]) -> str:
    """Return a national table in which the sentence on whom Wegwijs knows names all of them."""
    *first, last = names
    for pattern, word in KNOWS:
        rules = pattern.sub(rf"\g<1>{', '.join(first)}{word}{last}\g<2>", rules)
    return rules
