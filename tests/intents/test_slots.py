"""Facts from free text and small answers, on the cases of `facts_cases.yaml` and `facts_cases/`, and on hostile texts.

`pytest tests/intents/test_slots.py -s -k precision` prints the figures by language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from ruamel.yaml import YAML

from intents.load import FaultsFound
from intents.slots import read_answer, read_facts
from intents.slots.book import book

TODAY = date(2026, 11, 21)
HERE = Path(__file__).parent
LANGUAGES = ("nl", "en", "tr", "ar", "pl", "uk", "es", "fr", "de", "ru", "fa", "ti", "so", "pap", "bg", "ro")
CASES = YAML(typ="safe").load((HERE / "facts_cases.yaml").read_text("utf-8"))
TOLD = [(language, case) for language, cases in CASES.items() for case in cases]
BY_LANGUAGE = {
    language: YAML(typ="safe").load((HERE / "facts_cases" / f"{language}.yaml").read_text("utf-8"))
    for language in LANGUAGES
}
ANSWERS = [
    (language, text, None if answer == "none" else answer)
    for language, answers in YAML(typ="safe").load((HERE / "facts_cases_answers.yaml").read_text("utf-8")).items()
    for answer, texts in answers.items()
    for text in texts
]
NOTHING = [(language, case) for language, cases in BY_LANGUAGE.items() for case in cases if "facts" not in case]
PRECISION, RECALL, RECALL_OF_ONE = 0.98, 0.95, 0.90  # of all languages together, and of each


@pytest.mark.parametrize(
    ("language", "case"), TOLD, ids=lambda each: each.get("text") if isinstance(each, dict) else each
)
def test_a_message_tells_exactly_these_facts(language: str, case: Mapping[str, Any]) -> None:
    facts = read_facts(case["text"], language, case.get("asked"), today=TODAY)

    assert facts == case.get("facts", {})


@pytest.mark.parametrize(
    ("language", "case"), NOTHING, ids=lambda each: each["text"] if isinstance(each, dict) else each
)
def test_nothing_is_read_where_nothing_is_told(language: str, case: Mapping[str, Any]) -> None:
    assert read_facts(case["text"], language, case.get("asked"), today=TODAY) == {}


@dataclass(frozen=True)
class Tally:
    """How many facts were read right, read wrong and missed, and the messages that went wrong."""

    right: int
    wrong: int
    missed: int
    slips: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def __str__(self) -> str:
        return f"precision {self.precision:.3f} recall {self.recall:.3f} of {self.right + self.missed} facts"


def tally(told: Iterable[tuple[str, Mapping[str, Any]]]) -> Tally:
    """Return how the reader does on cases."""
    right = wrong = missed = 0
    slips = []
    for language, case in told:
        read = read_facts(case["text"], language, case.get("asked"), today=TODAY).items()
        meant = case.get("facts", {}).items()
        right, wrong, missed = right + len(read & meant), wrong + len(read - meant), missed + len(meant - read)
        if read != meant:
            slips.append(f"{language}: {case['text']}: read {dict(read)}, meant {dict(meant)}")
    return Tally(right, wrong, missed, tuple(slips))


def test_facts_are_read_with_precision_in_every_language() -> None:
    tallies = {language: tally((language, case) for case in cases) for language, cases in BY_LANGUAGE.items()}
    together = tally((language, case) for language, cases in BY_LANGUAGE.items() for case in cases)
    print("", *(f"{language:4} {each}" for language, each in tallies.items()), f"all  {together}", sep="\n")  # noqa: T201

    assert together.precision >= PRECISION, together.slips
    assert together.recall >= RECALL, together.slips
    assert min(each.precision for each in tallies.values()) >= PRECISION, together.slips
    assert min(each.recall for each in tallies.values()) >= RECALL_OF_ONE, together.slips


def test_there_are_enough_cases() -> None:
    assert sum(map(len, BY_LANGUAGE.values())) >= 1400
    assert len(NOTHING) >= 400


@pytest.mark.parametrize(("language", "text", "answer"), ANSWERS)
def test_an_opening_is_yes_no_or_unknown(language: str, text: str, answer: str | None) -> None:
    assert read_answer(text, language) == answer


def test_a_year_of_birth_counts_from_today() -> None:
    then = read_facts("ik ben van 1958", "nl", today=date(2020, 1, 1))
    now = read_facts("ik ben van 1958", "nl", today=TODAY)

    assert (then, now) == ({"age": "23-66"}, {"age": "67+"})


def test_a_year_that_leaves_two_ages_tells_none() -> None:
    assert read_facts("ik ben van 2008", "nl", today=TODAY) == {}


def test_a_language_without_a_book_is_read_as_dutch() -> None:
    assert read_facts("34", "sv", "age", today=TODAY) == {"age": "23-66"}


@pytest.mark.parametrize("text", ["ጓለይ ፡ 15 ዓመታ", "ጓለይ፣ 15 ዓመታ።"])
def test_commas_and_digits_of_every_script_are_read(text: str) -> None:
    girl = {"age": "12-17", "children_at_home": "yes", "for_whom": "own_child"}

    assert read_facts(text, "ti", today=TODAY) == girl
    assert read_facts("دخترم ۱۵ سالشه", "fa", today=TODAY) == read_facts("بنتي عمرها ١٥", "ar", today=TODAY) == girl


HOSTILE = [
    "a" * 1000,
    "1 " * 500,
    "ik ben " * 140,
    "mijn zoon van " * 70,
    "mijn dochter zit in " * 50,
    "buren " * 160,
    "twintig en " * 90,
    "(" * 1000,
    "ja, " * 250,
    "0" * 1000,
    "stroom wordt een twee drie " * 37,
    "\ufdfa" * 1000,
    "\x00\ud800" * 500,
    "😂" * 1000,
    "сусіди шум " * 90,
    "الجيران " * 120,
    "ontruiming " * 90,
    "bebeğim " * 120,
    "ህጻነይ " * 200,
    "نوزادم " * 140,
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_a_hostile_text_is_read_in_bounded_time(text: str, language: str) -> None:
    """A pattern that goes back and forth would take minutes; how fast it is stands in bench/reading.py."""
    read_facts("warm", language, today=TODAY)

    assert _timed(text, language) < 1


def _timed(text: str, language: str) -> float:
    start = perf_counter()
    read_facts(text, language, "children_at_home", today=TODAY)
    return perf_counter() - start


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("facts:\n  nuisance:\n    street: ['jong(ens']\n", 3, "is no regex"),
        ("facts:\n  nuisance:\n    roof: [dak]\n", 3, '"roof" is unknown here'),
        ("facts:\n  shoe_size:\n    big: [groot]\n", 2, '"shoe_size" is unknown here'),
        ("away:\n  - <nobody> woont\n", 2, "the list <nobody> does not exist"),
        ("away:\n  - 'woont (?:ver )*weg'\n", 2, "can repeat without end"),
        ("ages:\n  self:\n    - {is: baby, age: 3-4}\n", 3, '"3-4" is no age'),
        ("away:\n  - {was: weg}\n", 2, "this is no pattern"),
        ("away: [weg\n", 2, "this is no YAML"),
    ],
)
def test_a_slip_in_a_file_names_file_and_line(tmp_path: Path, content: str, line: int, what: str) -> None:
    (tmp_path / "nl").mkdir()
    (tmp_path / "nl" / "facts.yaml").write_text(content, "utf-8")

    with pytest.raises(FaultsFound) as found:
        book("nl", tmp_path)

    fault = found.value.faults[0]
    assert (fault.file, fault.line) == ("intents/data/nl/facts.yaml", line)
    assert what in fault.what
