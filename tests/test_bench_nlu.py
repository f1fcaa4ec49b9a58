"""The comparison with other engines runs, on little: what needs Rasa or nlp.js is left out here."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.nlu.engines import Result
from bench.nlu.report import chance, verdict
from bench.nlu.task import sample
from intents.model import Example

ROOT = Path(__file__).parents[1]
SEVERAL = 60


def example(number, theme):
    return Example(text=f"bericht {number}", language="nl", style="short", themes=(theme,))


def result(name, hits, p50=1.0, training=1.0):
    return Result(name, tuple(hits), tuple(hits), p50=p50, p99=9.0, peak=100.0, training=training)


def test_scikit_learn_and_wegwijs_run_on_a_hundred_messages():
    done = subprocess.run(
        [sys.executable, "-m", "bench.nlu", "--messages", "100", "--tests", "40", "--without", "rasa,nlpjs"],
        capture_output=True, check=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip

    for line in ("Wegwijs, encoder as it ships*", "Wegwijs, encoder untuned", "LogisticRegression", "LinearSVC"):
        assert line in done.stdout
    for line in ("rasa: left out", "nlpjs: left out", "Not on equal terms", "- Right first: "):
        assert line in done.stdout
    assert "DID NOT RUN" not in done.stdout


def test_a_sample_holds_each_theme_by_its_share():
    many = [example(number, "wonen" if number % 3 else "werk") for number in range(300)]

    chosen = sample(many, 30)

    assert Counter(one.themes[0] for one in chosen) == {"wonen": 20, "werk": 10}
    assert chosen == sample(many, 30)
    assert len(set(chosen)) == 30


@pytest.mark.parametrize(
    ("wins", "losses", "expected"), [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (9, 1, 22 / 1024)]
)
def test_chance_is_that_of_a_sign_test(wins, losses, expected):
    some = [True] * wins + [False] * losses + [True] * 7

    assert chance(some, [not one for one in some[: wins + losses]] + [True] * 7) == pytest.approx(expected)


def test_where_another_is_better_is_said():
    own = result("own", [False] * SEVERAL, p50=4.0, training=2.0)
    better, alike = result("better", [True] * SEVERAL), result("alike", [True] + [False] * (SEVERAL - 1), training=3.0)

    told = "\n".join(verdict(own, [better, alike]))

    for title in ("Right first", "Right among three"):
        assert (
            f"{title}: better: better (100.0% against 0.0%).\n  alike (1.7%) cannot be told apart from it (p = 1.000)."
            in told
        )
    assert (
        "Time for half of the messages (p50): better: better (1.0 ms against 4.0); alike (1.0 ms against 4.0)." in told
    )
    assert "Memory: nobody is better." in told
    assert "Training: better: better (1.0 s against 2.0)." in told
