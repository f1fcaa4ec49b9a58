"""Questions that a team passed on, as a person approved them (`wegwijs learn`), now lead where they belong."""

from pathlib import Path

import yaml

from referral.decide import decide
from referral.guide import Guide
from referral.model import Refer, Situation

FILE = Path(__file__).with_name("from_practice.yaml")
EXAMPLES = yaml.safe_load(FILE.read_text("utf-8"))["examples"] if FILE.exists() else []


def test_a_question_from_practice_leads_where_it_belongs(guide: Guide, today):
    led = {one["about"]: first_of(one["given"], guide, today) for one in EXAMPLES if "known_miss" not in one}

    assert led == {one["about"]: one["refers_first"] for one in EXAMPLES if "known_miss" not in one}


def first_of(given, guide, on):
    facts = {name: value for name, value in given.items() if name not in ("themes", "signals")}
    situation = Situation(themes=tuple(given["themes"]), signals=tuple(given["signals"]), facts=facts)
    decision = decide(situation, guide, on)
    return decision.referrals[0].organisation if isinstance(decision, Refer) and decision.referrals else None
