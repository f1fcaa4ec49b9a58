"""Thresholds are chosen anew on the development messages, and nothing else in the model file changes."""

import json
import shutil

import numpy as np
import pytest
import yaml

from intents.load import DATA
from intents.train import recalibrate


@pytest.fixture
def few(tmp_path):
    """A folder with the model, and every eighth of the development messages."""
    (tmp_path / "development").mkdir()
    for name in ("themes.yaml", "encoder.npz", "model.npz"):
        shutil.copy(DATA / name, tmp_path / name)
    for path in DATA.glob("development/*.yaml"):
        messages = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)["messages"][::8]  # noqa: S506 -- all text
        written = yaml.safe_dump({"messages": messages}, allow_unicode=True)
        (tmp_path / "development" / path.name).write_text(written, "utf-8")
    return tmp_path


def arrays(folder):
    with np.load(folder / "model.npz") as found:
        return {name: found[name].tobytes() for name in found.files}


def test_choosing_thresholds_again_leaves_what_was_learned_as_it_is_and_comes_to_the_same_twice(few):
    before = arrays(few)

    recalibrate(few, lambda _share, _what: None)
    once = arrays(few)
    recalibrate(few, lambda _share, _what: None)

    about, now = json.loads(before.pop("about")), json.loads(once["about"])
    assert {name: array for name, array in once.items() if name != "about"} == before
    assert {name for name in about if about[name] != now[name]} <= {"thresholds", "temperatures", "alarm"}
    assert about["thresholds"].keys() == now["thresholds"].keys()
    assert about["thresholds"] != now["thresholds"]
    assert arrays(few) == once
