"""The explanation for the resident: why this organisation, and why we ask. Taken from the trace that staff see."""

from collections.abc import Iterable

from referral.explain import Explanation
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Refer, Words
from referral.walk import once

NAMED = 3  # organisations that a sentence names at most


def why_here(told: Explanation, guide: Guide, language: str, place: int = 0) -> tuple[str, str]:
    """Return two sentences for a referral: what it hung on, and why this organisation. `place` 0 is the first.

    Raises ValueError when the explanation is of a question and not of a referral.
    """
    if not isinstance(told.decision, Refer):
        raise ValueError("this explains a question; use why_asked")
    referral = told.decision.referrals[place]
    facts = {name: value for name, value in looked_at(told, referral.themes).items() if value != UNKNOWN}
    clauses = [clause(name, value, guide, language) for name, value in facts.items()]
    first = (
        say("told", guide, language, facts=listed(clauses, guide, language))
        if clauses
        else say("everyone", guide, language)
    )
    return first, in_language(referral.because, language)


def looked_at(told: Explanation, themes: tuple[str, ...]) -> dict[str, str]:
    """Return the facts that the rows for these themes looked at, and the place; the wijk says the city too."""
    traces = [trace for trace in told.traces if trace.theme is None or trace.theme in themes]
    names = once(fact for trace in traces for row in trace.rows for fact in row.looked_at)
    places = ("wijk",) if told.facts.get("wijk", UNKNOWN) != UNKNOWN else ("city",)
    return {name: told.facts[name] for name in (*places, *names) if name in told.facts}


def clause(name: str, value: str, guide: Guide, language: str) -> str:
    """Return a fact as part of a sentence."""
    if name == "city" and value == "elsewhere":
        return say("elsewhere", guide, language)
    if name in ("city", "wijk"):
        return say(name, guide, language, name=in_language(guide.facts[name].values[value], language))
    fact = guide.facts[name]
    if value in fact.told:
        return in_language(fact.told[value], language)
    asked = in_language(fact.question or name, language)
    return say("answer", guide, language, question=asked, answer=in_language(fact.values[value], language))


def why_asked(ask: Ask, guide: Guide, language: str) -> str:
    """Return why we ask: the reason in facts.yaml, and between whom the answer chooses."""
    why = guide.facts[ask.fact].why
    names = once(name_of(one, guide, language) for one in ask.between)
    return " ".join([*([in_language(why, language)] if why else []), between(ask.fact, names, guide, language)]).strip()


def between(fact: str, names: tuple[str, ...], guide: Guide, language: str) -> str:
    """Return the sentence that names the destinations an answer chooses between; the place may name a few."""
    few = say("or", guide, language).join(names[:NAMED])
    if fact == "wijk":
        return say("wijk_team", guide, language, names=few)
    if len(names) == 1:
        return say("order", guide, language, names=few)
    return say("among" if fact == PLACE or len(names) > NAMED else "chooses", guide, language, names=few)


def name_of(organisation: str, guide: Guide, language: str) -> str:
    """Return the name of an organisation."""
    return in_language(guide.organisations[organisation].name, language)


def listed(parts: Iterable[str], guide: Guide, language: str) -> str:
    """Return the parts as a list in a sentence: "a, b en c"."""
    *first, last = parts
    return f"{', '.join(first)}{say('and', guide, language)}{last}" if first else last


def say(sentence: str, guide: Guide, language: str, **names: str) -> str:
    """Return one of the sentences of sentences.yaml, filled in."""
    return in_language(guide.sentences[sentence], language).format(**names)


def in_language(words: str | Words, language: str) -> str:
    """Return the words in this language, or in Dutch when there are none, as for the name of a wijk."""
    return words if isinstance(words, str) else words.get(language, words["nl"])
