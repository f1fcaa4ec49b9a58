"""When a resident may expect an answer, and when we say that it takes longer."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.promise import days_after, days_later, late_after, next_word, promise_in_words, promised
from referral.guide import Guide
from referral.hours import HERE, open_now
from referral.load import load_guide
from referral.model import Contact

LUNCH = {"ma-do": ["9.00-12.30", "13.30-17.00"], "vr": "9.00-13.00"}
ALWAYS = {"ma-zo": "0.00-24.00", "feestdagen": "0.00-24.00"}
OFFICE = {"ma-vr": "9.00-17.00"}
HARDLY_EVER = {"di": "19.30-20.30"}
TEAM = "utrecht-dock"  # no hours of it are known
MUNICIPALITY = "utrecht-gemeente"  # its desk is open longer than its phone

the_guide = cache(load_guide)  # not a fixture: hypothesis would write it out whole with every example


def contact(**hours: object) -> Contact:
    fields = {"kind": "phone", "value": "14 030", "verified": True, "source": "a page", "source_date": "2026"}
    return Contact.model_validate(fields | hours, strict=False)


def with_hours(*hours: object) -> Guide:
    """Return the guide in which the team has a phone with each of these hours."""
    guide = the_guide()
    contacts = tuple(contact(open=one) for one in hours)
    team = guide.organisations[TEAM].model_copy(update={"contacts": contacts})
    return guide.model_copy(update={"organisations": {**guide.organisations, TEAM: team}})


def here(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=HERE)


def on_the_clock(moment: datetime) -> str:
    return f"{moment.astimezone(HERE):%Y-%m-%d %H:%M}"


MOMENTS = [
    # 2026-11-23 is a Monday
    (LUNCH, "2026-11-23 09:00", "2026-11-23 11:00"),
    (LUNCH, "2026-11-23 09:01", "2026-11-23 11:30"),
    (LUNCH, "2026-11-23 06:00", "2026-11-23 11:00"),
    (LUNCH, "2026-11-23 11:00", "2026-11-23 14:00"),
    (LUNCH, "2026-11-23 12:45", "2026-11-23 15:30"),
    (LUNCH, "2026-11-23 16:00", "2026-11-24 10:00"),
    (LUNCH, "2026-11-23 20:00", "2026-11-24 11:00"),
    (LUNCH, "2026-11-27 12:00", "2026-11-30 10:00"),
    (LUNCH, "2026-11-28 12:00", "2026-11-30 11:00"),
    (LUNCH, "2026-11-29 23:59", "2026-11-30 11:00"),
    # whoever closes at that moment answers when they are there again
    (LUNCH, "2026-11-23 10:30", "2026-11-23 13:30"),
    (LUNCH, "2026-11-23 10:10", "2026-11-23 13:30"),
    (LUNCH, "2026-11-23 15:00", "2026-11-24 09:00"),
    (LUNCH, "2026-11-27 10:45", "2026-11-30 09:00"),
    # Christmas 2026 is a Friday and a Saturday; King's Day is a Monday in 2026 and a Tuesday in 2027
    (LUNCH, "2026-12-24 16:00", "2026-12-28 10:00"),
    (LUNCH, "2026-12-25 10:00", "2026-12-28 11:00"),
    (LUNCH, "2026-04-24 12:30", "2026-04-28 10:30"),
    (LUNCH, "2027-04-26 18:00", "2027-04-28 11:00"),
    # the clock goes forward on Sunday 29 March 2026, and back on Sunday 25 October
    (OFFICE, "2026-03-27 16:00", "2026-03-30 10:00"),
    (OFFICE, "2026-03-29 12:00", "2026-03-30 11:00"),
    (OFFICE, "2026-10-23 16:00", "2026-10-26 10:00"),
    (ALWAYS, "2026-03-29 00:20", "2026-03-29 03:30"),
    (ALWAYS, "2026-10-25 03:10", "2026-10-25 05:30"),
    (ALWAYS, "2026-12-25 23:00", "2026-12-26 01:00"),
]


@pytest.mark.parametrize(("hours", "at", "promise"), MOMENTS)
def test_an_answer_is_promised_after_two_open_hours(hours, at, promise):
    assert on_the_clock(promised(TEAM, 0, with_hours(hours), here(at))) == promise


def test_a_moment_in_another_zone_is_the_same_moment():
    guide, at = with_hours(LUNCH), here("2026-07-06 09:00")

    assert promised(TEAM, 0, guide, at.astimezone(UTC)) == promised(TEAM, 0, guide, at) == here("2026-07-06 11:00")


@pytest.mark.parametrize(
    ("waiting", "promise"),
    [(0, "2026-11-23 11:00"), (1, "2026-11-23 11:30"), (10, "2026-11-23 14:30"), (1000, "2026-12-01 10:00")],
)
def test_who_comes_after_many_others_is_promised_a_later_answer_and_never_more_than_a_working_week(waiting, promise):
    assert on_the_clock(promised(TEAM, waiting, with_hours(LUNCH), here("2026-11-23 09:00"))) == promise


@pytest.mark.parametrize("guide", [the_guide(), with_hours(), with_hours(HARDLY_EVER)], ids=["known", "none", "hardly"])
def test_an_organisation_without_hours_or_hardly_ever_open_is_taken_to_keep_office_hours(guide):
    assert on_the_clock(promised(TEAM, 0, guide, here("2026-11-23 16:00"))) == "2026-11-24 10:00"


def test_the_longest_hours_of_several_count():
    wednesday = here("2026-11-25 14:00")  # the phone of the municipality closed at one

    assert on_the_clock(promised(MUNICIPALITY, 0, the_guide(), wednesday)) == "2026-11-25 16:00"
    assert promised(TEAM, 0, with_hours(HARDLY_EVER, LUNCH, {"ma": "9.00-10.00"}), wednesday) == promised(
        TEAM, 0, with_hours(LUNCH), wednesday
    )


@pytest.mark.parametrize(
    ("promise", "late", "again"),
    [
        ("2026-11-23 11:00", "2026-11-23 16:00", "2026-11-24 12:00"),
        ("2026-11-23 16:00", "2026-11-24 12:00", "2026-11-25 09:00"),
        ("2026-11-26 14:00", "2026-11-27 10:00", "2026-11-30 10:00"),
        ("2026-12-24 16:00", "2026-12-28 12:00", "2026-12-29 09:00"),
    ],
)
def test_half_a_working_day_after_the_promise_it_is_late_and_a_whole_one_later_we_look_again(promise, late, again):
    guide = with_hours(LUNCH)

    assert on_the_clock(late_after(TEAM, here(promise), guide)) == late
    assert on_the_clock(next_word(TEAM, guide, here(promise))) == again


MOST = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.sampled_from([HERE, UTC]))


@settings(max_examples=300, deadline=None)
@given(hours=st.sampled_from([LUNCH, OFFICE, ALWAYS]), waiting=st.integers(0, 2000), now=MOST)
def test_a_promise_is_in_the_future_and_when_somebody_is_there_and_late_comes_after_it(hours, waiting, now):
    guide, phone = with_hours(hours), contact(open=hours)

    promise = promised(TEAM, waiting, guide, now)
    late = late_after(TEAM, promise, guide)

    assert now.astimezone(UTC) < promise.astimezone(UTC) < late.astimezone(UTC)
    assert open_now(phone, promise).now
    assert open_now(phone, late).now
    assert promise.astimezone(HERE).minute in (0, 30)


@settings(max_examples=100, deadline=None)
@given(waiting=st.integers(0, 300), more=st.integers(1, 50), now=MOST)
def test_who_comes_later_in_the_queue_is_never_promised_an_earlier_answer(waiting, more, now):
    guide = with_hours(LUNCH)

    assert promised(TEAM, waiting, guide, now) <= promised(TEAM, waiting + more, guide, now)


@pytest.mark.parametrize(
    ("days", "part", "now", "then"),
    [
        (7, "day", "2026-11-23 10:00", "2026-11-30T11:00:00+01:00"),
        (28, "evening", "2026-11-23 23:59", "2026-12-21T19:00:00+01:00"),
        (7, "day", "2026-03-22 10:00", "2026-03-29T11:00:00+02:00"),
        (7, "evening", "2026-10-18 00:00", "2026-10-25T19:00:00+01:00"),
    ],
)
def test_a_message_later_comes_by_day_or_in_the_evening_on_the_clock_here(days, part, now, then):
    assert days_later(days, part, here(now)).isoformat() == then


def test_days_after_a_moment_that_was_kept_it_is_the_same_time_of_day_also_when_summer_began():
    kept = datetime.fromisoformat("2026-10-10T19:00:00+02:00")

    assert days_after(21, kept).isoformat() == "2026-10-31T19:00:00+01:00"
    assert days_after(21, kept) - kept == timedelta(days=21, hours=1)


WORDS = [
    ("2026-11-23 11:00", "vandaag vanaf 11.00", "today from 11.00", "bugün saat 11.00 itibarıyla"),
    ("2026-11-24 09:00", "morgen vanaf 9.00", "tomorrow from 9.00", "yarın saat 9.00 itibarıyla"),
    ("2026-11-26 09:30", "donderdag vanaf 9.30", "Thursday from 9.30", "perşembe günü saat 9.30 itibarıyla"),
    ("2026-12-01 10:00", "dinsdag 1-12 vanaf 10.00", "Tuesday 1-12 from 10.00", "1-12 salı günü saat 10.00 itibarıyla"),
]


@pytest.mark.parametrize(("promise", "nl", "en", "tr"), WORDS)
def test_a_promise_is_said_in_the_language_of_the_resident(promise, nl, en, tr):
    guide, now = the_guide(), here("2026-11-23 09:00")

    said = {one: promise_in_words(here(promise), guide, now, one) for one in ("nl", "nl-simple", "en", "tr")}

    assert said == {"nl": nl, "nl-simple": nl, "en": en, "tr": tr}


def test_a_promise_after_midnight_in_utc_is_told_by_the_day_here():
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # half past midnight on Monday here

    assert promise_in_words(here("2026-11-23 11:00"), the_guide(), now, "nl") == "vandaag vanaf 11.00"
