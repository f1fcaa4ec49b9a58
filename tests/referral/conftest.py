"""What the tests of the referral engine share: the guide of the repository, and copies of it to break."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from referral.guide import Guide
from referral.load import DATA, FaultsFound, load_guide
from referral.model import Fault

TODAY = date(2026, 11, 21)
Spoil = Callable[[str, str, str], tuple[Fault, ...]]


@pytest.fixture(scope="session")
def guide() -> Guide:
    return load_guide()


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the data that a test may change."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def spoil(copy: Path) -> Spoil:
    """Replace a text in a file of the copy, and give the faults that are found."""

    def replace(file: str, old: str, new: str) -> tuple[Fault, ...]:
        text = (copy / file).read_text("utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, new, 1), "utf-8")
        try:
            load_guide(copy)
        except FaultsFound as found:
            return found.faults
        return ()

    return replace
