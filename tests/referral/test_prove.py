"""The proof: nothing is found in the data of the repository, and every kind of hole is found in a broken copy."""

from time import perf_counter

import pytest

from referral.load import load_guide
from referral.prove import prove

RULES = "municipalities/utrecht/rules"


def test_every_situation_has_an_answer(guide, today):
    began = perf_counter()
    proof = prove(guide, today)

    assert proof.faults == ()
    assert proof.situations > 1_000_000
    assert perf_counter() - began < 20  # alone it takes two seconds


def test_the_progress_is_told(guide, today):
    told: list[tuple[int, int]] = []
    prove(guide, today, progress=lambda done, total: told.append((done, total)))

    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] > 0


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


@pytest.mark.parametrize(("file", "old", "new", "stands", "what"), BROKEN)
def test_a_hole_is_found_with_its_line(file, old, new, stands, what, copy, today):
    text = (copy / file).read_text("utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), "utf-8")

    proof = prove(load_guide(copy), today)

    found = [fault for fault in proof.faults if what in fault.what]
    assert found, proof.faults
    assert stands in (copy / found[0].file).read_text("utf-8").splitlines()[found[0].line - 1]
    assert found[0].mend
