"""Contacts: a resident is shown only what was verified, and a danger line is never mixed up with another."""

from datetime import date

import pytest

from referral.model import Contact

DANGER_LINES = [
    ("112", {"112"}),
    ("113", {"113", "0800-0113"}),
    ("veilig-thuis", {"0800-2000"}),
    ("kindertelefoon", {"0800-0432"}),
    ("centrum-seksueel-geweld", {"0800-0188"}),
    ("luisterlijn", {"088 0767 000"}),
    ("mind-hulplijn", {"0900-1450"}),
    ("politie", {"0900-8844"}),
    ("geldfit", {"0800-8115"}),
    ("juridisch-loket", {"0800-8020"}),
    ("drugsinfo", {"0900-1995"}),
]


def phones(contacts: tuple[Contact, ...]) -> set[str]:
    return {str(contact.value) for contact in contacts if contact.kind == "phone"}


@pytest.mark.parametrize(("line", "numbers"), DANGER_LINES)
def test_a_help_line_has_its_own_numbers_and_no_others(line, numbers, guide, today):
    assert phones(guide.contacts(line, today)) == numbers


def test_veilig_thuis_and_the_kindertelefoon_are_not_swapped(guide, today):
    assert "0800-0432" not in phones(guide.contacts("veilig-thuis", today))
    assert "0800-2000" not in phones(guide.contacts("kindertelefoon", today))


def test_no_number_belongs_to_two_help_lines(guide, today):
    numbers = [number for line in guide.helplines for number in phones(guide.organisations[line].contacts)]

    assert len(numbers) == len(set(numbers))


def test_an_unverified_contact_is_never_shown(guide, today):
    for name in guide.organisations:
        for wijk in (None, *guide.facts["wijk"].values):
            assert all(contact.verified for contact in guide.contacts(name, today, wijk)), name


def test_what_must_never_be_shown_is_never_shown(guide, today):
    never = {value for organisation in guide.organisations.values() for value in organisation.never_show}
    shown = {str(contact.value) for name in guide.organisations for contact in guide.contacts(name, today)}

    assert "0900-0113" in never
    assert not never & shown


@pytest.mark.parametrize(
    "value", ["14 033", "030-286 52 11", "030-286 95 00", "088 855 51 26", "030 236 17 40", "033 204 86 77",
              "info@indebuurt033.nl", "Nieuwegracht 92, Utrecht", "https://jou-utrecht.nl", "030-760 60 55"],
)  # fmt: skip
def test_what_was_not_verified_is_kept_for_staff_only(value, guide, today):
    kept = {str(one.value) for organisation in guide.organisations.values() for one in organisation.contacts}
    shown = {str(one.value) for name in guide.organisations for one in guide.contacts(name, today)}

    assert value in kept
    assert value not in shown


def test_everybody_can_be_reached(guide, today):
    assert [name for name in guide.organisations if not guide.contacts(name, today)] == []


@pytest.mark.parametrize(
    ("name", "way"),
    [("utrecht-sport-utrecht", "utrecht-gemeente"), ("utrecht-jou", "utrecht-gemeente"),
     ("utrecht-sagenn", "utrecht-gemeente"), ("amersfoort-wijkteams", "amersfoort-gemeente")],
)  # fmt: skip
def test_without_a_verified_contact_the_general_way_is_shown(name, way, guide, today):
    assert guide.is_general(name, today)
    assert guide.contacts(name, today) == guide.contacts(way, today)


def test_an_address_of_one_wijk_is_shown_only_there(guide, today):
    def has_address(wijk: str | None) -> bool:
        return any(one.value == "Zamenhofdreef 17" for one in guide.contacts("utrecht-wijkbureaus", today, wijk))

    assert has_address("utrecht-overvecht")
    assert not has_address("utrecht-west")
    assert not has_address(None)


def test_a_team_of_a_wijk_without_contact_of_its_own_is_reached_in_general(guide, today):
    assert guide.is_general("utrecht-buurtteam-sociaal", today, "utrecht-west")
    assert not guide.is_general("utrecht-wijkbureaus", today, "utrecht-overvecht")
    assert not guide.is_general("utrecht-gemeente", today)


def test_every_contact_has_a_source_and_a_date(guide):
    for organisation in guide.organisations.values():
        assert organisation.source
        for contact in organisation.contacts:
            assert contact.source
            assert contact.source_date


def test_an_organisation_exists_only_in_its_period(guide):
    assert guide.organisation("utrecht-jou", date(2026, 12, 31))
    assert guide.organisation("utrecht-jou", date(2027, 1, 1)) is None
    assert guide.organisation("utrecht-dock", date(2018, 12, 31)) is None
    assert guide.organisation("nobody", date(2026, 1, 1)) is None
