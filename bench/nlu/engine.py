"""What every Python engine does with a task: learn, warm up, read each test message with a clock beside it.

The clock is the processor's: on one thread that is what a message waits on an idle machine, and a busy one hardly
changes it. Runs under Rasa's Python 3.10 as well, so that only the standard library is used.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

KEPT = 3  # intents of a ranking
_WARM = 10  # messages that are read before the clock starts, none of them a test message

Read = Callable[[str], Sequence[str]]  # a message in, the likeliest intents out, likeliest first


@dataclass(frozen=True)
class Task:
    """What to learn from, (text, intent), and what to read; `terms` are the phrases that define each intent."""

    train: Sequence[tuple[str, str]]
    test: Sequence[str]
    terms: dict[str, list[str]]


def run(folder: Path, learn: Callable[[Task], Read]) -> None:
    """Do the task in a folder and leave what was found beside it."""
    task = Task(**json.loads((folder / "task.json").read_text("utf-8")))
    began = process_time()
    read = learn(task)
    training = process_time() - began
    for text, _ in task.train[:_WARM]:
        read(text)
    rankings, milliseconds = [], []
    for text in task.test:
        before = process_time()
        ranking = read(text)
        milliseconds.append(1000 * (process_time() - before))
        rankings.append(list(ranking[:KEPT]))
    found = {
        "rankings": rankings,
        "milliseconds": milliseconds,
        "training_seconds": training,
        "peak_mb": _peak(),
    }
    (folder / "found.json").write_text(json.dumps(found), "utf-8")


def _peak() -> float:
    """Return the most memory this process had (MB). getrusage would count what its parent had before the start."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
