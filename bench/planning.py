"""How long the next question takes to find, with everything planned ahead as the server does at its start.

    python -m bench.planning [--rounds 5]

Every theme, pair and set of three, told in Utrecht and with the place still open. A theme or a pair was planned
ahead; a set of three is planned when it is first met, so that its first time is shown apart.
"""

import argparse
import gc
from datetime import date
from itertools import combinations
from time import perf_counter

from referral.decide import decide
from referral.guide import Guide
from referral.load import load_guide
from referral.model import Situation
from referral.plan import plan_ahead

TODAY = date(2026, 11, 23)


def times(guide: Guide, size: int) -> list[float]:
    """Return the milliseconds of each decision on a set of so many themes, in rising order."""
    found = []
    for themes in combinations(guide.themes, size):
        for facts in ({}, {"city": "utrecht"}):
            before = perf_counter()
            decide(Situation(themes=themes, facts=facts), guide, TODAY)
            found.append(1000 * (perf_counter() - before))
    return sorted(found)


def line(name: str, found: list[float]) -> str:
    """Return the spread in words."""
    over = sum(one > 1 for one in found)
    return (
        f"{name}: median {found[len(found) // 2]:.3f} ms, p99 {found[int(len(found) * 0.99)]:.2f} ms, "
        f"worst {found[-1]:.1f} ms, over 1 ms {over} of {len(found)}"
    )


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    guide = load_guide()
    before = perf_counter()
    sets = plan_ahead(guide, TODAY)
    print(f"planned ahead: {sets} sets of one or two themes in {perf_counter() - before:.2f} s")
    gc.freeze()
    for size, name in ((1, "one theme"), (2, "two themes")):
        best = [min(some) for some in zip(*(times(guide, size) for _ in range(rounds)), strict=True)]
        print(line(name, sorted(best)))
    print(line("three themes, first time", times(guide, 3)))


if __name__ == "__main__":
    main()
