"""How long the first and a later start take, what it weighs, and how long one turn takes.

    .venv/bin/python bench/start.py

Starts `wegwijs serve` with an empty cache and database of its own, then again with both there; each later figure is a
median of several runs. A turn is a message over REST with a durable commit on SQLite, one at a time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

WEGWIJS = Path(sys.executable).with_name("wegwijs")
PORT = 8766
URL = f"http://127.0.0.1:{PORT}"
LATER = 5
TURNS = 200
TEXTS = [
    "ik kan mijn huur niet meer betalen {}",
    "mijn zoon van {} wil niet naar school",
    "waar kan ik nederlands leren {}",
]


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            **os.environ,
            "WEGWIJS_CACHE": f"{scratch}/cache",
            "WEGWIJS_DATABASE_URL": f"sqlite:///{scratch}/w.db",
        }
        first, process = start(environment)
        print(f"first start      {first:6.1f} s   {memory(process):5.0f} MB")
        stop(process)
        later, weights = [], []
        for _ in range(LATER):
            took, process = start(environment)
            later.append(took)
            weights.append(memory(process))
            if len(later) < LATER:
                stop(process)
        took, weight = statistics.median(later), statistics.median(weights)
        print(f"later start      {took:6.1f} s   {weight:5.0f} MB   (median of {LATER})")
        client = httpx.Client(base_url=URL)
        turns = [turn(client, number) for number in range(TURNS)]
        cut = statistics.quantiles(turns, n=100)
        print(f"one turn (REST)  p50 {1000 * cut[49]:.0f} ms, p99 {1000 * cut[98]:.0f} ms   ({TURNS} new texts)")
        trivial = [turn(client, number, '/theme{"theme":"werk"}') for number in range(TURNS)]
        print(f"a button (REST)  p50 {1000 * statistics.median(trivial):.0f} ms")
        stop(process)
    size = sum(path.stat().st_size for path in Path(sys.prefix).rglob("*") if path.is_file() and not path.is_symlink())
    print(f"this environment {size / 1e6:6.0f} MB (with what the tests need, when installed for them)")


def start(environment: dict[str, str]) -> tuple[float, subprocess.Popen[bytes]]:
    """Start it and return how long it took until it was ready (s)."""
    begin = time.monotonic()
    process = subprocess.Popen([WEGWIJS, "serve", "--port", str(PORT)], env=environment, stdout=subprocess.DEVNULL)
    while True:
        try:
            if httpx.get(f"{URL}/ready").status_code == 200:
                return time.monotonic() - begin, process
        except httpx.TransportError:
            time.sleep(0.05)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop it as a service manager would."""
    process.terminate()
    process.wait()


def memory(process: subprocess.Popen[bytes]) -> float:
    """Return the resident memory (MB)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def turn(client: httpx.Client, number: int, text: str | None = None) -> float:
    """Return how long one message takes (s)."""
    typed = text or TEXTS[number % len(TEXTS)].format(number % 90)
    begin = time.perf_counter()
    body = {"sender": f"bench{number}", "message": typed}
    client.post("/webhooks/rest/webhook", json=body).raise_for_status()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
