"""The engines that are compared, each run in a process of its own on one thread."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench.nlu.environments import HERE, CannotRun, last_line, nlpjs_home, rasa_python
from intents.sentences import Sentence

ROOT = HERE.parents[1]
NLPJS = HERE / "nlpjs" / "run.js"
_ONE_THREAD = ("OMP", "OPENBLAS", "MKL")
SKLEARN = f"scikit-learn {version('scikit-learn')}"


@dataclass(frozen=True)
class Engine:
    """An engine by its group (for --without) and name, and the command that does the task in a folder."""

    group: str
    name: str
    command: Callable[[Path], Sequence[str]]


@dataclass(frozen=True)
class Result:
    """What an engine did: for each test message whether its first guess and one of three was right; what it took."""

    name: str
    first: tuple[bool, ...]
    among: tuple[bool, ...]
    p50: float  # ms of the processor
    p99: float  # ms of the processor
    peak: float  # MB
    training: float  # s of the processor


def _here(module: str, *more: str) -> Callable[[Path], Sequence[str]]:
    return lambda folder: [sys.executable, "-m", f"bench.nlu.{module}", str(folder), *more]


PLAIN = Engine("wegwijs", "Wegwijs, encoder untuned", _here("by_wegwijs", "plain"))
TUNED = Engine("wegwijs", "Wegwijs, encoder as it ships*", _here("by_wegwijs", "tuned"))
ENGINES = (
    TUNED,
    PLAIN,
    Engine("sklearn", f"{SKLEARN}, LogisticRegression", _here("by_sklearn", "logistic")),
    Engine("sklearn", f"{SKLEARN}, LinearSVC", _here("by_sklearn", "svc")),
    Engine("nlpjs", "nlp.js 4.27.0, Dutch stemmer", lambda folder: ["node", str(NLPJS), str(folder)]),
    Engine("rasa", "Rasa 3.6.20, DIET", lambda folder: [str(rasa_python()), "-m", "bench.nlu.by_rasa", str(folder)]),
)
GROUPS = tuple(dict.fromkeys(engine.group for engine in ENGINES))


def result_of(engine: Engine, folder: Path, test: Sequence[Sentence]) -> Result:
    """Run an engine on the task in a folder; raise CannotRun when it could not."""
    found, log = folder / "found.json", folder / "log.txt"
    found.unlink(missing_ok=True)
    environment = _environment(engine, folder)
    with log.open("w") as out:
        command = engine.command(folder)
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=out, stderr=out, check=False)
    if done.returncode or not found.exists():
        raise CannotRun(f"it stopped with {done.returncode}: {last_line(log.read_text('utf-8', 'replace'))}")
    return _result(engine.name, json.loads(found.read_text("utf-8")), test)


def _environment(engine: Engine, folder: Path) -> Mapping[str, str]:
    """Return what an engine is told: one thread, and nothing that it keeps or sends outside the folder."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    threads = {f"{name}_NUM_THREADS": "1" for name in _ONE_THREAD}
    rasa = {
        "TF_INTRA_OP_PARALLELISM_THREADS": "1",
        "TF_INTER_OP_PARALLELISM_THREADS": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(folder / "rasa-cache"),  # in the working folder it would be trained only once
    }
    nlpjs = {"NODE_PATH": str(nlpjs_home() / "node_modules")} if engine.group == "nlpjs" else {}
    return {**kept, **threads, **rasa, **nlpjs}


def _result(name: str, found: Mapping[str, Any], test: Sequence[Sentence]) -> Result:
    read = list(zip(found["rankings"], test, strict=True))
    cuts = quantiles(found["milliseconds"], n=100)
    return Result(
        name=name,
        first=tuple(bool(said) and said[0] in one.themes for said, one in read),
        among=tuple(any(intent in one.themes for intent in said) for said, one in read),
        p50=cuts[49],
        p99=cuts[98],
        peak=found["peak_mb"],
        training=found["training_seconds"],
    )
