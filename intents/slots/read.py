"""Text to facts, with the answer on what was asked. A wrong fact is worse than none: in doubt, nothing."""

from collections.abc import Mapping
from datetime import date

from intents.slots.ages import answered_age, facts_of
from intents.slots.book import book
from intents.slots.fold import fold
from intents.slots.model import FACTS, PLACES, UNKNOWN, YES_NO, Answer, Book, Hit, Patterns, is_theirs, theirs_in

DUTCH = "nl"  # institutions have Dutch names in every language
_SHORT, _LONG = 6, 25  # words of an answer that may be "I do not know", and of one that opens with yes or no
_OF_A_CHILD = ("children_at_home", "education", "for_whom")
_NEAR = 12  # words of an answer that is read as one


def read_facts(text: str, language: str, expecting: str | None = None, today: date | None = None) -> dict[str, str]:
    """Return what a message tells, as facts of the referral policy; `today` dates years of birth."""
    folded = fold(text)
    on = today or date.today()
    own, *dutch = _books(language)
    facts = _told(folded, own, on)
    for spoken in dutch:  # no ages: "ben 20" is Dutch for another thing than Turkish
        facts = _by_patterns(folded, spoken) | facts
    if expecting is not None and expecting in (*FACTS, *PLACES):
        facts = _answered(folded, own, expecting, facts, on)
    return facts


def read_answer(text: str, language: str) -> Answer | None:
    """Return whether a message opens with yes or no, says that it would rather not tell, or asks why we ask."""
    return _opening(fold(text), _books(language)[0])


def _books(language: str) -> tuple[Book, ...]:
    """Return the book of the language, and the Dutch one after it."""
    found = [book(each) for each in dict.fromkeys((language, DUTCH))]
    return tuple(each for each in found if each)


def _told(text: str, spoken: Book, today: date) -> dict[str, str]:
    """Return the facts that a text tells without a question."""
    by_patterns = _by_patterns(text, spoken)
    by_ages = facts_of(text, spoken, today)
    if by_patterns.get("for_whom") in ("client", "group"):
        by_ages.pop("for_whom", None)  # who asks for a client talks of that client's family
    return by_ages | by_patterns


def _by_patterns(text: str, spoken: Book) -> dict[str, str]:
    theirs = theirs_in(spoken, text)
    spared = {fact: theirs if fact in _OF_A_CHILD else () for fact in spoken.facts}
    return {fact: value for fact, values in spoken.facts.items() if (value := _value(text, values, spared[fact]))}


def _value(text: str, values: Mapping[str, Patterns], theirs: tuple[Hit, ...] = ()) -> str | None:
    """Return the one value that patterns find; where hits overlap the longest counts; two are none."""
    found = ((hit, value) for value, patterns in values.items() for pattern in patterns for hit in pattern.hits(text))
    hits = [(hit, value) for hit, value in found if not is_theirs(hit, theirs)]
    told = {value for _, value in hits}
    if len(told) > 1:
        told = {value for hit, value in hits if not any(_hides(other, hit) for other, _ in hits)}
    return told.pop() if len(told) == 1 else None


def _hides(other: Hit, hit: Hit) -> bool:
    return len(other) > len(hit) and other.overlaps(hit)


def _answered(text: str, spoken: Book, asked: str, facts: dict[str, str], today: date) -> dict[str, str]:
    """Return the facts with the one that was asked, when the text answers it."""
    answer = _opening(text, spoken)
    if answer == "unknown" and asked not in facts:
        return {**facts, asked: UNKNOWN}
    if asked in PLACES or asked in facts:
        return facts
    value = _short_answer(text, spoken, asked, today) or _yes_or_no(asked, answer)
    return {**facts, asked: value} if value else facts


def _short_answer(text: str, spoken: Book, asked: str, today: date) -> str | None:
    if len(text.split()) > _NEAR:
        return None
    if asked == "age" and (age := answered_age(text, spoken, today)):
        return age
    return _value(text, spoken.answers.get(asked, {}))


def _yes_or_no(asked: str, answer: Answer | None) -> str | None:
    meaning: Mapping[Answer | None, str] = {"affirm": "yes", "deny": "no"}
    return meaning.get(answer) if FACTS[asked] == YES_NO else None


def _opening(text: str, spoken: Book) -> Answer | None:
    """Return what a text opens with; somebody who tells a story after "weet niet" answers nothing."""
    length = len(text.split())
    for answer, patterns in spoken.openings.items():
        most = _SHORT if answer == "unknown" else _NEAR if answer == "why" else _LONG
        if length <= most and any(True for pattern in patterns for _ in pattern.hits(text)):
            return answer
    return None
