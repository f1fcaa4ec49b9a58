"""The words of other languages: one page a language, complete, and every slip in it with its line and its mend."""

import pytest

from referral.load import DATA, FaultsFound, load_guide, parse_all, read_texts
from referral.translate import (
    FOR_STAFF,
    is_page,
    left_over,
    next_to,
    places_in,
    sentences_in,
    untranslated,
    with_translations,
)

DOCUMENTS = {name: content for name, (_, content) in parse_all(read_texts(DATA))[0].items()}
PAGES = {name: page for name, page in DOCUMENTS.items() if is_page(name)}
LANGUAGES = {name.removeprefix("words/").removesuffix(".yaml") for name in PAGES}
TURKISH = "words/tr.yaml"
KNOWN = '"Waar woont u? Een postcode, buurt of plaats is genoeg.":'


def line_of(copy, fault):
    return (copy / fault.file).read_text("utf-8").splitlines()[fault.line - 1]


def test_every_sentence_that_residents_read_is_there_in_every_language():
    assert len(LANGUAGES) == 15
    assert untranslated(DOCUMENTS) == dict.fromkeys(LANGUAGES, ())


def test_no_translation_is_left_of_a_sentence_that_is_not_there_any_more():
    assert left_over(DOCUMENTS) == dict.fromkeys(LANGUAGES, ())


def test_a_changed_sentence_leaves_its_translations_behind_and_is_said_in_english_until_they_are_there():
    documents = {"a.yaml": {"why": {"nl": "Nieuw.", "en": "New."}}, "words/tr.yaml": {"Oud.": "Eski."}}

    translated, slips = with_translations(documents)

    assert slips == []
    assert translated["a.yaml"]["why"]["tr"] == "New."
    assert (untranslated(documents), left_over(documents)) == ({"tr": ("Nieuw.",)}, {"tr": ("Oud.",)})


@pytest.mark.parametrize("name", PAGES)
def test_a_translation_fills_in_what_the_dutch_does_and_raises_no_voice(name):
    for dutch, said in PAGES[name].items():
        assert places_in(said) == places_in(dutch), dutch
        assert said.strip()
        assert "!" not in said
        assert "TODO" not in said


def test_every_sentence_of_the_guide_is_there_in_all_seventeen_languages(guide):
    everywhere = LANGUAGES | {"nl", "en"}
    rules = [rule for tables in guide.tables.values() for table in tables.values() for rule in table.rules]
    rules += [rule for plan in guide.plans.values() for rule in plan.rules]
    facts = [fact for name, fact in guide.facts.items() if name != "wijk"]  # a wijk is called the same everywhere
    organisations = guide.organisations.values()
    said = [
        *(rule.because for rule in rules),
        *(words for one in organisations for words in (one.does, one.bring) if words),
        *(words for fact in facts for words in (fact.question, fact.why, *fact.values.values()) if words),
        *guide.sentences.values(),
    ]

    assert len(everywhere) == 17
    assert [words["nl"] for words in said if set(words) != everywhere or not all(words.values())] == []


def test_what_only_staff_read_is_not_translated():
    about_staff = {"changes": [{"nl": "Dit verandert.", "en": "This changes."}], "name": {"nl": "Naam", "en": "Name"}}

    translated, slips = with_translations({"a.yaml": about_staff, "words/tr.yaml": {"Naam": "İsim"}})

    assert [words["nl"] for words in sentences_in(about_staff)] == ["Naam"]
    assert translated["a.yaml"]["changes"] == about_staff["changes"]
    assert translated["a.yaml"]["name"] == {"nl": "Naam", "en": "Name", "tr": "İsim"}
    assert slips == []
    assert "changes" in FOR_STAFF


@pytest.mark.parametrize(
    ("file", "old", "new", "stands", "what", "mend"),
    [
        (TURKISH, "itibarıyla", "itibarıyla {date}", "{date}", "other {places}", "Use the same"),
        (TURKISH, "{time} itibarıyla", "itibarıyla", "vandaag vanaf", "other {places}", "Use the same"),
        (TURKISH, "{time} itibarıyla", "{time itibarıyla", "vandaag vanaf", "other {places}", "Use the same"),
        (TURKISH, "{time} itibarıyla", "{} itibarıyla", "vandaag vanaf", "other {places}", "Use the same"),
    ],
    ids=["one more", "one less", "half a brace", "without a name"],
)
def test_a_line_that_cannot_be_filled_in_is_shown_with_its_line_and_its_mend(
    file, old, new, stands, what, mend, spoil, copy
):
    faults = spoil(file, old, new)

    found = next(fault for fault in faults if fault.file == TURKISH)
    assert what in found.what
    assert mend in found.mend
    assert stands in line_of(copy, found)


@pytest.mark.parametrize("nothing", ["", " ", '""', '" "', "[]", "{nl: Waar}"])
def test_a_translation_that_is_missing_is_shown_with_its_line_and_its_mend(nothing, copy):
    page = copy / TURKISH
    lines = page.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(KNOWN))
    lines[at] = f"{KNOWN} {nothing}"
    page.write_text("\n".join(lines), "utf-8")

    with pytest.raises(FaultsFound) as found:
        load_guide(copy)

    (fault,) = found.value.faults
    assert (fault.file, fault.line) == (TURKISH, at + 1)
    assert (fault.what, fault.mend) == ("the translation is missing.", "Write it behind the colon.")


@pytest.mark.parametrize("content", ["", "- just\n- a list\n", "text"])
def test_a_page_that_is_no_list_of_sentences_is_a_fault(content, copy):
    (copy / TURKISH).write_text(content, "utf-8")

    with pytest.raises(FaultsFound) as found:
        load_guide(copy)

    assert {fault.file for fault in found.value.faults} == {TURKISH}


def test_a_sentence_that_stands_twice_on_a_page_is_a_fault(copy):
    page = copy / TURKISH
    page.write_text(f'{page.read_text("utf-8")}\n{KNOWN} "Nerede?"\n', "utf-8")

    with pytest.raises(FaultsFound) as found:
        load_guide(copy)

    assert {fault.file for fault in found.value.faults} == {TURKISH}


@pytest.mark.parametrize(("language", "instead"), [("tr", "en"), ("ar", "en"), ("nl-simple", "nl")])
def test_english_stands_in_where_a_translation_is_missing_and_dutch_for_easy_dutch(language, instead, copy):
    page = copy / f"words/{language}.yaml"
    lines = page.read_text("utf-8").splitlines()
    page.write_text("\n".join(line for line in lines if not line.startswith(KNOWN)), "utf-8")

    question = load_guide(copy).facts["place"].question

    assert question[language] == question[instead]
    assert next_to(language) == instead


def test_what_is_not_translated_yet_is_told_by_language_in_the_order_of_the_files():
    documents = {
        "a.yaml": {"one": {"nl": "Een", "en": "One"}, "two": {"nl": "Twee", "en": "Two"}},
        "b.yaml": [{"nl": "Een", "en": "One"}, {"nl": "Jan", "en": "Jan"}],  # a name is the same everywhere
        "words/tr.yaml": {"Twee": "İki"},
        "words/pl.yaml": {},
    }

    assert untranslated(documents) == {"tr": ("Een",), "pl": ("Een", "Twee")}


def test_without_pages_everything_stays_as_it_was():
    documents = {"a.yaml": {"one": {"nl": "Een", "en": "One"}}}

    assert with_translations(documents) == (documents, [])
