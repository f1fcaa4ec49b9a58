"""Opening hours: lunch breaks, days that differ, public holidays, and who is open stands first."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from referral.hours import HERE, first_now, in_words, is_holiday, lines_open_first, open_first, open_now
from referral.load import load_guide
from referral.model import Contact

LUNCH = {"ma-do": ["9.00-12.30", "13.30-17.00"], "vr": "9.00-13.00"}
ALWAYS = {"ma-zo": "0.00-24.00", "feestdagen": "0.00-24.00"}


def contact(**hours: object) -> Contact:
    fields = {"kind": "phone", "value": "14 030", "verified": True, "source": "a page", "source_date": "2026"}
    return Contact.model_validate(fields | hours, strict=False)


def told(open_: object, at: str, language: str = "nl") -> str | None:
    moment = datetime.fromisoformat(at)
    found = open_now(contact(open=open_), moment)
    return found and in_words(found, moment, load_guide(), language)


MOMENTS = [
    # 2026-11-23 is a Monday
    (LUNCH, "2026-11-23 08:59", "vandaag vanaf 9.00", "today from 9.00"),
    (LUNCH, "2026-11-23 09:00", "nu open tot 12.30", "open now until 12.30"),
    (LUNCH, "2026-11-23 12:29", "nu open tot 12.30", "open now until 12.30"),
    (LUNCH, "2026-11-23 12:30", "vandaag vanaf 13.30", "today from 13.30"),
    (LUNCH, "2026-11-23 13:30", "nu open tot 17.00", "open now until 17.00"),
    (LUNCH, "2026-11-23 17:00", "morgen vanaf 9.00", "tomorrow from 9.00"),
    (LUNCH, "2026-11-27 12:00", "nu open tot 13.00", "open now until 13.00"),
    (LUNCH, "2026-11-27 13:00", "maandag vanaf 9.00", "Monday from 9.00"),
    (LUNCH, "2026-11-28 10:00", "maandag vanaf 9.00", "Monday from 9.00"),
    (LUNCH, "2026-11-29 23:59", "morgen vanaf 9.00", "tomorrow from 9.00"),
    # Christmas 2026 is a Friday and a Saturday; Easter Monday 2027 is 29 March; King's Day is a Tuesday
    (LUNCH, "2026-12-25 10:00", "maandag vanaf 9.00", "Monday from 9.00"),
    (LUNCH, "2027-03-29 10:00", "morgen vanaf 9.00", "tomorrow from 9.00"),
    (LUNCH, "2027-04-26 18:00", "woensdag vanaf 9.00", "Wednesday from 9.00"),
    (ALWAYS, "2026-12-25 03:00", "dag en nacht open", "open day and night"),
    ({"di": "19.30-20.30"}, "2026-11-24 20:30", "dinsdag 1-12 vanaf 19.30", "Tuesday 1-12 from 19.30"),
    ({"ma": "18.00-24.00"}, "2026-11-23 20:00", "nu open tot 24.00", "open now until 24.00"),
    ({"ma": "18.00-24.00", "di": "0.00-2.00"}, "2026-11-23 20:00", "nu open tot 2.00", "open now until 2.00"),
    ({"ma": "18.00-24.00", "di": "0.00-2.00"}, "2026-11-24 01:00", "nu open tot 2.00", "open now until 2.00"),
    ({"feestdagen": "10.00-12.00"}, "2026-12-25 11:00", "nu open tot 12.00", "open now until 12.00"),
    ({"feestdagen": "10.00-12.00"}, "2026-11-23 11:00", "nu dicht", "closed now"),
]


@pytest.mark.parametrize(("hours", "at", "nl", "en"), MOMENTS)
def test_whether_it_is_open_is_told_in_both_languages(hours, at, nl, en):
    assert told(hours, at) == nl
    assert told(hours, at, "en") == en


def test_hours_that_are_not_known_say_nothing():
    assert open_now(contact(), datetime(2026, 11, 23, 10)) is None


def test_a_moment_with_a_time_zone_is_read_on_the_dutch_clock():
    noon_in_london = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/London"))
    summer = datetime(2026, 7, 6, 7, 0, tzinfo=ZoneInfo("UTC"))  # 9.00 in the Netherlands

    assert open_now(contact(open=LUNCH), noon_in_london).now is False
    assert open_now(contact(open=LUNCH), summer).now is True


def test_a_contact_that_has_ended_is_closed():
    ended = contact(open=ALWAYS, valid_until=date(2026, 11, 22))

    assert open_now(ended, datetime(2026, 11, 23, 10)).now is False


def test_dutch_public_holidays_are_known():
    assert is_holiday(date(2026, 4, 27))
    assert is_holiday(date(2027, 5, 6))  # Ascension Day
    assert not is_holiday(date(2026, 11, 11))


def test_a_contact_that_is_closed_now_is_shown_after_one_that_is_open():
    closed, unknown, open_ = contact(open={"di": "9.00-17.00"}), contact(), contact(open=ALWAYS)

    assert open_first((closed, unknown, open_), datetime(2026, 11, 23, 10)) == (unknown, open_, closed)


def test_a_line_that_is_closed_now_is_shown_after_one_that_is_open(guide):
    lines = ("mind-hulplijn", "drugsinfo", "luisterlijn", "kindertelefoon")

    by_day = lines_open_first(lines, guide, datetime(2026, 11, 23, 10, tzinfo=HERE))
    in_the_evening = lines_open_first(lines, guide, datetime(2026, 11, 23, 20, tzinfo=HERE))
    at_night = lines_open_first(lines, guide, datetime(2026, 11, 23, 23, tzinfo=HERE))

    assert by_day == lines
    assert in_the_evening == ("mind-hulplijn", "luisterlijn", "kindertelefoon", "drugsinfo")
    assert at_night == ("luisterlijn", "kindertelefoon", "mind-hulplijn", "drugsinfo")


@pytest.mark.parametrize(
    ("names", "at", "said"),
    [
        (("utrecht-herstart",), "2026-11-25 10:00", ("utrecht-herstart",)),
        (("utrecht-herstart",), "2026-11-25 14:00", ("utrecht-herstart", "politie")),  # Wednesday, until 13.00
        (("112", "utrecht-herstart"), "2026-12-25 10:00", ("112", "utrecht-herstart", "politie")),
        (("own-municipality",), "2026-11-25 14:00", ("own-municipality",)),
        (("own-municipality", "113"), "2026-11-28 14:00", ("own-municipality", "politie", "113")),
        (("112", "113", "veilig-thuis"), "2026-11-28 03:00", ("112", "113", "veilig-thuis")),
    ],
)
def test_outside_office_hours_the_police_line_is_named_after_who_is_closed(guide, names, at, said):
    assert first_now(names, guide, datetime.fromisoformat(at)) == said


def test_the_municipality_of_utrecht_keeps_its_own_hours(guide, today):
    phone = next(one for one in guide.contacts("utrecht-gemeente", today) if one.kind == "phone")

    assert (
        in_words(open_now(phone, datetime(2026, 11, 25, 10)), datetime(2026, 11, 25, 10), load_guide(), "nl")
        == "nu open tot 13.00"
    )
    assert (
        in_words(open_now(phone, datetime(2026, 11, 26, 10)), datetime(2026, 11, 26, 10), load_guide(), "nl")
        == "nu open tot 17.00"
    )


def test_every_contact_with_hours_that_may_be_shown_can_be_reckoned_with(guide):
    contacts = [contact for one in guide.organisations.values() for contact in one.contacts if contact.verified]

    assert [contact.value for contact in contacts if contact.hours and contact.open is None] == []


@pytest.mark.parametrize(
    ("hours", "wrong"),
    [
        ({"maandag": "9.00-17.00"}, "'maandag' is no day"),
        ({"vr-ma": "9.00-17.00"}, "runs backwards"),
        ({"ma": "9-17"}, "is no span of time"),
        ({"ma": "17.00-9.00"}, "ends before it begins"),
        ({"ma": "9.00-25.00"}, "ends before it begins, or is no time of day"),
        ({"ma": ["9.00-13.00", "12.00-17.00"]}, "overlap"),
    ],
)
def test_hours_that_cannot_be_say_what_is_wrong(hours, wrong):
    with pytest.raises(ValidationError, match=wrong):
        contact(open=hours)


def test_hours_are_written_back_as_they_stood():
    for hours in (LUNCH, ALWAYS, {"ma-di": "9.00-17.00", "wo": "9.00-13.00", "feestdagen": "10.00-12.00"}):
        assert contact(open=hours).open.written() == hours


HELPLINES = "national/helplines.yaml"


def test_hours_in_words_and_in_figures_must_say_the_same(spoil):
    faults = spoil(HELPLINES, "open: {ma-vr: 9.00-21.00}", "open: {ma-vr: 9.00-20.00}")

    assert [(fault.file, fault.what) for fault in faults] == [
        (HELPLINES, "the nl hours and open do not name the same times: 20.00, 21.00."),
    ]


def test_a_slip_in_the_hours_has_its_line_and_mend(spoil):
    faults = spoil(HELPLINES, "open: {ma-vr: 9.00-21.00}", "open: {ma-vrij: 9.00-21.00}")

    assert len(faults) == 1
    assert "'ma-vrij' is no day" in faults[0].what
    assert faults[0].line > 1
