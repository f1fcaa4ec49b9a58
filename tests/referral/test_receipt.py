"""The number of an answer: short, without letters that look alike, and always the same for the same answer."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.decide import decide
from referral.model import Situation
from referral.receipt import LETTERS, read_receipt, receipt

WORDS = ("ik heb schulden", "overvecht")
DAY = date(2026, 11, 21)


def test_the_same_words_day_and_version_give_the_same_number():
    assert receipt(WORDS, DAY, "e33223585af7da98") == receipt(list(WORDS), DAY, "e33223585af7da98") == "HC9R-YEYM"


def test_other_words_another_day_or_another_version_give_another_number():
    numbers = [
        receipt(WORDS, DAY, "1"),
        receipt(("ik heb schulden overvecht",), DAY, "1"),
        receipt(WORDS[::-1], DAY, "1"),
        receipt(WORDS, date(2026, 11, 22), "1"),
        receipt(WORDS, DAY, "2"),
    ]

    assert len(set(numbers)) == len(numbers)


def test_no_two_letters_look_alike():
    assert set(LETTERS).isdisjoint("0O1IL2Z5S8BUVGQ")
    assert len(set(LETTERS)) == len(LETTERS)


@given(st.lists(st.text(), max_size=4))
def test_any_words_give_a_number_that_staff_can_read_back(words):
    number = receipt(words, DAY, "1")

    assert read_receipt(number) == number
    assert read_receipt(number.lower().replace("-", "")) == number
    assert read_receipt(f" {number[:2]} {number[2:]} ") == number


@pytest.mark.parametrize("typed", ["", "K7MN", "K7MN-4XW0", "K7MN-4XWAA", "geen nummer"])
def test_what_can_be_no_number_is_none(typed):
    assert read_receipt(typed) is None


def test_many_answers_keep_their_own_number():
    numbers = {receipt((str(words),), DAY, "1") for words in range(5_000)}

    assert len(numbers) == 5_000


def test_the_same_situation_on_the_same_day_gives_the_same_referral_bit_for_bit(guide):
    situation = Situation(themes=("geldzorgen", "psychisch"), facts={"city": "utrecht", "age": "23-66"})

    first, second = (decide(situation, guide, DAY).model_dump_json() for _ in range(2))

    assert first == second
    assert len(guide.version) == 16
