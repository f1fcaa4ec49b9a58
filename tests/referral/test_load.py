"""Loading: quick, the same with and without the cache, and every sentence in both languages."""

from time import process_time

import pytest

from referral import load
from referral.load import load_guide


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(load, "user_cache_dir", lambda _: str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_second_start_is_quick(cache):
    load_guide()
    began = process_time()
    load_guide()

    assert process_time() - began < 0.3


def test_what_is_kept_gives_the_same_guide(cache):
    first = load_guide()

    assert len(list(cache.iterdir())) == 1
    assert load_guide() == first


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '"text"'])
def test_a_damaged_cache_is_made_anew(content, cache):
    first = load_guide()
    next(cache.iterdir()).write_text(content, "utf-8")

    assert load_guide() == first


def test_without_room_for_a_cache_it_loads_all_the_same(cache):
    cache.write_text("a file where the folder should be", "utf-8")

    assert load_guide().themes


def test_every_sentence_for_residents_stands_in_dutch_and_english(guide):
    rules = [rule for tables in guide.tables.values() for table in tables.values() for rule in table.rules]
    rules += [rule for plan in guide.plans.values() for rule in plan.rules]
    sentences = [rule.because for rule in rules] + [one.does for one in guide.organisations.values()]
    sentences += [words for fact in guide.facts.values() for words in (fact.question, fact.why) if words]

    assert len(rules) > 80
    assert all(set(words) >= {"nl", "en"} and all(words.values()) for words in sentences)


def test_every_fact_that_a_row_looks_at_can_be_asked_or_told(guide):
    rules = [rule for tables in guide.tables.values() for table in tables.values() for rule in table.rules]

    for rule in rules:
        assert not rule.asked or all(guide.facts[fact].question for fact in rule.when)


def test_what_changes_the_wording_only_is_never_asked(guide):
    assert guide.facts["for_whom"].question is None
