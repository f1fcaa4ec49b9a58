"""The tools with which a trial is made: learn, measure, test. A test of ours may bring others."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from intents import heads
from intents.encoder.encode import load_encoder
from intents.evaluate import evaluate, load_sentences
from intents.model import Progress
from intents.scores import Scores
from intents.understand import Reader

TESTS = (  # what must hold after learning: conversations, floors under the scores, danger, faults in the files
    "tests/conversations",
    "tests/intents/test_understand.py",
    "tests/intents/test_danger.py",
)
_KNOWN_MISS = "pytest.xfail"


@dataclass(frozen=True)
class Workshop:
    """The tools; each gets the folder of a whole copy of the product.

    `score` gets beside it the folder with held-out sentences, so that both readers are asked the same.
    """

    train: Callable[[Path], None]
    score: Callable[[Path, Path], Scores]
    test: Callable[[Path], Mapping[str, str]]


def workshop(progress: Progress, *, heads_only: bool) -> Workshop:
    """Return the tools that `wegwijs train`, `wegwijs evaluate` and the tests of this house are made of."""

    def train(root: Path) -> None:
        from intents.train import retrain  # noqa: PLC0415 -- scikit-learn and torch, which only learning needs

        retrain(root / "intents/data", progress, heads_only=heads_only)

    def score(root: Path, held_out: Path) -> Scores:
        data = root / "intents/data"
        reader = Reader(load_encoder(progress, data / "encoder.npz"), heads.load(data / "model.npz"))
        return evaluate(load_sentences(held_out), reader.understand, progress)

    return Workshop(train=train, score=score, test=run_tests)


def run_tests(root: Path, tests: tuple[str, ...] = TESTS) -> Mapping[str, str]:
    """Run tests of a copy, with the code and the data of that copy; return "passed", "failed" or "known miss" of each.

    A run that ends before its end counts as a failed test named after what happened.
    """
    told = root / "results.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={told}", *tests]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if not told.exists():
        return {f"pytest ended with {done.returncode}: {done.stderr.strip()[-500:]}": "failed"}
    return {case.get("name", ""): _result(case) for case in ElementTree.parse(told).iter("testcase")}  # noqa: S314 -- ours


def _result(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    return "passed" if skipped is None else "known miss" if skipped.get("type") == _KNOWN_MISS else "skipped"
