"""A new municipality: valid at once, everything to the own municipality, and the proof lists what is still general."""

from datetime import date
from itertools import takewhile
from pathlib import Path
from textwrap import dedent, indent

import pytest

import referral
from referral.areas import locate
from referral.decide import decide
from referral.files import add_municipality
from referral.general import still_general
from referral.load import FaultsFound, load_guide, read_texts
from referral.model import Refer, Situation
from referral.municipality import NotAdded
from referral.prove import prove


def decided(guide, theme, today, signals=()):
    decision = decide(Situation(themes=(theme,), signals=signals, facts={"city": "soest"}), guide, today)
    assert isinstance(decision, Refer)
    return decision


def test_a_new_municipality_is_valid_at_once_and_everything_has_an_answer(copy, today):
    files = add_municipality(copy, "Soest", today)
    guide = load_guide(copy)

    assert files[:3] == tuple(
        f"municipalities/soest/{name}" for name in ("areas.yaml", "organisations.yaml", "rules/_plan.yaml")
    )
    assert prove(guide, today).faults == ()
    assert guide.facts["city"].values["soest"].items() >= {"nl": "Soest", "en": "Soest"}.items()
    for theme in guide.themes:
        names = [one.organisation for one in decided(guide, theme, today).referrals]
        expected = {"medisch": ["huisarts"], "huiselijk_geweld": ["veilig-thuis", "own-municipality"]}
        assert names == expected.get(theme, ["own-municipality"])


def test_the_national_lines_stand_beside(copy, today):
    add_municipality(copy, "Soest", today)
    guide = load_guide(copy)

    assert decided(guide, "eenzaamheid", today).referrals[0].beside == ("luisterlijn",)
    assert decided(guide, "wonen", today, ("roof_tonight",)).say_first == ("own-municipality",)


def test_who_lives_there_no_longer_lives_elsewhere(copy, guide, today):
    assert locate("ik woon in Soest", guide.areas, answering=True).city == "elsewhere"

    add_municipality(copy, "Soest", today)

    areas = load_guide(copy).areas
    assert locate("ik woon in Soest", areas, answering=True).city == "soest"
    assert locate("gemeente soest", areas, answering=True).city == "soest"
    assert locate("soesterberg", areas, answering=True).city == "elsewhere"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("De Bilt", "de-bilt"),
        ("'s-Hertogenbosch", "s-hertogenbosch"),
        ("Súdwest-Fryslân", "sudwest-fryslan"),
        ("Houten", "houten"),
        ("Aalsmeer", "aalsmeer"),
        ("Zwolle", "zwolle"),
        ("Nergenshuizen", "nergenshuizen"),
    ],
)
def test_any_name_becomes_a_folder(copy, today, name, place):
    add_municipality(copy, name, today)

    assert locate(f"ik woon in {name}", load_guide(copy).areas, answering=True).city == place


def test_the_sentence_on_whom_wegwijs_knows_names_it_too(copy, today):
    for name in ("Aa en Hunze", "Soest"):
        add_municipality(copy, name, today)

    because = decided(load_guide(copy), "geldzorgen", today).referrals[0].because
    assert because["nl"].startswith("Wegwijs kent nu Utrecht, Amersfoort, Aa en Hunze en Soest.")
    assert because["en"].startswith("Wegwijs knows Utrecht, Amersfoort, Aa en Hunze and Soest for now.")


def test_what_is_still_general_is_listed(copy, today):
    add_municipality(copy, "Soest", today)

    listed = [str(one) for one in still_general(load_guide(copy), today) if one.place == "soest"]

    assert listed[0].startswith("soest: 24 thema's gaan naar de eigen gemeente: geldzorgen, regelingen")
    assert "soest: geen team dat voor een heel gezin de leiding heeft (rules/_plan.yaml)" in listed
    assert "soest: geen postcodes, dus een postcode telt als ergens anders (areas.yaml)" in listed
    assert "soest: alleen een algemene ingang: soest-gemeente" in listed


README = Path(referral.__file__).with_name("README.md").read_text("utf-8")


def shown_after(words):
    """The example that stands in the README after these words, without its margin."""
    lines = README.split(words, 1)[1].lstrip("\n").splitlines(keepends=True)
    indented = takewhile(lambda line: line.startswith("    ") or not line.strip(), lines)
    return dedent("".join(indented)).strip() + "\n"


def test_the_worked_example_of_the_readme(copy, today):
    """Soest, as referral/README.md tells it: postcodes, a contact that was seen, and the first table."""
    add_municipality(copy, "Soest", today)
    folder = copy / "municipalities/soest"
    (folder / "rules/werk.yaml").write_text(shown_after("`rules/werk.yaml`:"), "utf-8")
    areas = (folder / "areas.yaml").read_text("utf-8")
    assert "`whole_city: [3761, 3762]`" in README
    (folder / "areas.yaml").write_text(f"{areas}whole_city: [3761, 3762]\n", "utf-8")
    own = (folder / "organisations.yaml").read_text("utf-8")
    seen = indent(shown_after("what you have seen yourself today:"), "    ").strip()
    (folder / "organisations.yaml").write_text(own.replace("contacts: []", seen), "utf-8")
    guide = load_guide(copy)

    assert prove(guide, today).faults == ()
    assert locate("3761 AB", guide.areas, answering=True).city == "soest"
    assert [one.rule for one in decided(guide, "werk", today).referrals] == ["soest-werk"]
    left = [str(one) for one in still_general(guide, today) if one.place == "soest"]
    assert left[0].startswith("soest: 23 thema's gaan naar de eigen gemeente")
    assert not any("algemene ingang" in one for one in left)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Utrecht", "is there already"),
        ("amersfoort", "is there already"),
        ("", "is no name"),
        ("!!", "is no name"),
        ("Elsewhere", "is no name"),
    ],
)
def test_what_cannot_be_added_says_why(copy, today, name, wrong):
    before = read_texts(copy)

    with pytest.raises(NotAdded, match=wrong):
        add_municipality(copy, name, today)

    assert read_texts(copy) == before


def test_a_name_never_leads_out_of_the_folder(copy, today):
    assert add_municipality(copy, "../../etc", today)[0] == "municipalities/etc/areas.yaml"


def test_nothing_is_written_when_the_files_have_faults(copy, today):
    file = copy / "national/signals.yaml"
    file.write_text(file.read_text("utf-8").replace("line: 113", "line: 114"), "utf-8")
    before = read_texts(copy)

    with pytest.raises(FaultsFound):
        add_municipality(copy, "Soest", date(2026, 11, 21))

    assert read_texts(copy) == before
