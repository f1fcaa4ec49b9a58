"""The papers of a municipality say what holds here, and leave open what only the municipality knows."""

import json
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.dossier import installation_of, papers
from bot.retention import retention_of
from bot.settings import settings_from
from referral.load import load_guide

ROOT = Path(__file__).parents[2]
ON = date(2026, 11, 22)
REQUIRED = (  # of the Algoritmeregister's publication standard 1.0.0
    *("naam", "korte_omschrijving", "organisatie", "status"),
    *("contactgegevens", "publicatiecategorie", "taal", "standaardversie"),
)


@pytest.fixture(scope="module")
def write():
    guide = load_guide()

    def written(municipality="utrecht", **environment):
        languages = {"Nederlands": True, "Türkçe": False}
        return papers(installation_of(settings_from(environment), guide, municipality, languages, ON))

    return written


def test_the_entry_of_the_register_has_what_it_must_have(write):
    entry = json.loads(write()["algoritmeregister.json"])

    assert all(entry[name] for name in REQUIRED)
    assert len(entry["naam"]) < 100
    assert len(entry["korte_omschrijving"]) < 350
    assert entry["organisatie"] == "Gemeente Utrecht"
    assert "INVULLEN" in entry["wettelijke_basis"]


def test_the_papers_follow_the_settings(write):
    plain = write("amersfoort")
    full = write(
        WEGWIJS_TELEGRAM_TOKEN="1:a",
        WEGWIJS_LLM_URL="http://llm:8000/v1",
        WEGWIJS_LLM_MODEL="groot-model",
        WEGWIJS_PRIVACY_CONTACT="privacy@gemeente.example",
        WEGWIJS_KEEP_CONVERSATION_DAYS="12",
    )

    assert "Telegram" not in plain["dpia.md"]
    assert "Telegram" in full["dpia.md"]
    assert "groot-model" in full["dpia.md"]
    assert "groot-model" in json.loads(full["algoritmeregister.json"])["afwegingen"]
    assert "privacy@gemeente.example" in full["dpia.md"]
    assert "12 dagen na het laatste bericht" in full["bewaartermijnen.md"]
    assert "Gemeente Amersfoort" in plain["algoritmeregister.json"]
    assert "niet nagelezen: Türkçe" in plain["dpia.md"]


def test_every_term_stands_in_the_register_of_what_is_kept(write):
    rows = [line for line in write()["bewaartermijnen.md"].splitlines() if line.startswith("| ")]

    assert len(rows) == 1 + len(retention_of(settings_from({})))


def test_publiccode_has_what_its_standard_asks():
    told = YAML(typ="safe").load((ROOT / "publiccode.yml").read_text("utf-8"))

    assert {"publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType"} <= told.keys()
    assert told["legal"]["license"] == "EUPL-1.2"
    assert told["maintenance"]["type"] in ("internal", "contract", "community", "none")
    assert told["localisation"]["localisationReady"] is True
    languages = {path.stem for path in (ROOT / "bot" / "texts").glob("*.yaml")} - {"nl-simple"}
    assert set(told["localisation"]["availableLanguages"]) == languages
    for text in told["description"].values():
        assert len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
