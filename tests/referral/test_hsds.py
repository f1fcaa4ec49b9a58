"""HSDS 3.1: valid as others expect it, and back again without loss."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from typer.testing import CliRunner

from bot.cli import app
from referral.files import add_municipality, as_yaml, export_hsds, import_hsds
from referral.hsds_in import NotHsds, organisations_from
from referral.hsds_out import page, service, services
from referral.load import load_guide
from referral.model import Organisation
from referral.week import DAYS, hours_from

SCHEMAS = Path(__file__).parents[3] / "shared/schemas/hsds"

# What HSDS 3.1 asks at least: entity -> fields that must be there, and the choices of a field.
SHAPE = {
    "service": {"id": None, "name": None, "status": ("active", "inactive", "defunct", "temporarily closed")},
    "organization": {"id": None, "name": None, "description": None},
    "phones": {"id": None, "number": None},
    "additional_urls": {"id": None, "url": None},
    "contacts": {"id": None},
    "schedules": {"id": None},
    "service_areas": {"id": None},
    "required_documents": {"id": None},
    "service_at_locations": {"id": None},
    "location": {"id": None, "location_type": ("physical", "postal", "virtual")},
    "addresses": {
        **dict.fromkeys(("id", "address_1", "city", "state_province", "postal_code", "country")),
        "address_type": ("physical", "postal", "virtual"),
    },
    "attributes": {"id": None, "link_id": None, "link_entity": None, "taxonomy_term_id": None},
    "taxonomy_term": {"id": None, "name": None, "description": None},
}
NUMBERS = {"interval", "timezone", "minimum_age", "maximum_age", "amount"}


@pytest.fixture
def exported(guide, today):
    """What is exported, as somebody else reads it."""
    return json.loads(json.dumps(page(services(guide, today))))


def misshapen(thing, entity="service"):
    """Yield what is not in the shape that HSDS asks."""
    for field, choices in SHAPE[entity].items():
        if field not in thing or (choices and thing[field] not in choices):
            yield entity, field, thing.get(field)
    for field, value in thing.items():
        several = value if isinstance(value, list) else [value]
        if isinstance(value, dict | list):
            for one in several:
                yield from misshapen(one, field)
        elif not isinstance(value, int | float if field in NUMBERS else str):
            yield entity, field, value


def faults_in(service):
    """The faults by the official schema when it lies beside the checkout, and always those by our own shape."""
    yield from misshapen(service)
    if (official := SCHEMAS / "service_with_definitions.json").exists():
        schema = json.loads(official.read_text("utf-8"))
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        yield from (f"{list(error.path)}: {error.message}" for error in validator.iter_errors(service))


def test_every_service_is_valid_by_the_official_schema_or_without_it_by_required_fields_choices_and_types(exported):
    assert [(one["name"], fault) for one in exported["contents"] for fault in faults_in(one)] == []


def test_the_check_without_the_schema_finds_what_is_wrong(exported):
    service = exported["contents"][0]
    phones = [{"id": "x", "number": 14030}]

    assert list(misshapen(service | {"status": "open"})) == [("service", "status", "open")]
    assert list(misshapen(service | {"phones": phones})) == [("phones", "number", 14030)]
    assert list(misshapen({k: v for k, v in service.items() if k != "name"})) == [("service", "name", None)]


def test_everything_has_a_number_of_its_own_that_stays(guide, today):
    first, second = services(guide, today), services(guide, date(2027, 6, 1))

    ids = [one["id"] for one in first]
    assert ids == [one["id"] for one in second]
    assert len(set(ids)) == len(ids) == len(guide.organisations)
    assert all(UUID(one["id"]) and UUID(one["organization"]["id"]) for one in first)


def test_every_organisation_comes_back_without_loss(guide, exported, today):
    back = organisations_from(exported, "utrecht", today, trusted=True)

    assert back == tuple(guide.organisations.values())


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
WORDS = st.fixed_dictionaries({"nl": TEXT, "en": TEXT})
DAY = st.dates(date(2015, 1, 1), date(2030, 12, 31))
SPAN = st.sampled_from(["0.00-8.00", "9.00-12.30", "13.30-17.00", "19.00-24.00"])


def in_order(spans):
    return sorted(spans, key=lambda span: float(span.split("-")[0]))


HOURS = st.dictionaries(
    st.sampled_from([*DAYS, "feestdagen"]),
    st.lists(SPAN, min_size=1, max_size=4, unique=True).map(in_order),
    min_size=1,
)
CONTACT = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["phone", "web", "address", "walkin", "route", "email", "post", "desk", "chat"]),
        "value": TEXT
        | WORDS
        | st.sampled_from(["030 286 00 00", "0800-2000", "112", "14 030", "Plein 1, 3511 AB Utrecht"]),
        "verified": st.booleans(),
        "source": TEXT,
        "source_date": TEXT,
    },
    optional={
        "hours": WORDS,
        "open": HOURS,
        "note": WORDS,
        "wijk": st.just("utrecht-west"),
        "valid_from": DAY,
        "checked_on": DAY,
    },
)
ORGANISATION = st.fixed_dictionaries(
    {"id": st.just("utrecht-x"), "name": TEXT | WORDS, "does": WORDS, "source": TEXT, "checked_on": DAY},
    optional={
        "formal_name": TEXT,
        "city": st.sampled_from(["utrecht", "amersfoort"]),
        "bring": WORDS,
        "per_wijk": st.booleans(),
        "contacts": st.lists(CONTACT, max_size=4),
        "general_way": st.just("utrecht-gemeente"),
        "never_show": st.dictionaries(TEXT, TEXT, max_size=2),
        "verified": st.booleans(),
        "valid_until": DAY,
    },
)


the_guide = cache(load_guide)  # not a fixture: hypothesis would write it out whole with every example


@given(ORGANISATION)
@settings(deadline=None)
def test_any_organisation_comes_back_without_loss(fields):
    guide = the_guide()
    one = Organisation.model_validate(fields, strict=False)

    document = json.loads(json.dumps(service(one, guide, date(2026, 11, 21))))

    assert list(misshapen(document)) == []
    assert organisations_from([document], "utrecht", date(2026, 11, 21), trusted=True) == (one,)


def test_what_comes_back_can_be_read_as_a_data_file(copy, guide, exported, today):
    """The organisations of Utrecht, exported, read in and put in place of the file: the same guide."""
    own = [one for one in organisations_from(exported, "utrecht", today, trusted=True) if one.city == "utrecht"]
    (copy / "municipalities/utrecht/organisations.yaml").write_text(as_yaml(own), "utf-8")

    again = load_guide(copy)

    assert dict(again.organisations) == dict(guide.organisations)


def named(document, name):
    return next(one for one in document["contents"] if one["name"] == name)


def test_service_areas_schedules_contacts_and_the_assured_date_stand_where_others_look_for_them(exported):
    utrecht = named(exported, "Gemeente Utrecht")

    assert utrecht["assured_date"] == "2026-11-21"
    assert [area["uri"] for area in utrecht["service_areas"]] == [
        "https://identifier.overheid.nl/tooi/id/gemeente/gm0344"
    ]
    assert [phone["number"] for phone in utrecht["phones"]] == ["+3114030"]
    assert [(one["byday"], one["opens_at"], one["closes_at"]) for one in utrecht["schedules"]] == [
        ("WE,FR", "09:00+01:00", "13:00+01:00"),
        ("MO,TU,TH", "09:00+01:00", "17:00+01:00"),
    ]
    places = [one["location"] for one in utrecht["service_at_locations"]]
    assert [address["postal_code"] for place in places for address in place.get("addresses", ())] == [
        "3521 AZ",
        "3500 CE",
    ]
    assert named(exported, "Veilig Thuis")["phones"][0]["number"] == "+318002000"


def test_a_wijk_is_the_area_of_its_own_place(exported):
    place = named(exported, "Wijkbureau")["service_at_locations"][0]

    assert [(area["name"], area["extent"]) for area in place["service_areas"]] == [
        ("Wijk Overvecht", "utrecht-overvecht")
    ]


def test_a_contact_that_is_not_verified_is_not_shown_to_others_either(guide, exported):
    contacts = [contact for one in guide.organisations.values() for contact in one.contacts]
    shown = json.dumps([{**one, "attributes": None} for one in exported["contents"]], ensure_ascii=False)
    verified = {str(contact.value) for contact in contacts if contact.verified}
    hidden = {str(contact.value) for contact in contacts if not contact.verified} - verified

    assert len(hidden) > 20
    assert [value for value in hidden if f'"{value}"' in shown] == []


def test_what_has_ended_is_not_active(guide):
    status = {one["name"]: one["status"] for one in services(guide, date(2027, 1, 1))}

    assert (status["JoU"], status["Sagenn"], status["NLTraining"]) == ("inactive", "active", "inactive")


FOREIGN = {
    "id": "5b1d6c4e-6a0e-5a55-9d0f-0c7a3a5f0f01",
    "name": "Inloopspreekuur schulden",
    "description": "<p>Hulp bij post en <b>schulden</b>.</p>",
    "status": "active",
    "url": "https://example.nl/spreekuur",
    "application_process": "Inloop, geen afspraak nodig",
    "assured_date": "2026-11-01",
    "phones": [{"id": "5b1d6c4e-6a0e-5a55-9d0f-0c7a3a5f0f04", "number": "+31301234567", "type": "voice"}],
    "service_at_locations": [
        {
            "id": "5b1d6c4e-6a0e-5a55-9d0f-0c7a3a5f0f09",
            "schedules": [
                {
                    "id": "5b1d6c4e-6a0e-5a55-9d0f-0c7a3a5f0f0b",
                    "freq": "WEEKLY",
                    "byday": "TU,TH",
                    "opens_at": "09:00+01:00",
                    "closes_at": "12:00+01:00",
                    "description": "Dinsdag en donderdag van 9 tot 12 uur",
                }
            ],
            "location": {
                "id": "5b1d6c4e-6a0e-5a55-9d0f-0c7a3a5f0f0a",
                "location_type": "physical",
                "name": "Buurthuis Oost",
                "addresses": [{"address_1": "Voorbeeldstraat 1", "city": "Utrecht", "postal_code": "3512 AB"}],
            },
        }
    ],
}


def test_a_file_of_somebody_else_comes_in_to_be_reviewed(today):
    (one,) = organisations_from(FOREIGN, "soest", today, trusted=False)

    assert (one.id, one.city, one.general_way) == ("soest-inloopspreekuur-schulden", "soest", "own-municipality")
    assert one.does["nl"] == "Hulp bij post en schulden."
    assert one.checked_on == date(2026, 11, 1)
    assert [(contact.kind, contact.value, contact.verified) for contact in one.contacts] == [
        ("phone", "+31301234567", False),
        ("web", "https://example.nl/spreekuur", False),
        ("address", "Buurthuis Oost, Voorbeeldstraat 1, 3512 AB Utrecht", False),
        ("route", {"nl": "Inloop, geen afspraak nodig", "en": "Inloop, geen afspraak nodig"}, False),
    ]
    assert one.contacts[2].open.days == hours_from({"di": "9.00-12.00", "do": "9.00-12.00"})["days"]


def test_what_came_in_is_valid_in_the_folder_of_a_municipality(copy, today):
    add_municipality(copy, "Soest", today)
    text = as_yaml(organisations_from(FOREIGN, "soest", today))
    (copy / "municipalities/soest/organisations.yaml").write_text(text, "utf-8")

    guide = load_guide(copy)

    shown = guide.contacts("soest-inloopspreekuur-schulden", today)
    assert shown == guide.contacts("own-municipality", today)


def test_what_a_partner_changed_in_our_file_comes_in_changed(exported, today):
    utrecht = named(exported, "Gemeente Utrecht")
    utrecht["phones"][0]["number"] = "+31302860000"
    utrecht["assured_date"] = "2027-01-15"
    utrecht["schedules"] = [one | {"closes_at": "18:00+01:00"} for one in utrecht["schedules"]]

    (one,) = organisations_from(utrecht, "utrecht", today, trusted=True)

    assert one.contacts[0].value == "+31302860000"
    assert one.contacts[0].open.written() == {"ma-vr": "9.00-18.00"}
    assert one.checked_on == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ("text", "was expected"),
        ({"contents": {}}, "was expected"),
        ([{"name": "x"}], "service 1 has no id or no name"),
        ([{"id": "x", "name": "a"}, 3], "service 2 has no id or no name"),
    ],
)
def test_a_file_that_is_no_hsds_says_why(document, wrong, today):
    with pytest.raises(NotHsds, match=wrong):
        organisations_from(document, "soest", today)


def test_a_file_that_cannot_be_read_says_so(tmp_path, today):
    (tmp_path / "broken.json").write_text("{", "utf-8")

    with pytest.raises(NotHsds, match="cannot be read"):
        import_hsds(tmp_path / "broken.json", "soest", today)


def test_the_commands_write_a_folder_and_read_it_back(tmp_path, guide):
    run = CliRunner().invoke

    written = run(app, ["export", "hsds", str(tmp_path / "out")])
    read = run(app, ["import", "hsds", str(tmp_path / "out/services.json"), "--municipality", "utrecht"])
    wrong = run(app, ["import", "hsds", str(tmp_path / "nothing.json")])

    assert written.exit_code == read.exit_code == 0
    lists = {path.name: json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").iterdir()}
    assert set(lists) == {"services.json", "organizations.json"}
    assert {len(one["contents"]) for one in lists.values()} == {len(guide.organisations)}
    assert "id: utrecht-dock" in read.output
    assert "verified: true" not in read.output.replace("set verified: true only", "")
    assert wrong.exit_code == 1


def test_the_export_is_written_as_it_is(tmp_path, guide, today, exported):
    files = export_hsds(guide, tmp_path, today)

    assert json.loads(files[0].read_text("utf-8")) == exported
