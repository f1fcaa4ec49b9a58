"""All Dutch that residents read is plain, and easy Dutch is easier still."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from ruamel.yaml import YAML

from bot.phrases import TEXTS
from referral.load import DATA as DATA_FILES
from referral.load import parse_all, read_texts
from referral.translate import is_page, sentences_in
from tests.plain_dutch import (
    CHECKS,
    DATA,
    EASY,
    EASY_PAPER,
    KNOWN,
    OWN,
    PAPER,
    Level,
    ease,
    familiar,
    is_rare,
    jargon,
    loud,
    passive,
    rare,
    sentences,
    too_long,
    words,
)

WEB = TEXTS.parent / "channels" / "web" / "texts"
PAPERS = WEB.parent / "paper_texts"
TO_CHILDREN = "danger.kindertelefoon"

Texts = dict[str, str]


def read(path: Path) -> Texts:
    """The texts of a file by their keys."""
    return dict(flat(YAML(typ="base").load(path.read_text("utf-8"))))


def flat(entry: Mapping, prefix: str = ""):
    for key, value in entry.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def in_data() -> dict[str, Texts]:
    """The Dutch sentences of the data files by place: one table has too few words to measure."""
    found: dict[str, Texts] = {}
    for name, (_, document) in parse_all(read_texts(DATA_FILES))[0].items():
        if not is_page(name):
            said = {one["nl"]: one["nl"] for one in sentences_in(document)}
            place = str(PurePosixPath("referral/data", name).parent).removesuffix("/rules")
            found.setdefault(place, {}).update(said)
    return {place: texts for place, texts in found.items() if texts}


FILES: dict[str, tuple[Level, Texts]] = {
    "bot/texts/nl.yaml": (OWN, read(TEXTS / "nl.yaml")),
    "bot/channels/web/texts/nl.yaml": (OWN, read(WEB / "nl.yaml")),
    **{place: (DATA, texts) for place, texts in in_data().items()},
    "bot/texts/nl-simple.yaml": (EASY, read(TEXTS / "nl-simple.yaml")),
    "bot/channels/web/texts/nl-simple.yaml": (EASY, read(WEB / "nl-simple.yaml")),
    "bot/channels/web/paper_texts/nl.yaml": (PAPER, read(PAPERS / "nl.yaml")),
    "bot/channels/web/paper_texts/nl-simple.yaml": (EASY_PAPER, read(PAPERS / "nl-simple.yaml")),
    "referral/data/words/nl-simple.yaml": (EASY, read(DATA_FILES / "words" / "nl-simple.yaml")),
}
EVERYTHING = {text for _, texts in FILES.values() for text in texts.values()}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("file", FILES)
def test_every_text_is_plain(file, check):
    level, texts = FILES[file]
    read_by_adults = [text for key, text in texts.items() if check is not familiar or key != TO_CHILDREN]

    assert [fault for text in read_by_adults for fault in check(text, level)] == []


@pytest.mark.parametrize("file", FILES)
def test_every_file_reads_easily_as_a_whole(file):
    level, texts = FILES[file]

    assert ease(texts.values()) >= level.floor


def test_every_file_has_enough_words_to_be_measured():
    counted = {file: sum(len(words(text)) for text in texts.values()) for file, (_, texts) in FILES.items()}

    assert [file for file, count in counted.items() if count < 100] == []


def test_easy_dutch_is_easier_than_dutch():
    for folder in ("bot/texts", "bot/channels/web/texts"):
        plain, easy = (ease(FILES[f"{folder}/{name}.yaml"][1].values()) for name in ("nl", "nl-simple"))

        assert easy > plain


def test_the_list_of_known_words_holds_nothing_that_is_not_needed():
    used = {word.casefold() for text in EVERYTHING for word in words(text) if is_rare(word, EASY)}

    assert {word for name in PAPER.lists for word in KNOWN[name] if word.casefold() not in used} == set()
    assert set(KNOWN["long"]) <= {sentence for text in EVERYTHING for sentence in sentences(text)}


@pytest.mark.parametrize(
    ("check", "level", "text"),
    [
        (too_long, OWN, "Als u vandaag of morgen uw huis uit moet en nog geen ander huis heeft, bel dan de gemeente."),
        (too_long, DATA, "Deze organisatie helpt mensen die geen werk hebben en geen geld, en ook hun kinderen en alle "
                         "andere mensen die bij hen in huis wonen."),
        (too_long, EASY, "U kunt vandaag bellen met de gemeente als u hulp nodig heeft."),
        (rare, OWN, "Wij verwelkomen u in de ontvangstruimte."),
        (rare, EASY, "Hier staat de bemiddelaar."),
        (jargon, OWN, "Indien u hulp nodig heeft, belt u ons."),
        (jargon, DATA, "U dient te bellen met de gemeente."),
        (jargon, DATA, "Vraag de voorzieningen aan bij de gemeente."),
        (passive, EASY, "Uw brief wordt gelezen."),
        (loud, OWN, "Bel ons gerust!"),
        (familiar, OWN, "Hoe kan ik je helpen?"),
        (familiar, EASY, "Jouw vraag ligt bij ons."),
    ],
)  # fmt: skip
def test_a_bad_sentence_is_found_by_its_own_check_alone(check, level, text):
    assert [one for one in CHECKS if list(one(text, level))] == [check]


@pytest.mark.parametrize("level", [OWN, DATA, EASY])
def test_a_plain_sentence_passes(level):
    text = "Bent u op zoek naar hulp? JoU of {name} helpt u. Bel 0800-2000, van 9.00 tot 17.00."

    assert [fault for check in CHECKS for fault in check(text, level)] == []


def test_a_fault_says_what_to_mend():
    assert list(jargon("Bel ons indien nodig.", OWN)) == [
        '"indien" is officialese. Write "als", or say it otherwise: "Bel ons indien nodig."'
    ]


def test_officialese_reads_hard_as_a_whole():
    letter = """
        Naar aanleiding van uw aanvraag om maatschappelijke ondersteuning delen wij u mede dat de gemeentelijke
        uitvoeringsorganisatie uw persoonlijke omstandigheden zorgvuldig heeft geïnventariseerd. Overeenkomstig de
        geldende verordening ontvangt u binnen afzienbare termijn een gemotiveerde beslissing, waartegen u desgewenst
        schriftelijk bezwaar kunt aantekenen bij het college van burgemeester en wethouders."""

    assert ease([letter]) < 40 < DATA.floor
