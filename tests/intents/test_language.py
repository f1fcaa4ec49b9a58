"""Text to language; what was spoken before counts. The cases stand in `language_cases.yaml`."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from ruamel.yaml import YAML

from intents.language import LISTED, language_of
from intents.normalise import guard

CASES = YAML(typ="safe").load((Path(__file__).parent / "language_cases.yaml").read_text("utf-8"))
FIRST = [(text, language) for language, texts in CASES["first"].items() for text in texts]
SWITCHES = [
    (text, before, language)
    for before, languages in CASES["switches"].items()
    for language, texts in languages.items()
    for text in texts
]
STAYS = [(text, before) for texts in CASES["stays"] for text in texts for before in LISTED]
STAYS_IN = [(text, before) for before, texts in CASES["stays_in"].items() for text in texts]
ACCURACY = 0.98  # of first messages and of switches; nothing that stays may switch


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ik kan de huur niet betalen", "nl"),
        ("huur??", "nl"),
        ("I cannot pay my rent this month", "en"),
        ("kiramı ödeyemiyorum ne yapmalıyım", "tr"),
        ("لا أستطيع دفع الإيجار", "ar"),
        ("nie mogę zapłacić czynszu", "pl"),
        ("не можу заплатити за оренду, допоможіть", "uk"),
        ("не могу заплатить за квартиру, помогите", "ru"),
        ("ኣብ ገዛ ሓገዝ የድልየኒ", "ti"),
        ("نمی‌توانم اجاره را پرداخت کنم", "fa"),
        ("waxaan rabaa in la iga caawiyo kirada guriga", "so"),
        ("mi no por paga mi huur e luna aki", "pap"),
        ("ma 3andich bach nkhlles lkra had chhar", "ar"),
        ("", "nl"),
        ("😀 123", "nl"),
    ],
)
def test_a_message_has_a_language(text: str, language: str) -> None:
    assert language_of(guard(text)) == language


def test_a_short_first_message_has_a_language() -> None:
    slips = [slip for text, language in FIRST for slip in _slips(text, None, language)]

    assert len(FIRST) >= 250
    assert 1 - len(slips) / len(FIRST) >= ACCURACY, slips


def test_a_plain_word_of_another_language_changes_it() -> None:
    slips = [slip for text, before, language in SWITCHES for slip in _slips(text, before, language)]

    assert len(SWITCHES) >= 100
    assert 1 - len(slips) / len(SWITCHES) >= ACCURACY, slips


def test_a_name_a_place_or_a_loan_word_changes_no_language() -> None:
    assert [slip for text, before in STAYS for slip in _slips(text, before, before)] == []


def test_a_word_that_the_conversation_has_too_changes_no_language() -> None:
    assert [slip for text, before in STAYS_IN for slip in _slips(text, before, before)] == []


def test_a_whole_sentence_changes_it() -> None:
    assert language_of("can we please speak English now, I do not understand", "nl") == "en"


def test_a_conversation_that_eldc_does_not_know_keeps_its_language() -> None:
    assert language_of("mi ta biba ku mi dos yu den un kas chikitu", "pap") == "pap"
    assert language_of("carruurta iyo aniga guri yar ayaan ku nool nahay", "so") == "so"


@pytest.mark.parametrize(
    "text", ["چ" * 999 + "أ", "a " * 500, "A" * 1000, "3" * 1000, "'" * 1000, "\ud800", "и " * 500]
)
def test_a_hostile_text_is_read_in_bounded_time(text: str) -> None:
    language_of("warm")

    assert _seconds([guard(text)]) < 1


def _slips(text: str, before: str | None, language: str) -> Iterator[str]:
    if (found := language_of(guard(text), before)) != language:
        yield f"{before}: {text}: {found}, meant {language}"


def _seconds(texts: list[str]) -> float:
    start = perf_counter()
    for text in texts:
        language_of(text, "nl")
    return perf_counter() - start
