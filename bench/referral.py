"""Batch speed of `wegwijs refer --jsonl`, beside GoRules' zen-engine on the same tables. CPU time on one core.

    python -m bench.referral [--cases 100000] [--rounds 7]

1. Wegwijs, from a line to a line: as `refer --jsonl` does it, with validation, question planning, plan for families,
   contacts and JSON. *fresh*: nothing remembered yet (with a cold plan for every set of themes); *again*: later lines.
2. The tables alone: which row of each theme's table decides? Wegwijs' `first_fit` beside zen's decision tables (hit
   policy first), the same cases as parsed facts. zen knows no families, questions or contacts, so this is all the two
   share. Both must name the same rows; then the ratio of their times, pair by pair in alternating order, as a median.
"""

import argparse
import gc
import json
import random
from datetime import date
from statistics import median
from time import process_time

import zen

from referral.guide import Guide, Tables
from referral.jsonl import answer
from referral.load import load_guide
from referral.model import UNKNOWN, Rule
from referral.plan import table_of
from referral.walk import Case, first_fit

TODAY = date(2026, 11, 21)
THEMES_TOLD = (1, 2, 3), (75, 20, 5)  # how many themes, and how often of 100
CITIES = ("utrecht", "amersfoort", "elsewhere", None), (55, 20, 15, 10)


def cases(guide: Guide, number: int, seed: int) -> list[dict[str, object]]:
    """Made-up cases: every fact of the themes told with a chance of one half, a signal in one of ten."""
    chance = random.Random(seed)
    return [case(guide, chance, at) for at in range(number)]


def case(guide: Guide, chance: random.Random, at: int) -> dict[str, object]:
    facts = {}
    city = chance.choices(*CITIES)[0]
    if city:
        facts["city"] = city
    if city == "utrecht" and chance.random() < 0.8:
        facts["wijk"] = chance.choice(guide.areas.wijken_of("utrecht"))
    for name, fact in guide.facts.items():
        if fact.values and name not in ("city", "wijk") and chance.random() < 0.5:
            facts[name] = chance.choice((*fact.values, UNKNOWN))
    themes = chance.sample(list(guide.themes), chance.choices(*THEMES_TOLD)[0])
    signals = [chance.choice(guide.signals.ids)] if chance.random() < 0.1 else []
    return {"id": str(at), "themes": themes, "signals": signals, "facts": facts}


def line_to_line(lines: list[bytes], guide: Guide) -> float:
    began = process_time()
    for line in lines:
        json.dumps(answer(line.decode("utf-8"), guide, TODAY), ensure_ascii=False)
    return process_time() - began


def zen_table(rows: tuple[Rule, ...]) -> str:
    """The rows as a GoRules decision table; a cell is a list of values, a signal cell looks into the list told."""
    names = sorted({fact for rule in rows for fact in rule.when})
    inputs = [{"id": name, "name": name, "field": name} for name in names] + [{"id": "s", "name": "s"}]
    rules = [
        {
            "_id": rule.id,
            **{name: ", ".join(f'"{value}"' for value in rule.when.get(name, ())) for name in names},
            "s": " or ".join(f'contains(signals, "{signal}")' for signal in rule.signals),
            "row": f'"{rule.id}"',
        }
        for rule in rows
    ]
    outputs = [{"id": "row", "name": "row", "field": "row"}]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "t", "name": "t", "type": "decisionTableNode", "position": {"x": 0, "y": 0}, "content": content},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "t"}, {"id": "2", "sourceId": "t", "targetId": "out"}]
    return json.dumps({"nodes": nodes, "edges": edges})


def zen_decisions(tables: dict[str, Tables]) -> dict[tuple[str, str], zen.ZenDecision]:
    engine = zen.ZenEngine()
    return {
        (place, theme): engine.create_decision(zen_table(rows))
        for place, some in tables.items()
        for theme, rows in some.rows.items()
    }


def by_wegwijs(told: list[Case], tables: dict[str, Tables]) -> list[str]:
    return [
        first_fit(tables[table_of(case.facts.get("city"))].rows[theme], case).id
        for case in told
        for theme in case.themes
    ]


def by_zen(told: list[tuple[Case, dict[str, object]]], decisions: dict[tuple[str, str], zen.ZenDecision]) -> list[str]:
    return [
        decisions[table_of(case.facts.get("city")), theme].evaluate(facts)["result"]["row"]
        for case, facts in told
        for theme in case.themes
    ]


def timed(work, *given) -> tuple[float, list[str]]:
    began = process_time()
    rows = work(*given)
    return process_time() - began, rows


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=7)
    told = options.parse_args()

    guide = load_guide()
    gc.freeze()  # as the command does
    gc.set_threshold(100_000)
    some = cases(guide, told.cases, seed=1)
    lines = [json.dumps(one).encode() for one in some]
    fresh = line_to_line(lines, guide)
    again = [line_to_line(lines, guide) for _ in range(told.rounds)]
    print(f"line to line, fresh: {len(lines) / fresh:>9,.0f} cases a second of CPU")
    print(f"line to line, again: {len(lines) / median(again):>9,.0f} cases a second of CPU (median of {told.rounds})")

    some = some[: told.cases // 10]  # zen takes its time
    tables = dict(guide.rules_on(TODAY))
    decisions = zen_decisions(tables)
    unknown = dict.fromkeys(guide.facts, UNKNOWN)
    ours = [Case(tuple(one["themes"]), tuple(one["signals"]), one["facts"]) for one in some]
    theirs = [(case, {**unknown, **case.facts, "signals": list(case.signals)}) for case in ours]
    ratios, speeds = [], []
    for turn in range(told.rounds):
        pair = [(by_wegwijs, ours, tables), (by_zen, theirs, decisions)]
        done = [timed(*one) for one in (pair if turn % 2 else pair[::-1])]
        (mine, rows), (zens, zen_rows) = done if turn % 2 else done[::-1]
        assert rows == zen_rows, next(both for both in zip(rows, zen_rows, strict=True) if both[0] != both[1])
        ratios.append(zens / mine)
        speeds.append((len(ours) / mine, len(ours) / zens))
    print(f"tables alone: {len(rows):,} rows looked up, both engines name the same row each time")
    for name, at in (("Wegwijs first_fit", 0), ("zen-engine", 1)):
        print(f"tables alone, {name:18} {median(speed[at] for speed in speeds):>9,.0f} cases a second of CPU")
    print(f"zen's time / Wegwijs' time, paired: median {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
