"""Broken data files: every slip with its file, its line, what is wrong and the mend."""

import pytest

from referral.load import FaultsFound, load_guide

RULES = "municipalities/utrecht/rules"
MONEY, HOME, YOUTH = f"{RULES}/geldzorgen.yaml", f"{RULES}/wonen.yaml", f"{RULES}/jongeren.yaml"
WORK, LANGUAGE, PLAN = f"{RULES}/werk.yaml", f"{RULES}/taal_inburgering.yaml", f"{RULES}/_plan.yaml"
FACTS, SIGNALS, LINES = "facts.yaml", "national/signals.yaml", "national/helplines.yaml"
SOCIAL = "municipalities/utrecht/organisations.yaml"
PLACES = "municipalities/utrecht/areas.yaml"

SPOILED = [
    # file, old text, new text, what stands on the line that is shown, part of what is wrong, part of the mend
    (MONEY, "theme: geldzorgen", "theme: geldzorg", "theme: geldzorg", "theme 'geldzorg' does not", "mean geldzorgen?"),
    (MONEY, "home_or_utilities_at_risk: yes", "home_at_risk: yes", "home_at_risk", "fact 'home_at_risk'", "home_or"),
    (MONEY, "age: 18-22", "age: 18-26", "age: 18-26", "value of age '18-26' does not exist", "Did you mean 18-22?"),
    (MONEY, "[utrecht-buurtteam-mbo]", "[utrecht-buurteam-mbo]", "buurteam", "'utrecht-buurteam-mbo'", "buurtteam-mbo"),
    (MONEY, "[utrecht-u-pas, ", "[utrecht-upas, ", "utrecht-upas", "organisation 'utrecht-upas'", "utrecht-u-pas"),
    (MONEY, "refer_to: [utrecht-buurtteam-mbo]", "refer_to: []", "refer_to: []", "leads to nobody", "Name an org"),
    (MONEY, "beside_below: true", "beside_below: misschien", "misschien", "'beside_below' is 'miss", "true or false"),
    (MONEY, "id: utrecht-geldzorgen-mbo", "id: utrecht-geldzorgen-crisis", "- id:", "is used twice", "another id"),
    (MONEY, "when: {}", "when: {children_at_home: no}", "- id:", "last row, and it does not", "when: {}"),
    (LANGUAGE, "until: 2024-12-31", "until: 2023-12-31", "plicht", "from 2024-01-01 on this is the last", "when: {}"),
    (MONEY, "expect: utrecht-geldzorgen-mbo", "expect: nergens", "nergens", "row 'nergens' does not", "Choose from"),
    (MONEY, "asked: false", "asked: false\n    askd: true", "askd: true", "'askd' is not a word", "mean asked?"),
    (MONEY, "age: 18-22", "age: [18-22, unknown]", "unknown", "never asked cannot fit unknown", "Take unknown out"),
    (MONEY, "home_or_utilities_at_risk: yes", "wijk: utrecht-oost", "wijk: utrecht-oost", "cannot look at the wijk",
     "per_wijk"),
    (HOME, "[roof_tonight]", "[roof_tonigt]", "roof_tonigt", "signal 'roof_tonigt'", "Did you mean roof_tonight?"),
    (YOUTH, "until: 2026-12-31", "until: 2026-12-32", "2026-12-32", "'2026-12-32' is not a date", "2026-12-31"),
    (YOUTH, "from: 2027-01-01", "from: 2027-02-30", "2027-02-30", "'2027-02-30' is not a date", "2026-12-31"),
    (YOUTH, "until: 2026-12-31", "until: soon", "until: soon", "'soon' is not a date", "2026-12-31"),
    (WORK, "      en: This", "      de: This", "because:", "the en words are missing", "Add en"),
    (WORK, "theme: werk\n", "", "about", "'theme' is missing", "Say at the top"),
    (WORK, "source: referral", "bron: referral", "- id:", "'source' is missing", "Add source"),
    (WORK, "rules:", "rules: [", "", "cannot be read", "brackets"),
    (PLAN, "[geldzorgen, wonen,", "[geldzorgen, wone,", "wone,", "theme 'wone'", "Did you mean wonen?"),
    (PLAN, "[utrecht-herstart,", "[utrecht-herstrt,", "herstrt", "'utrecht-herstrt'", "Did you mean utrecht-herstart?"),
    (SOCIAL, "source: own news page", "source: ''", "source: ''", "this contact has no source", "where and when"),
    (SOCIAL, "kind: post", "kind: pigeon", "pigeon", "'kind' is 'pigeon'", "Choose from"),
    (SOCIAL, "wijk: utrecht-noordwest", "wijk: utrecht-noord", "noord,", "wijk 'utrecht-noord'", "noordwest"),
    (SOCIAL, "valid_from: 2019-01-01", "valid_from: 2019-01-01\n    valid_until: 2018-01-01", "2018-01-01",
     "ends before it begins", "Look at both dates"),
    (SOCIAL, "way: utrecht-buurtteam-sociaal", "way: utrecht-voedselbank", "way: utrecht-voed", "goes round", "Break"),
    (SOCIAL, "general_way: utrecht-gemeente\n    does:\n      nl: Helpt bewoners", "does:\n      nl: Helpt bewoners",
     "- id: utrecht-sport-utrecht", "nobody can reach", "general_way"),
    (SOCIAL, "value: 030-286 52 11, note: {nl: rechtstreeks nummer, en: direct line}, verified: false",
     "value: 06-23365051, verified: true", "06-23365051", "must never be shown", "verified: false"),
    (SOCIAL, "verified: true, source: utrecht.nl (wat", "verifed: true, source: utrecht.nl (wat", "verifed",
     "'verified' is missing", "Add verified"),
    (LINES, 'nl: "Politie, brandweer', 'ned: "Politie, brandweer', "Politie", "the nl words are missing", "Add nl"),
    (SIGNALS, "line: kindertelefoon", "line: kindertelefon", "kindertelefon,", "'kindertelefon'", "kindertelefoon"),
    (SIGNALS, "signals: [suicide]}", "signals: [suicde]}", "suicde", "signal 'suicde'", "Did you mean suicide?"),
    (FACTS, "then: {children_at_home: yes}", "then: {children_at_home: ja}", "when:", "children_at_home 'ja'", "yes"),
    (FACTS, "  nl: Wonen er kinderen", "  ne: Wonen er kinderen", "question:", "the nl words are missing", "Add nl"),
    (FACTS, "elsewhere: {nl: Ergens", "somewhere: {nl: Ergens", "values:", "values of city and the fol", "Name every"),
    (FACTS, "why:\n      nl: Elke wijk", "whi:\n      nl: Elke wijk", "whi:", "'whi' is not a word", "mean why?"),
    (PLACES, "  3511: [utrecht-binnenstad]", "  3511: [utrecht-binenstad]", "3511", "'utrecht-binenstad'", "binnen"),
    (PLACES, "  3511: [", "  351: [", "351: [", "'351' is no postcode", "four digits"),
    (PLACES, "id: utrecht\n", "id: utrect\n", "id: utrect", "not the name of this folder", "folder"),
    ("themes.yaml", "medisch: Medische vraag", "medis: Medische vraag", "theme: medisch", "'medisch'", "medis"),
    # file, old text, new text, what stands on the line that is shown, what is wrong, the mend
    (MONEY, "[utrecht-geldzorgen-gezin]", "[utrecht-geldzorgen-gezn]", "goes_before", "not a row below it", "gezin?"),
    (MONEY, "[utrecht-geldzorgen-gezin]", "[utrecht-geldzorgen-crisis]", "goes_before", "not a row below it", "Did"),
    (YOUTH, "    refer_to: [utrecht-jou]", "    refer_to: [utrecht-jou]\n    beside_below: true", "beside_below",
     "no row below", "Take beside_below out"),
    (YOUTH, "{on: 2027-01-01}", "{on: 2027-02-29}", "2027-02-29", "is not a date that exists", "2026-12-31"),
    (MONEY, "{given: {home_or_utilities_at_risk: yes}", "{given: {home_or_utilities_at_risk: ja}", "at_risk: ja",
     "home_or_utilities_at_risk cannot be 'ja'", "Choose from yes, no, unknown"),
    (PLAN, "themes: [geldzorgen, opvoeden]}", "themes: [geldzorge, opvoeden]}", "geldzorge,",
     "themes cannot be 'geldzorge'", "geldzorgen?"),
    (PLAN, "{themes: [geldzorgen, opvoeden]}", "{themes: geldzorgen}", "themes: geldz", "must be a list", "Compare"),
    (MONEY, "age: 18-22, education: mbo}, expect", "age: [18-22], education: mbo}, expect", "age: [18-22]",
     "'age' must be one value", "Compare"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "stands", "what", "mend"), SPOILED)
def test_a_slip_is_shown_with_its_line_and_its_mend(file, old, new, stands, what, mend, spoil, copy):
    faults = spoil(file, old, new)

    found = [fault for fault in faults if what in fault.what and mend in fault.mend]
    assert found, faults
    assert stands in (copy / found[0].file).read_text("utf-8").splitlines()[found[0].line - 1]
    assert str(found[0]).startswith(f"{found[0].file}:{found[0].line}: ")


def test_an_organisation_that_was_deleted_is_named_by_every_row_that_needs_it(spoil):
    faults = spoil(SOCIAL, "  - id: utrecht-sagenn\n", "  - id: utrecht-weg\n")

    assert {fault.file for fault in faults} == {f"{RULES}/taal_inburgering.yaml", "municipalities/utrecht/changes.yaml"}
    assert all("'utrecht-sagenn' does not exist" in fault.what for fault in faults)


def test_a_comma_that_cuts_a_text_in_two_is_found(spoil):
    faults = spoil("facts.yaml", '"Ja, dat lukt"', "Ja, dat lukt")

    assert [(fault.what, fault.mend) for fault in faults] == [
        ("'dat lukt' is no language.", "Put quotes around a text with a comma in it.")
    ]


def test_all_slips_are_shown_at_once(copy, spoil):
    jongeren = copy / "municipalities/utrecht/rules/jongeren.yaml"
    jongeren.write_text(jongeren.read_text("utf-8").replace("2026-12-31", "2026-12-32"), "utf-8")
    (copy / "national/rules/elsewhere.yaml").write_text("theme: [", "utf-8")

    faults = spoil(MONEY, "theme: geldzorgen", "theme: geld")

    assert {fault.file for fault in faults} >= {
        "municipalities/utrecht/rules/jongeren.yaml",
        "national/rules/elsewhere.yaml",
        MONEY,
    }


def test_a_broken_entry_does_not_make_others_look_broken(spoil):
    """The organisation is misspelled inside, but it is there."""
    faults = spoil(SOCIAL, "name: Sagenn", "naam: Sagenn")

    assert {fault.file for fault in faults} == {SOCIAL}


@pytest.mark.parametrize(
    "file", ["facts.yaml", "national/helplines.yaml", "national/rules/_plan.yaml", "municipalities/utrecht/areas.yaml"]
)
def test_a_missing_file_is_a_fault(file, copy):
    (copy / file).unlink()

    with pytest.raises(FaultsFound) as found:
        load_guide(copy)

    assert any(fault.file == file and "missing" in fault.what for fault in found.value.faults)


def test_a_file_in_the_wrong_place_is_a_fault(copy):
    (copy / "national/extra.yaml").write_text("a: b\n", "utf-8")

    with pytest.raises(FaultsFound, match="has no place here"):
        load_guide(copy)


@pytest.mark.parametrize("content", ["", "- just\n- a list\n", "text"])
def test_a_file_that_says_nothing_is_a_fault(content, copy):
    (copy / "themes.yaml").write_text(content, "utf-8")

    with pytest.raises(FaultsFound) as found:
        load_guide(copy)

    assert any(fault.file == "themes.yaml" for fault in found.value.faults)


def test_the_data_of_the_repository_has_no_faults(copy):
    assert load_guide(copy) == load_guide()
