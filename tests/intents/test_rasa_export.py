"""What Rasa 3 is given: valid for it, and every text as it was written."""

import pytest
import yaml as pyyaml
from ruamel.yaml import YAML
from typer.testing import CliRunner

from bot import cli
from intents.load import load_catalogue
from intents.model import Example
from intents.rasa import rasa_files

HARD = [
    "- eerst een streepje",
    'ze zei "kom niet meer" en \'t is zo',
    "eerste regel\ntweede regel\n\n  derde, met spaties ervoor",
    "huur: 3 maanden # te laat",
    "112",
    "nee",
    "null",
    "{geen: lijst} [geen lijst] & * ! | > % @ `",
    "C:\\nieuw\\update \\u0041",
    "الراتب ما يكفي",
    "ik snap t niet 😢",
    "tab\there, next\x85line, line\u2028separator, bom\ufeff, bel\x07, del\x7f",
    "${HOME} betaal ik niet",
]


def example(text, **labels):
    return Example(text=text, **{"language": "nl", "style": "short", "themes": ("werk",), **labels})


def read(text):
    """Read as Rasa does (ruamel.yaml, YAML 1.2), and see that other readers find the same."""
    content = YAML(typ="safe", pure=True).load(text)
    assert pyyaml.safe_load(text) == content
    return content


def messages(examples):
    return {
        one["intent"]: [message["text"] for message in one["examples"]]
        for one in read(rasa_files(examples)["nlu.yml"])["nlu"]
    }


@pytest.mark.parametrize("text", HARD)
def test_a_text_comes_back_as_it_was_written(text):
    assert messages([example("vooraf"), example(text)]) == {"werk": ["vooraf", text]}


def test_the_main_theme_is_the_intent_else_the_act():
    examples = [
        example("a", themes=("wonen", "werk"), act="help"),
        example("b", themes=(), act="greet"),
        example("c"),
        example("d", themes=()),
    ]

    assert messages(examples) == {"wonen": ["a"], "greet": ["b"], "werk": ["c"]}
    assert read(rasa_files(examples)["domain.yml"]) == {"version": "3.1", "intents": ["wonen", "greet", "werk"]}


def test_the_form_is_the_one_that_rasa_asks():
    content = read(rasa_files([example("a", language="tr", themes=("wonen", "werk"), signals=("suicide",))])["nlu.yml"])

    metadata = {"language": "tr", "style": "short", "themes": ["wonen", "werk"], "signals": ["suicide"]}
    nlu = [{"intent": "wonen", "examples": [{"text": "a", "metadata": metadata}]}]
    assert content == {"version": "3.1", "nlu": nlu}


def test_no_message_is_taken_for_the_mark_of_an_entity():
    assert messages([example("de [brief](van gisteren) en [dit]{x} of [dat]")]) == {
        "werk": ["de [brief] (van gisteren) en [dit] {x} of [dat]"]
    }


def test_the_command_writes_the_messages_of_one_language(tmp_path):
    done = CliRunner().invoke(cli.app, ["export", "rasa", str(tmp_path / "new"), "--language", "so"])
    unknown = CliRunner().invoke(cli.app, ["export", "rasa", str(tmp_path), "--language", "xx"])

    told = [one for one in load_catalogue().examples if one.language == "so" and (one.themes or one.act)]
    content = pyyaml.load((tmp_path / "new" / "nlu.yml").read_text("utf-8"), Loader=pyyaml.CSafeLoader)
    written = [(one["intent"], message["text"]) for one in content["nlu"] for message in one["examples"]]
    domain = read((tmp_path / "new" / "domain.yml").read_text("utf-8"))
    assert (done.exit_code, unknown.exit_code) == (0, 2)
    assert sorted(written) == sorted((one.themes[0] if one.themes else one.act, one.text) for one in told)
    assert set(domain["intents"]) == {intent for intent, _ in written}
