"""The proof: nothing is found in the data of the repository, and every kind of hole is found in a broken copy."""

import shutil
from datetime import date
from pathlib import Path
from time import process_time

import pytest

from referral.load import DATA, load_guide
from referral.model import Fault
from referral.prove import Proof, prove

RULES = "municipalities/utrecht/rules"


def test_every_situation_has_an_answer(guide, today):
    told: list[tuple[int, int]] = []
    began = process_time()
    proof = prove(guide, today, progress=lambda done, total: told.append((done, total)))

    assert proof.faults == ()
    assert proof.situations > 1_000_000
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] > 0
    assert process_time() - began < 10


BROKEN = [
    # file, old text, new text, what stands on the line that is shown, part of what is wrong
    (f"{RULES}/jongeren.yaml", "valid_until: 2026-12-31", "valid_until: 2027-12-31", "utrecht-jongeren-jou",
     "utrecht-jou does not exist on 2027-01-01"),
    (f"{RULES}/ontmoeting.yaml", "    valid_from: 2019-01-01\n", "", "utrecht-ontmoeting-dock",
     "utrecht-dock does not exist on"),
    (f"{RULES}/gezond_leven.yaml", "beside: [utrecht-sociaal-makelaars-2018]", "beside: [utrecht-dock]",
     "utrecht-gezond_leven-iedereen-2018", "utrecht-dock does not exist on"),
    (f"{RULES}/relatie.yaml", "when: {children_at_home: yes}", "when: {}", "utrecht-relatie-iedereen",
     "is never reached"),
    (f"{RULES}/overlast.yaml", "expect: utrecht-overlast-straat", "expect: utrecht-overlast-buren",
     "utrecht-overlast-buren", "leads to utrecht-overlast-straat"),
    ("municipalities/utrecht/organisations.yaml", "    valid_until: 2026-12-31\n", "    valid_until: 2025-12-31\n",
     "utrecht-jongeren-jou", "utrecht-jou does not exist on 2026-01-01"),
]  # fmt: skip


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Proof]:
    """A copy with all these holes, and what the proof finds in it."""
    directory = Path(shutil.copytree(DATA, tmp_path_factory.mktemp("holed") / "data"))
    for file, old, new, _, _ in BROKEN:
        text = (directory / file).read_text("utf-8")
        assert old in text
        (directory / file).write_text(text.replace(old, new, 1), "utf-8")
    return directory, prove(load_guide(directory), date(2026, 11, 21))


@pytest.mark.parametrize(("stands", "what"), [(stands, what) for _, _, _, stands, what in BROKEN])
def test_a_hole_is_found_with_its_line_and_its_mend(stands, what, holed):
    directory, proof = holed

    found = [fault for fault in proof.faults if what in fault.what and stands in line_of(directory, fault)]
    assert found, proof.faults
    assert all(fault.mend for fault in proof.faults)


def line_of(directory: Path, fault: Fault) -> str:
    return (directory / fault.file).read_text("utf-8").splitlines()[fault.line - 1]
