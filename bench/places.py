"""Prints how well places are read: `python bench/places.py`."""

from pathlib import Path

from referral.load import load_guide
from referral.score import expected_in, measure

FILE = Path(__file__).parents[1] / "tests/referral/places.txt"

if __name__ == "__main__":
    score = measure(expected_in(FILE), load_guide().areas)
    share = len(score.again) / score.sure
    print(f"{score.sure + score.several} places written by hand; {score.sure} are one place, {score.several} several")
    print(f"wrong wijk or city: {len(score.wrong)}; asked again: {len(score.again)} ({share:.1%})")
    print(f"several places, asked otherwise than with exactly these: {len(score.not_asked)}")
    for line in (*score.wrong, *score.again, *score.not_asked):
        print(f"  {line}")
