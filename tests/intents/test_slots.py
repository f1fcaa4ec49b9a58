"""Facts from free text and small answers, on the cases of `facts_cases.yaml` and on hostile texts."""

from collections.abc import Mapping
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
LANGUAGES = ("nl", "en", "tr", "ar", "pl", "uk")
CASES = YAML(typ="safe").load((Path(__file__).parent / "facts_cases.yaml").read_text("utf-8"))
TOLD = [(language, case) for language, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(
    ("language", "case"), TOLD, ids=lambda each: each.get("text") if isinstance(each, dict) else each
)
def test_a_message_tells_exactly_these_facts(language: str, case: Mapping[str, Any]) -> None:
    facts = read_facts(case["text"], language, case.get("asked"), today=TODAY)

    assert facts == case.get("facts", {})


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("nl", "Jaaa hoor", "affirm"),
        ("nl", "neen", "deny"),
        ("nl", "nou nee", "deny"),
        ("nl", "wn", "unknown"),
        ("nl", "ik weet niet hoe ik mijn huur deze maand nog moet betalen", None),
        ("nl", "hallo daar", None),
        ("en", "yep", "affirm"),
        ("en", "dunno", "unknown"),
        ("tr", "hayır", "deny"),
        ("ar", "نعم", "affirm"),
        ("ar", "لا أعرف", "unknown"),
        ("pl", "nie wiem", "unknown"),
        ("pl", "ja mam pytanie", None),
        ("uk", "так", "affirm"),
        ("de", "ja", "affirm"),
    ],
)
def test_an_opening_is_yes_no_or_unknown(language: str, text: str, answer: str | None) -> None:
    assert read_answer(text, language) == answer


def test_a_year_of_birth_counts_from_today() -> None:
    then = read_facts("ik ben van 1958", "nl", today=date(2020, 1, 1))
    now = read_facts("ik ben van 1958", "nl", today=TODAY)

    assert (then, now) == ({"age": "23-66"}, {"age": "67+"})


def test_a_year_that_leaves_two_ages_tells_none() -> None:
    assert read_facts("ik ben van 2008", "nl", today=TODAY) == {}


def test_a_language_without_a_book_is_read_as_dutch() -> None:
    assert read_facts("34", "so", "age", today=TODAY) == {"age": "23-66"}


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
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:8]))
def test_a_hostile_text_is_read_within_20_ms(text: str, language: str) -> None:
    read_facts("warm", language, today=TODAY)

    took = min(_timed(text + "." * round_, language) for round_ in range(3))

    assert took < 0.020


def test_an_ordinary_text_is_read_within_1_ms() -> None:
    texts = [(case["text"], language) for language, case in TOLD]
    for text, language in texts:
        read_facts(text, language, today=TODAY)

    took = sorted(_timed(text + " ", language) for text, language in texts)

    assert took[len(took) // 2] < 0.001


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
