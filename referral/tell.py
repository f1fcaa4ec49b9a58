"""The explanation for the resident: why this organisation, and why we ask. Taken from the trace that staff see."""

from collections.abc import Iterable, Mapping

from referral.explain import Explanation
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Refer, Words
from referral.walk import once

NAMED = 3  # organisations that a sentence names at most
SAID: Mapping[str, Words] = {
    "told": {"nl": "Wij keken naar wat u vertelde: {facts}.", "en": "We looked at what you told us: {facts}."},
    "everyone": {"nl": "Dit geldt voor iedereen met deze vraag.", "en": "This holds for everyone with this question."},
    "city": {"nl": "u woont in {name}", "en": "you live in {name}"},
    "elsewhere": {"nl": "u woont ergens anders", "en": "you live somewhere else"},
    "wijk": {"nl": "u woont in de wijk {name}", "en": "you live in the district {name}"},
    "answer": {"nl": "op “{question}” zei u “{answer}”", "en": "to “{question}” you said “{answer}”"},
    "and": {"nl": " en ", "en": " and "},
    "or": {"nl": " of ", "en": " or "},
    "chooses": {"nl": "Dan weten we wie u helpt: {names}.", "en": "Then we know who helps you: {names}."},
    "among": {
        "nl": "Dan weten we wie u helpt, bijvoorbeeld {names}.",
        "en": "Then we know who helps you, for instance {names}.",
    },
    "wijk_team": {
        "nl": "Dan noemen we het team van uw eigen wijk: {names}.",
        "en": "Then we can name the team of your own district: {names}.",
    },
    "order": {"nl": "Dan weten we hoe {names} u helpt.", "en": "Then we know how {names} helps you."},
}


def why_here(told: Explanation, guide: Guide, language: str, place: int = 0) -> tuple[str, str]:
    """Return two sentences for a referral: what it hung on, and why this organisation. `place` 0 is the first.

    Raises ValueError when the explanation is of a question and not of a referral.
    """
    if not isinstance(told.decision, Refer):
        raise ValueError("this explains a question; use why_asked")
    referral = told.decision.referrals[place]
    facts = {name: value for name, value in looked_at(told, referral.themes).items() if value != UNKNOWN}
    clauses = [clause(name, value, guide, language) for name, value in facts.items()]
    first = say("told", language, facts=listed(clauses, language)) if clauses else say("everyone", language)
    return first, referral.because[language]


def looked_at(told: Explanation, themes: tuple[str, ...]) -> dict[str, str]:
    """Return the facts that the rows for these themes looked at, and the place; the wijk says the city too."""
    traces = [trace for trace in told.traces if trace.theme is None or trace.theme in themes]
    names = once(fact for trace in traces for row in trace.rows for fact in row.looked_at)
    places = ("wijk",) if told.facts.get("wijk", UNKNOWN) != UNKNOWN else ("city",)
    return {name: told.facts[name] for name in (*places, *names) if name in told.facts}


def clause(name: str, value: str, guide: Guide, language: str) -> str:
    """Return a fact as part of a sentence."""
    if name == "city" and value == "elsewhere":
        return say("elsewhere", language)
    if name in ("city", "wijk"):
        return say(name, language, name=guide.facts[name].values[value][language])
    fact = guide.facts[name]
    if value in fact.told:
        return fact.told[value][language]
    asked = fact.question[language] if fact.question else name
    return say("answer", language, question=asked, answer=fact.values[value][language])


def why_asked(ask: Ask, guide: Guide, language: str) -> str:
    """Return why we ask: the reason in facts.yaml, and between whom the answer chooses."""
    why = guide.facts[ask.fact].why
    names = once(name_of(one, guide, language) for one in ask.between)
    return " ".join([*([why[language]] if why else []), between(ask.fact, names, language)]).strip()


def between(fact: str, names: tuple[str, ...], language: str) -> str:
    """Return the sentence that names the destinations an answer chooses between; the place may name a few."""
    few = say("or", language).join(names[:NAMED])
    if fact == "wijk":
        return say("wijk_team", language, names=few)
    if len(names) == 1:
        return say("order", language, names=few)
    return say("among" if fact == PLACE or len(names) > NAMED else "chooses", language, names=few)


def name_of(organisation: str, guide: Guide, language: str) -> str:
    """Return the name of an organisation."""
    name = guide.organisations[organisation].name
    return name if isinstance(name, str) else name[language]


def listed(parts: Iterable[str], language: str) -> str:
    """Return the parts as a list in a sentence: "a, b en c"."""
    *first, last = parts
    return f"{', '.join(first)}{say('and', language)}{last}" if first else last


def say(sentence: str, language: str, **names: str) -> str:
    """Return one of the sentences above, filled in."""
    return SAID[sentence][language].format(**names)
