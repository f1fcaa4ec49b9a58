"""Changes laid over the data files: texts in, texts out, and nothing else in them touched."""

import difflib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referral.load import DATA, digest, load_guide, parse, read_book, read_texts
from referral.overlaid import guide_over, new_faults, over, raw_entry
from referral.overlay import Edit, began_as, named
from referral.week import Hours, hours_from
from referral.week_words import hours_in_words

UTRECHT = "municipalities/utrecht/organisations.yaml"
MANTELZORG, DOCK = "utrecht-mantelzorg", "utrecht-dock"
TODAY = date(2026, 11, 22)
SEEN = {"source": "https://www.mantelzorgutrecht.nl", "source_date": "2026-11-22", "checked_on": "2026-11-22"}


@pytest.fixture(scope="module")
def texts():
    return read_texts(DATA)


def contact(texts, organisation, kind, at=0):
    """Return a contact as it stands in the files."""
    return [one for one in raw_entry(texts, organisation)["contacts"] if one["kind"] == kind][at]


def edit(texts, organisation, kind, at=0, earlier=(), **fields):
    """Return an edit of a contact as it stands; a field that becomes None is taken out."""
    before = contact(texts, organisation, kind, at)
    after = {name: value for name, value in {**before, **SEEN, **fields}.items() if value is not None}
    return Edit(organisation=organisation, contact=began_as(earlier, organisation, before), before=before, after=after)


def lines_changed(before, after):
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def states(overlay):
    return [one.state for one in overlay.standings]


def written_elsewhere(texts, old, new):
    """Return the texts as somebody else changed them."""
    assert old in texts[UTRECHT]
    return {**texts, UTRECHT: texts[UTRECHT].replace(old, new, 1)}


# ---------------------------------------------------------------- laying over


def test_a_file_without_changes_stays_as_it_is_to_the_letter(texts):
    assert over(texts, ()).texts == texts


def test_a_changed_number_changes_one_line_and_no_comment(texts):
    overlay = over(texts, [edit(texts, MANTELZORG, "phone", value="030 236 17 99", hours=None, verified="true")])

    assert states(overlay) == ["over"]
    assert lines_changed(texts[UTRECHT], overlay.texts[UTRECHT]) == [
        "-       - {kind: phone, value: 030 236 17 40, hours: {nl: 10.00-13.00 (2018), en: 10.00-13.00 (2018)}, "
        'verified: false, source: u-centraal.nl; mantelzorgutrecht.nl (FAQ), source_date: "2018, undated"}',
        "+       - {kind: phone, value: 030 236 17 99, verified: true, "
        'source: "https://www.mantelzorgutrecht.nl", source_date: "2026-11-22", checked_on: 2026-11-22}',
    ]
    assert {name for name in texts if texts[name] != overlay.texts[name]} == {UTRECHT}


def test_what_is_laid_over_makes_a_sound_guide_with_a_version_of_its_own(texts):
    guide, _ = guide_over(texts, [edit(texts, MANTELZORG, "phone", value="030 236 17 99", hours=None, verified="true")])

    shown = [one.value for one in guide.contacts(MANTELZORG, TODAY)]
    assert shown == ["https://www.mantelzorgutrecht.nl", "030 236 17 99"]
    assert guide.version != load_guide().version


def test_without_edits_the_guide_is_that_of_the_files(texts):
    guide, _ = guide_over(texts, ())

    assert guide == load_guide()


def test_hours_that_were_typed_stand_in_the_file_in_words_and_in_figures(texts):
    hours = Hours.model_validate(hours_from({"ma-di": "9.00-17.00", "wo": ["9.00-12.30", "13.00-17.00"]}), strict=False)

    changed = edit(texts, DOCK, "phone", hours=dict(hours_in_words(hours)), open=hours.written(), verified="true")
    overlay = over(texts, [changed])

    assert contact(overlay.texts, DOCK, "phone") == changed.after
    assert not read_book(overlay.texts, our_own=False)[1]


def test_an_added_contact_is_written_like_those_above_it(texts):
    new = {"kind": "email", "value": "info@dock.nl", "verified": "true", **SEEN}
    overlay = over(texts, [Edit(organisation=DOCK, contact=named(new), before=None, after=new)])

    assert lines_changed(texts[UTRECHT], overlay.texts[UTRECHT]) == [
        '+       - {kind: email, value: "info@dock.nl", verified: true, '
        'source: "https://www.mantelzorgutrecht.nl", source_date: 2026-11-22, checked_on: 2026-11-22}'
    ]


def test_an_added_contact_that_is_taken_back_leaves_no_trace(texts):
    new = {"kind": "email", "value": "info@dock.nl", "verified": "true", **SEEN}
    added = Edit(organisation=DOCK, contact=named(new), before=None, after=new)
    gone = Edit(organisation=DOCK, contact=named(new), before=new, after=None)

    assert over(texts, [added, gone]).texts == texts
    assert over(over(texts, [added]).texts, [added, gone]).texts == texts


def test_a_whole_organisation_can_be_checked(texts):
    entry = raw_entry(texts, DOCK)
    before = {name: entry[name] for name in ("source", "checked_on")}
    checked = Edit(organisation=DOCK, before=before, after={**before, "checked_on": "2027-03-01"})

    changed = lines_changed(texts[UTRECHT], over(texts, [checked]).texts[UTRECHT])

    assert changed == ["-     checked_on: 2026-11-21", "+     checked_on: 2027-03-01"]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=60))
def test_whatever_is_typed_as_a_source_comes_back_the_same(text):
    texts = {"a/organisations.yaml": "organisations:\n  - id: een\n    contacts:\n      - {kind: phone, value: 112}\n"}
    before = {"kind": "phone", "value": "112"}
    changed = Edit(organisation="een", contact=named(before), before=before, after={**before, "source": text})

    written = over(texts, [changed]).texts["a/organisations.yaml"]

    assert parse(written)["organisations"][0]["contacts"] == [{**before, "source": text}]


# ---------------------------------------------------------------- against the files


def test_once_it_is_in_the_files_nothing_is_left(texts):
    first = edit(texts, DOCK, "phone", value="088 855 51 00")
    second = edit(over(texts, [first]).texts, DOCK, "phone", earlier=[first], value="088 855 51 01")
    exported = over(texts, [first, second]).texts

    after = over(exported, [first, second])

    assert states(after) == ["settled"]
    assert after.texts == exported
    assert after.difference == ()


def test_the_version_stays_the_same_when_it_is_exported(texts):
    edits = [edit(texts, DOCK, "phone", value="088 855 51 00")]
    guide, overlay = guide_over(texts, edits)

    assert digest(overlay.texts) == guide.version
    assert guide_over(overlay.texts, edits)[0].version == guide.version


def test_edits_of_one_contact_are_one_chain_also_when_its_number_changes(texts):
    first = edit(texts, DOCK, "phone", value="088 855 51 00")
    second = edit(over(texts, [first]).texts, DOCK, "phone", earlier=[first], value="088 855 51 01")

    overlay = over(texts, [first, second])

    assert [one.ours["value"] for one in overlay.standings] == ["088 855 51 01"]
    assert contact(overlay.texts, DOCK, "phone")["value"] == "088 855 51 01"


def test_a_file_that_was_exported_half_way_takes_the_last_edit(texts):
    first = edit(texts, DOCK, "phone", value="088 855 51 00")
    half = over(texts, [first]).texts
    second = edit(half, DOCK, "phone", earlier=[first], value="088 855 51 01")

    overlay = over(half, [first, second])

    assert contact(overlay.texts, DOCK, "phone")["value"] == "088 855 51 01"


def test_a_reverted_edit_is_undone_also_in_a_file_that_has_it(texts):
    first = edit(texts, DOCK, "phone", value="088 855 51 00")
    back = Edit(organisation=DOCK, contact=first.contact, before=first.after, after=first.before)

    assert over(texts, [first, back]).texts == texts
    assert contact(over(over(texts, [first]).texts, [first, back]).texts, DOCK, "phone") == first.before


def test_what_a_file_says_otherwise_since_holds_until_somebody_chose(texts):
    ours = edit(texts, DOCK, "phone", value="088 855 51 00")
    theirs = written_elsewhere(texts, "088 855 51 26", "088 855 51 77")

    overlay = over(theirs, [ours])

    (standing,) = overlay.standings
    assert (standing.state, standing.fields) == ("conflict", ours.fields)
    assert standing.theirs["value"] == "088 855 51 77"
    assert overlay.texts == theirs


def test_the_same_field_changed_by_both_is_a_conflict_and_another_field_is_not(texts):
    ours = edit(texts, MANTELZORG, "phone", value="030 236 17 99")

    source = written_elsewhere(texts, "u-centraal.nl; mantelzorgutrecht.nl (FAQ)", "gebeld")
    hours = written_elsewhere(texts, "{nl: 10.00-13.00 (2018)", "{nl: 10.00-13.00 (2019)")

    assert states(over(source, [ours])) == ["conflict"]
    assert states(over(hours, [ours])) == ["over"]


def test_whichever_is_chosen_the_conflict_is_over(texts):
    ours = edit(texts, DOCK, "phone", value="088 855 51 00")
    files = written_elsewhere(texts, "088 855 51 26", "088 855 51 77")
    theirs = contact(files, DOCK, "phone")

    keep = Edit(organisation=DOCK, contact=ours.contact, before=theirs, after=ours.after)
    yielded = Edit(organisation=DOCK, contact=ours.contact, before=ours.after, after=theirs)

    kept = over(files, [ours, keep])
    assert (states(kept), contact(kept.texts, DOCK, "phone")["value"]) == (["over"], "088 855 51 00")
    assert (states(over(files, [ours, yielded])), over(files, [ours, yielded]).texts) == (["settled"], files)


def test_an_organisation_that_left_the_files_takes_its_edits_along(texts):
    gone = Edit(organisation="opgeheven", contact=("phone", "", "1"), before={"value": "1"}, after={"value": "2"})

    overlay = over(texts, [gone])

    assert (states(overlay), overlay.texts) == (["conflict"], texts)


def test_an_edit_that_no_longer_fits_the_files_is_left_out_and_told(texts):
    sound = edit(texts, DOCK, "phone", value="088 855 51 00")
    number = edit(texts, MANTELZORG, "phone", value="030 236 17 99", hours=None, verified="true")
    files = written_elsewhere(
        texts,
        "    source: u-centraal.nl; mantelzorgutrecht.nl\n",
        "    never_show: {030 236 17 99: fout}\n    source: u-centraal.nl; mantelzorgutrecht.nl\n",
    )

    guide, overlay = guide_over(files, [sound, number])

    assert {one.organisation: one.state for one in overlay.standings} == {DOCK: "over", MANTELZORG: "fault"}
    assert "030 236 17 99" not in [one.value for one in guide.organisations[MANTELZORG].contacts]
    assert "must never be shown" in overlay.standings[-1].faults[0].what


# ---------------------------------------------------------------- check and prove


def test_an_edit_is_held_against_check(texts):
    faults = new_faults(texts, (), edit(texts, DOCK, "phone", value="030 236 17 99", verified="misschien"), TODAY)

    assert [(fault.what, fault.mend) for fault in faults] == [("'verified' is 'misschien'.", "Write true or false.")]


def test_an_edit_is_held_against_prove(texts):
    """The own municipality has one contact: without it nobody elsewhere can be helped."""
    faults = new_faults(texts, (), edit(texts, "own-municipality", "route", valid_until="2026-12-31"), TODAY)

    assert any("niet te bereiken" in fault.what for fault in faults)


def test_a_sound_edit_brings_no_fault(texts):
    assert new_faults(texts, (), edit(texts, DOCK, "phone", value="088 855 51 00"), TODAY) == ()


@pytest.mark.parametrize(
    ("written", "dutch", "english"),
    [
        ({"ma-zo": "0.00-24.00", "feestdagen": "0.00-24.00"}, "dag en nacht", "day and night"),
        ({"ma-zo": "9.00-21.00", "feestdagen": "9.00-21.00"}, "elke dag 9.00-21.00", "daily 9.00-21.00"),
        ({"ma-vr": "9.00-17.00"}, "werkdagen 9.00-17.00", "weekdays 9.00-17.00"),
        (
            {"ma-di": "9.00-17.00", "do": "9.00-17.00", "wo": "9.00-13.00", "vr": "9.00-13.00"},
            "ma, di en do 9.00-17.00; wo en vr 9.00-13.00",
            "Mon, Tue and Thu 9.00-17.00; Wed and Fri 9.00-13.00",
        ),
        (
            {"ma-do": ["9.00-12.30", "13.00-17.00"], "feestdagen": "10.00-12.00"},
            "ma tot en met do 9.00-12.30 en 13.00-17.00; feestdagen 10.00-12.00",
            "Mon to Thu 9.00-12.30 and 13.00-17.00; public holidays 10.00-12.00",
        ),
    ],
)
def test_hours_are_said_in_words(written, dutch, english):
    hours = Hours.model_validate(hours_from(written), strict=False)

    assert hours_in_words(hours) == {"nl": dutch, "en": english}
