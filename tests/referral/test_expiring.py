"""Time: what ends, changes or was not checked is listed; no day is left without somebody responsible."""

from datetime import date

import pytest

from referral.areas import locate
from referral.expiring import expiring, report
from referral.gaps import gaps
from referral.load import load_guide

UTRECHT = "municipalities/utrecht"


def listed(guide, on, within):
    return {(one.about, one.reason, one.day.isoformat()) for one in expiring(guide, on, within)}


def change(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_what_ends_within_ninety_days_is_listed_with_its_source(guide, today):
    notices = expiring(guide, today, 90)

    jou = next(one for one in notices if one.about == "utrecht-jou" and one.reason == "ends")
    assert (jou.file, jou.day) == (f"{UTRECHT}/organisations.yaml", date(2026, 12, 31))
    assert jou.line > 1
    assert "gmb-2019-97198" in jou.source
    assert "eindigt op 2026-12-31" in str(jou)


def test_what_ends_later_is_not_listed_yet(guide):
    assert ("utrecht-jou", "ends", "2026-12-31") not in listed(guide, date(2026, 9, 1), 90)
    assert ("utrecht-jou", "ends", "2026-12-31") in listed(guide, date(2026, 10, 2), 90)


def test_the_new_subsidy_and_the_contracts_of_2024_are_in_the_data(guide, today):
    found = {(one.day.isoformat(), one.reason, one.source) for one in expiring(guide, today, 90)}

    assert ("2027-01-01", "changes", "gmb-2025-514158; leidsche-rijn.nieuws.nl, 2025-11") in found
    assert ("2024-12-31", "changed", "nieuws030.nl (opinion and petition of EenUtrecht, 2024)") in found
    assert ("2024-12-31", "changed", "zorgprofessionals.utrecht.nl (nieuws), 2024-05-22") in found
    assert ("utrecht-nltraining", "ended", "2024-12-31") in listed(guide, today, 90)


def test_a_change_that_came_and_was_not_looked_at_stands_before_what_is_over(guide):
    reasons = [one.reason for one in expiring(guide, date(2027, 2, 1), 90)]

    assert "changes" in reasons
    assert reasons.index("changes") < reasons.index("ended")


def test_what_was_not_checked_for_a_year_is_listed(guide, today):
    assert "unchecked" not in {one.reason for one in expiring(guide, today, 90)}

    later = listed(guide, date(2027, 11, 22), 90)

    assert ("utrecht-gemeente", "unchecked", "2026-11-21") in later
    assert ("utrecht-overlast-straat", "unchecked", "2026-11-21") in later
    assert ("gebied Utrecht", "unchecked", "2026-11-21") in later
    assert ("112", "unchecked", "2026-11-21") in later


def test_a_contact_with_dates_of_its_own_is_listed_by_itself(copy, today):
    change(
        copy / UTRECHT / "organisations.yaml",
        'value: "https://www.dock.nl", verified: true',
        'value: "https://www.dock.nl", valid_until: 2026-12-01, checked_on: 2025-01-01, verified: true',
    )

    found = listed(load_guide(copy), today, 90)

    assert ("utrecht-dock, https://www.dock.nl", "ends", "2026-12-01") in found
    assert ("utrecht-dock, https://www.dock.nl", "unchecked", "2025-01-01") in found


def test_everything_has_a_source_and_a_last_check(guide):
    rules = [rule for place in guide.tables.values() for table in place.values() for rule in table.rules]

    assert all(rule.source and rule.checked_on for rule in rules)
    assert all(one.source and one.checked_on for one in guide.organisations.values())
    assert all(contact.source for one in guide.organisations.values() for contact in one.contacts)
    assert all(city.source and city.checked_on for city in guide.areas.cities)
    assert all(one.source and one.checked_on for one in guide.changes_ahead)


@pytest.mark.parametrize(
    ("file", "old", "what"),
    [
        (f"{UTRECHT}/rules/werk.yaml", "checked_on: 2026-11-21\n", "this does not say when it was last checked."),
        (f"{UTRECHT}/areas.yaml", "checked_on: 2026-11-21\n", "this does not say when it was last checked."),
    ],
)
def test_what_does_not_say_when_it_was_checked_is_a_fault(spoil, file, old, what):
    assert [(fault.file, fault.what) for fault in spoil(file, old, "")] == [(file, what)]


def test_a_change_names_organisations_that_exist(spoil):
    faults = spoil(f"{UTRECHT}/changes.yaml", "touches: [utrecht-jou]", "touches: [utrecht-joe]")

    assert [fault.what for fault in faults] == ["organisation 'utrecht-joe' does not exist."]


def test_no_day_is_left_without_a_responsible_organisation(guide):
    assert [gap for gap in gaps(guide) if gap.kind == "nobody"] == []


def test_the_days_on_which_somebody_only_stands_in_are_named(guide):
    found = [(gap.place, gap.theme, gap.since, gap.until, gap.organisations) for gap in gaps(guide)]

    assert found == [("utrecht", "jongeren", date(2027, 1, 1), None, ("utrecht-gemeente",))]


def test_a_day_without_anybody_is_found(copy):
    change(copy / UTRECHT / "organisations.yaml", "    valid_from: 2025-01-01\n", "    valid_from: 2025-03-01\n")

    found = [gap for gap in gaps(load_guide(copy)) if gap.kind == "nobody"]

    assert [(gap.theme, gap.since, gap.until, gap.organisations) for gap in found] == [
        ("taal_inburgering", date(2025, 1, 1), date(2025, 2, 28), ("utrecht-sagenn",))
    ]
    assert "van 2025-01-01 tot en met 2025-02-28" in str(found[0])


def test_the_report_ends_with_the_proof(guide, today):
    lines = list(report(guide, today, 90))

    assert lines[-1].startswith("Bewezen: op elke dag")
    assert any(line.startswith("Geen vaste organisatie: utrecht, jongeren") for line in lines)


def test_a_wijk_that_does_not_exist_yet_is_no_place_on_that_day(copy):
    change(copy / UTRECHT / "areas.yaml", "    name: Overvecht\n", "    name: Overvecht\n    valid_from: 2027-01-01\n")
    areas = load_guide(copy).areas

    assert locate("overvecht", areas.on(date(2026, 12, 31)), answering=True).wijk is None
    assert locate("3561", areas.on(date(2026, 12, 31)), answering=True).wijk is None
    assert locate("overvecht", areas.on(date(2027, 1, 1)), answering=True).wijk == "utrecht-overvecht"


def test_places_that_always_were_there_are_the_same_on_any_day(guide):
    assert guide.areas.on(date(1990, 1, 1)) is guide.areas
