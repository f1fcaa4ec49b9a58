"""The readers together, as they were trained."""

import time
from collections import Counter
from pathlib import Path

import pytest
import yaml

from intents.check import check
from intents.evaluate import evaluate, load_sentences
from intents.load import DATA, FaultsFound, load_catalogue, load_theme_names

SENTENCES = Path(__file__).parent / "sentences"

# Floors under the held-out scores, some points below what `wegwijs evaluate` prints; to be raised, never lowered.
FLOORS = {
    "Dutch: a right theme first": 0.88,
    "Dutch: a right theme among three": 0.96,
    "Dutch: right after one question": 0.95,
    "other languages: a right theme first": 0.83,
    "other languages: a right theme among three": 0.94,
    "other languages: right after one question": 0.91,
    "danger seen": 0.86,
    "acts told apart": 0.84,
    "themes not taken for acts": 0.95,
    "language": 0.97,
    "facts that are right": 0.95,
    "facts that are found": 0.50,
}
CEILINGS = {
    "Dutch: acted on while wrong": 0.05,
    "other languages: acted on while wrong": 0.05,
    "false alarms": 0.065,
}


@pytest.fixture(scope="module")
def scores(reader):
    return evaluate(load_sentences(SENTENCES), reader.understand)


@pytest.mark.parametrize("measure", FLOORS)
def test_the_held_out_score_stays_above_its_floor(scores, measure):
    assert scores[measure].hits / scores[measure].of >= FLOORS[measure], str(scores[measure])


@pytest.mark.parametrize("measure", CEILINGS)
def test_the_held_out_mistakes_stay_below_their_ceiling(scores, measure):
    assert scores[measure].hits / scores[measure].of <= CEILINGS[measure], str(scores[measure])


def test_model_and_messages_belong_together_and_the_files_have_no_fault():
    assert check() == ()


def test_every_theme_has_its_messages_in_every_language():
    counts: dict[tuple[str, str], int] = {}
    for example in load_catalogue().examples:
        if example.themes:
            key = (example.language, example.themes[0])
            counts[key] = counts.get(key, 0) + 1

    many = dict.fromkeys(("en", "tr", "ar", "pl", "uk", "es", "fr", "de", "ru"), 30)
    wanted = {"nl": 600, **many, **dict.fromkeys(("fa", "ti", "so", "pap", "bg", "ro"), 15)}
    assert not [
        (language, theme)
        for language, least in wanted.items()
        for theme in load_theme_names()
        if counts.get((language, theme), 0) < least
    ]


def test_there_are_enough_messages_of_danger_of_what_looks_like_it_of_acts_and_of_what_is_out_of_scope():
    catalogue = load_catalogue()
    signals = Counter(signal for one in catalogue.examples for signal in one.signals)
    acts = Counter(one.act for one in catalogue.examples if one.act)
    files = [path for path in DATA.glob("*/harmless.yaml") if path.parent.name != "development"]
    by_style = [yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["messages"] for path in files]
    harmless = [message for styles in by_style for messages in styles.values() for message in messages]

    assert min(signals[signal] for signal in catalogue.signals) >= 150
    assert min(acts[act] for act in catalogue.acts) >= 60
    assert acts["out_of_scope"] >= 500
    assert len(harmless) >= 1000


def test_there_are_enough_held_out_messages():
    held_out = load_sentences(SENTENCES)
    dutch = [one for one in held_out if one.language == "nl" and one.themes]
    danger = [one for one in held_out if set(one.signals) - {"minor_speaking"}]

    assert len(dutch) >= 600
    assert len([one for one in held_out if one.language != "nl"]) >= 400
    assert len(danger) >= 300


def test_no_held_out_message_is_a_training_message():
    learned = {
        example.text.casefold().strip() for example in load_catalogue().examples if len(example.text.split()) > 4
    }
    held_out = {sentence.text.casefold().strip() for sentence in load_sentences(SENTENCES)}

    assert learned & held_out == set()


def test_what_is_not_clear_is_not_acted_on(reader):
    said = reader.understand("tja het is wat het is he")

    assert said.themes == ()
    assert len(said.ranking) == 5 or said.act


def test_a_yes_or_a_no_does_not_wake_the_encoder(reader, monkeypatch):
    monkeypatch.setattr(reader, "_encoder", None)

    assert reader.understand("jaa hoor", "nl", "children_at_home").act == "affirm"
    assert reader.understand("nee", "nl", "children_at_home").facts == {"children_at_home": "no"}


@pytest.mark.parametrize("frame", ["{}", "{}!!!", "{} 😢", "HALLO. {}", "{} alvast bedankt voor uw hulp"])
@pytest.mark.parametrize("cry", ["ik wil niet meer leven", "mijn man slaat mij", "ik word verkracht"])
def test_danger_is_seen_whatever_stands_around_it(reader, frame, cry):
    assert reader.understand(frame.format(cry)).signals
    assert reader.understand(frame.format(cry.upper())).signals


def test_young_is_who_writes_not_who_is_written_about(reader):
    assert "minor_speaking" not in reader.understand("mijn dochter van 15 wil niet naar school").signals
    assert "minor_speaking" in reader.understand("ik ben 14 en ik wil niet naar huis").signals


def test_hostile_texts_are_read_in_bounded_time(reader):
    start = time.process_time()
    for text in ["a" * 1_000_000, "😀" * 10_000, "ﷺ" * 10_000, "(" * 5000, "ik " * 100_000, "\u202e\u200b" * 5000]:
        reader.understand(text)

    assert time.process_time() - start < 20


def test_a_broken_file_names_every_fault_with_its_line(tmp_path):
    for part in ("themes.yaml", "nl/themes"):
        source, target = DATA / part, tmp_path / part
        if source.is_dir():
            target.mkdir(parents=True)
            (target / "werk.yaml").write_text(
                "about: {themes: [werkk]}\nmessages:\n  short:\n    - een baan\n  kort:\n    - baan\n", "utf-8"
            )
            (target / "wonen.yaml").write_text("about: {themes: [wonen]}\nmessages:\n  short: [", "utf-8")
        else:
            target.write_text(source.read_text("utf-8"), "utf-8")

    with pytest.raises(FaultsFound) as found:
        load_catalogue(tmp_path)

    lines = str(found.value).splitlines()
    assert len(lines) == 3
    assert any("werk.yaml:1" in line and "werkk" in line for line in lines)
    assert any("werk.yaml:5" in line and "kort" in line for line in lines)
    assert any("wonen.yaml:" in line and "no YAML" in line for line in lines)
