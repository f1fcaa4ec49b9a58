"""What the documents say is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", *ROOT.glob("*/README.md"), *ROOT.glob("docs/*.md")]


def commands() -> set[str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("wegwijs"), "--help"],
        capture_output=True, check=True, text=True, env={"COLUMNS": "200", "NO_COLOR": "1", "HOME": str(ROOT)},
    )  # fmt: skip
    return set(re.findall(r"^│ ([a-z][a-z-]+)  ", done.stdout, re.MULTILINE))


def test_every_command_is_in_the_readme_and_every_command_there_exists():
    told = set(re.findall(r"`wegwijs ([a-z][a-z-]+)", README))

    assert told == commands()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_linked_exists(document):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_gate_runs_the_very_test_line_of_the_readme():
    assert "README.md" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert len(re.findall(r"^python3.11 .*pytest$", README, re.MULTILINE)) == 1
    assert len(re.findall(r"^python3.11 .*wegwijs serve$", README, re.MULTILINE)) == 1


def test_every_setting_is_told():
    told = set(re.findall(r"`(WEGWIJS_[A-Z_]+)`", (ROOT / "bot" / "README.md").read_text("utf-8")))
    read = {
        name
        for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("intents/**/*.py"), *ROOT.glob("referral/**/*.py")]
        for name in re.findall(r"\"(WEGWIJS_[A-Z_]+)\"", path.read_text("utf-8"))
    }

    assert told == read
