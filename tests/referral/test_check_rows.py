"""Slips around the rows of one file, each with its line: what goes before what, and examples that cannot be run."""

import pytest

RULES = "municipalities/utrecht/rules"
MONEY, YOUTH, PLAN = f"{RULES}/geldzorgen.yaml", f"{RULES}/jongeren.yaml", f"{RULES}/_plan.yaml"

SPOILED = [
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
    assert stands in (copy / file).read_text("utf-8").splitlines()[found[0].line - 1]
