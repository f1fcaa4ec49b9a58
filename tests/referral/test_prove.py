"""The proof: nothing is found in the data of the repository, and every kind of hole is found in a broken copy."""

from datetime import date
from pathlib import Path

import pytest

from referral.load import load_guide
from referral.model import Fault
from referral.prove import prove

RULES = "municipalities/utrecht/rules"
ORGANISATIONS = "municipalities/utrecht/organisations.yaml"


def test_every_situation_has_an_answer(guide, today):
    told: list[tuple[int, int]] = []
    proof = prove(guide, today, progress=lambda done, total: told.append((done, total)))

    assert proof.faults == ()
    assert proof.situations > 50_000_000
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1] > 0


GEZIN = "utrecht-geldzorgen-gezin"
BROKEN = [
    # file, old text, new text, what stands on the line that is shown, what is wrong
    # an organisation that ended, now, later and long ago
    (ORGANISATIONS, "    valid_until: 2026-12-31\n", "    valid_until: 2025-12-31\n", "utrecht-jongeren-jou",
     "Utrecht, voor jongeren (op 21 november 2026): rij utrecht-jongeren-jou noemt utrecht-jou, "
     "maar die is er op 21 november 2026 niet."),
    (f"{RULES}/jongeren.yaml", "valid_until: 2026-12-31", "valid_until: 2027-12-31", "utrecht-jongeren-jou",
     "Utrecht, voor jongeren (op 1 januari 2027): rij utrecht-jongeren-jou noemt utrecht-jou, "
     "maar die is er op 1 januari 2027 niet."),
    (f"{RULES}/ontmoeting.yaml", "    valid_from: 2019-01-01\n", "", "utrecht-ontmoeting-dock",
     "noemt utrecht-dock, maar die is er op 31 december 2014 niet."),
    (f"{RULES}/gezond_leven.yaml", "beside: [utrecht-sociaal-makelaars-2018]", "beside: [utrecht-dock]",
     "utrecht-gezond_leven-iedereen-2018", "noemt utrecht-dock, maar die is er op 31 december 2014 niet."),
    # a row that is never reached
    (f"{RULES}/relatie.yaml", "when: {children_at_home: yes}", "when: {}", "utrecht-relatie-iedereen",
     "rij utrecht-relatie-iedereen wordt nooit bereikt. Utrecht, relatie, scheiding en familie (op 21 november 2026): "
     "rij utrecht-relatie-gezin gaat voor."),
    # two rows of which one hides the other on some days: the hand-over of two organisations overlaps
    (f"{RULES}/jongeren.yaml", "valid_from: 2027-01-01", "valid_from: 2019-01-01", "utrecht-jongeren-vanaf-2027",
     "rij utrecht-jongeren-vanaf-2027 beslist op 21 november 2026 nooit. Utrecht, voor jongeren "
     "(op 21 november 2026): rij utrecht-jongeren-jou gaat voor."),
    # a conflict in a table, and one that only two themes together show
    (f"{RULES}/geldzorgen.yaml", f"    goes_before: [{GEZIN}]\n", "", "utrecht-geldzorgen-mbo",
     "18 tot en met 22 jaar, Wonen er kinderen onder de 18 in huis? Ja, Mbo, Utrecht, geld en schulden "
     f"(op 21 november 2026): rij utrecht-geldzorgen-mbo en rij {GEZIN} spreken elkaar tegen."),
    (f"{RULES}/_plan.yaml", "    when: {age: [0-11, 12-17]}\n    refer_to: [utrecht-buurtteam-j",
     "    when: {age: [12-17]}\n    refer_to: [utrecht-jou] # j", "utrecht-plan-opvoeden",
     "12 tot en met 17 jaar, Utrecht, geld en schulden en opvoeden en opgroeien (op 21 november 2026): "
     "rij utrecht-plan-opvoeden en rij utrecht-plan-jeugd spreken elkaar tegen."),
    # nobody can be reached: no contact that may be shown, a general way that ended
    ("national/organisations.yaml", "verified: true, source: \"referral_policy",
     "valid_until: 2026-12-31, verified: true, source: \"referral_policy", "id: own-municipality",
     "own-municipality is op 1 januari 2027 niet te bereiken."),
    (ORGANISATIONS, "  - id: utrecht-gemeente\n", "  - id: utrecht-gemeente\n    valid_until: 2026-12-31\n",
     "- id: utrecht-", "is alleen te bereiken via utrecht-gemeente, en die is er op 1 januari 2027 niet."),
    # an example
    (f"{RULES}/overlast.yaml", "expect: utrecht-overlast-straat", "expect: utrecht-overlast-buren",
     "utrecht-overlast-buren", "leidt naar utrecht-overlast-straat, niet naar utrecht-overlast-buren."),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "stands", "what"), BROKEN)
def test_a_planted_fault_is_found_with_its_line_its_mend_and_a_situation(file, old, new, stands, what, copy):
    text = (copy / file).read_text("utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), "utf-8")

    faults = prove(load_guide(copy), date(2026, 11, 21)).faults

    found = [fault for fault in faults if what in fault.what and stands in line_of(copy, fault)]
    assert found, faults
    assert all(fault.mend for fault in faults)


def test_a_fault_is_told_once_with_the_day_of_today_when_it_holds_today(copy):
    organisations = copy / "municipalities/utrecht/organisations.yaml"
    text = organisations.read_text("utf-8")
    organisations.write_text(text.replace("valid_until: 2026-12-31", "valid_until: 2025-12-31"), "utf-8")

    faults = prove(load_guide(copy), date(2026, 11, 21)).faults

    assert [fault.what for fault in faults] == [
        "Utrecht, voor jongeren (op 21 november 2026): rij utrecht-jongeren-jou noemt utrecht-jou, "
        "maar die is er op 21 november 2026 niet."
    ]


def line_of(directory: Path, fault: Fault) -> str:
    return (directory / fault.file).read_text("utf-8").splitlines()[fault.line - 1]
