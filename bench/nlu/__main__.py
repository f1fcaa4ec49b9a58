"""Wegwijs beside Rasa, nlp.js and scikit-learn, trained and tested on the same messages in one run.

    python -m bench.nlu [--messages 2400] [--tests ALL] [--without rasa,nlpjs] [--write]

See README.md beside this file. With `--write` what is printed is kept in docs/bench-nlu.txt.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console

from bench.nlu.engines import ENGINES, GROUPS, PLAIN, ROOT, TUNED, Engine, Result, result_of
from bench.nlu.environments import CannotRun, build_encoders
from bench.nlu.report import table_of, verdict
from bench.nlu.task import Data, load_data, write_task

KEPT_IN = ROOT / "docs" / "bench-nlu.txt"


def main() -> None:
    """Run every engine and print what came out."""
    options = _options()
    without = set(filter(None, options.without.split(",")))
    if unknown := without - set(GROUPS):
        raise SystemExit(f"--without takes {', '.join(GROUPS)}; not {', '.join(sorted(unknown))}")
    out = Console(record=True, width=110, highlight=False, markup=False)
    data = load_data(options.messages, options.tests)
    if len({one.themes[0] for one in data.train}) < len(data.catalogue.themes):
        raise SystemExit(f"a sample of {len(data.train)} lacks a theme: give more --messages")
    build_encoders()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        write_task(data, Path(folder))
        done = {one: _run(one, Path(folder), data) for one in ENGINES if one.group not in without}
    results = {engine: result for engine, result in done.items() if isinstance(result, Result)}

    out.print(_about(data, busy), "", sep="\n")
    out.print(table_of(list(results.values())))
    out.print(*_notes(done, without), sep="\n")
    others = [one for engine, one in results.items() if engine.group != "wegwijs"]
    if others and (own := results.get(PLAIN)):
        out.print("", *verdict(own, others), sep="\n")
    if options.write:
        KEPT_IN.write_text("\n".join(line.rstrip() for line in out.export_text().splitlines()) + "\n", "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu")
    parser.add_argument("--messages", type=int, default=2400, help="training messages in the sample")
    parser.add_argument("--tests", type=int, help="held-out messages to test with; all when left out")
    parser.add_argument("--without", default="", help=f"groups to leave out, of {','.join(GROUPS)}")
    parser.add_argument("--write", action="store_true", help="keep what is printed in docs/bench-nlu.txt")
    return parser.parse_args()


def _run(engine: Engine, folder: Path, data: Data) -> Result | CannotRun:
    with Console(stderr=True).status(f"{engine.name} …"):
        try:
            return result_of(engine, folder, data.test)
        except CannotRun as why:
            return why


def _about(data: Data, busy: float) -> str:
    return (
        f"Learned from {len(data.train):,} of the {data.of:,} Dutch training messages with a theme, the same for all, "
        f"the main theme as the one intent. Tested on {len(data.test):,} held-out Dutch messages that others wrote; "
        "a guess is right when it is among the themes of the message. Between brackets the 95% interval (Wilson). "
        "One process and one thread each. Times are the processor's, what a message waits on an idle machine "
        f"({os.cpu_count()} cores, {platform.machine()}, load {busy:.1f} at the start). "
        "Memory is the most that learning and reading took."
    )


def _notes(done: Mapping[Engine, Result | CannotRun], without: set[str]) -> Iterator[str]:
    for engine, result in done.items():
        if isinstance(result, CannotRun):
            yield f"{engine.name}: DID NOT RUN: {result}."
    for group in GROUPS:
        if group in without:
            yield f"{group}: left out (--without)."
    if isinstance(done.get(TUNED), Result):
        yield (
            "* Not on equal terms: the tuning of this encoder (not in the training time) saw all training messages, "
            "also those outside the sample. Both rows of Wegwijs also learn the phrases that define the themes."
        )


if __name__ == "__main__":
    main()
