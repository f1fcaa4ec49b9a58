"""Throws made-up input at everything that reads what a stranger sends, led by what code it reaches (atheris).

    .venv/bin/pip install atheris        # a fuzzer, only for this
    .venv/bin/python -m bench.fuzz [--seconds 600] [--target masked] [--out docs/fuzz.txt]

Prints for each target how many inputs were tried, how much code they reached, and the first that broke it. An input
that takes longer than ten seconds counts as one that broke it.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.fuzz.targets import TARGETS, seeds

_SLOW = 10  # seconds
_LONGEST = 4096  # bytes of an input


def main() -> None:
    """Try every target in a process of its own, each as long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--target", choices=TARGETS)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    names = [asked.target] if asked.target else list(TARGETS)
    lines = [f"{'target':<26}{'inputs':>12}{'reached':>10}   what broke"]
    total, broke = 0, False
    for name in names:
        tried, reached, fault = attempt(name, asked.seconds // len(names))
        total, broke = total + tried, broke or fault != "nothing"
        lines.append(f"{name:<26}{tried:>12,}{reached:>10,}   {fault}")
        print(lines[-1], flush=True)
    lines.append(f"{'together':<26}{total:>12,}{'':>10}   in {asked.seconds} seconds on one core")
    print(lines[-1])
    if asked.out:
        asked.out.write_text("\n".join(lines) + "\n", "utf-8")
    sys.exit(broke)


def attempt(name: str, seconds: int) -> tuple[int, int, str]:
    """Return how many inputs a target was given, how many edges of code they reached, and what broke."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, seed in enumerate(seeds()):
            (corpus / str(number)).write_bytes(seed[:_LONGEST])
        done = subprocess.run(
            [
                sys.executable, "-m", "bench.fuzz.one", name, f"-max_total_time={seconds}", f"-timeout={_SLOW}",
                f"-max_len={_LONGEST}", "-print_final_stats=1", f"-artifact_prefix={folder}/", str(corpus),
            ],
            capture_output=True, check=False, text=True, errors="replace",
        )  # fmt: skip
        told = done.stdout + done.stderr
        tried = re.findall(r"stat::number_of_executed_units: (\d+)|^#(\d+)", told, re.M)
        reached = re.findall(r"cov: (\d+)", told)
        fault = "nothing" if done.returncode == 0 else _fault(told, Path(folder))
        return int(next(filter(None, tried[-1]), "0")) if tried else 0, int(reached[-1]) if reached else 0, fault


def _fault(told: str, folder: Path) -> str:
    found = [path for path in folder.iterdir() if path.is_file()]
    said = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception|Timeout|timeout)\b.*", told, re.M)
    what = said[0] if said else told.strip().splitlines()[-1] if told.strip() else "it died"
    return f"{what[:160]} <- {found[0].read_bytes()[:200]!r}" if found else what[:200]


if __name__ == "__main__":
    main()
