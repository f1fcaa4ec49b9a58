"""SECURITY.md says what is so: each test that it names exists, and each file that it links."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOLD = (ROOT / "SECURITY.md").read_text("utf-8")


def test_every_test_that_shows_something_exists():
    written = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)\(", written))

    assert [name for name in re.findall(r"`(test_\w+)`", TOLD) if name not in there] == []
    assert len(re.findall(r"`(test_\w+)`", TOLD)) > 50


def test_every_threat_names_a_test_that_shows_what_we_do():
    rows = [row.split("|") for row in TOLD.splitlines() if re.match(r"\| [STRIDE](, [STRIDE])*: ", row)]

    assert len(rows) > 25
    assert [row[1] for row in rows if "`test_" not in row[3]] == []


def test_every_file_that_is_linked_exists():
    assert [link for link in re.findall(r"\]\(([^)]+)\)", TOLD) if not (ROOT / link).exists()] == []
