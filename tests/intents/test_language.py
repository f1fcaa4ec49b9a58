"""Text to language; what was spoken before counts."""

import pytest

from intents.language import language_of


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
        ("", "nl"),
        ("😀 123", "nl"),
    ],
)
def test_a_message_has_a_language(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["ok", "Overvecht", "3562 AB", "34", "Fatima", "DigiD"])
@pytest.mark.parametrize("before", ["tr", "en", "nl"])
def test_a_name_or_a_number_changes_no_language(text, before):
    assert language_of(text, before) == before


def test_a_whole_sentence_changes_it():
    assert language_of("can we please speak English now, I do not understand", "nl") == "en"
