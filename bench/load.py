"""How many conversations a second Wegwijs takes while 99 of 100 answers come within 250 ms, on this machine.

    python -m bench.load [--seconds 12]

Conversations begin at random moments at a given rate, whether or not earlier ones were answered (open loop), each on a
connection of its own: a question in new words, then a button, "ja" and a postcode, with a rest of a moment between.
The time of an answer counts from when the message was to be sent. The rate is doubled, then halved in between, until
it is known within an eighth. The clients run on the same machine and cost processor time too; how much is printed.
"""

import argparse
import asyncio
import os
import random
import resource
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from bench.servers import WEGWIJS, Client, children_of, free_port, machine, p50_p99, p99, postgres, running

LIMIT = 0.250  # seconds
REST = 0.3  # seconds between the answer and the next message, on average
NEW = [
    "ik kan mijn huur van {} euro niet meer betalen en ik weet niet wat ik moet doen",
    "mijn zoon van {} wil niet meer naar school, wie kan ons helpen",
    "waar kan ik beter nederlands leren, ik woon hier nu {} maanden",
    "ik voel me al {} weken heel alleen sinds mijn man er niet meer is",
    "mijn buurman maakt {} uur per dag lawaai en luistert nergens naar",
]
AFTER = ['/theme{"theme":"ontmoeting"}', "ja", "3512 AB"]


async def conversation(port: int, name: str, chance: random.Random, took: list[float], failed: list[int]) -> None:
    try:
        async with Client(port) as client:
            for text in (chance.choice(NEW).format(chance.randrange(10**6)), *AFTER):
                began = time.perf_counter()
                status, _ = await client.post("/webhooks/rest/webhook", {"sender": name, "message": text})
                took.append(time.perf_counter() - began)
                if status != 200:
                    failed.append(status)
                await asyncio.sleep(chance.expovariate(1 / REST))
    except (OSError, asyncio.IncompleteReadError):
        failed.append(0)


async def at_rate(port: int, rate: float, seconds: float, turn: int) -> tuple[list[float], int]:
    """The times of all answers when so many conversations begin a second, and how many failed."""
    chance, took, failed = random.Random(turn), [], []  # type: random.Random, list[float], list[int]
    talks = []
    began, due, number = time.perf_counter(), 0.0, 0
    while due < seconds:
        await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
        talks.append(asyncio.create_task(conversation(port, f"load-{turn}-{number}", chance, took, failed)))
        number += 1
        due += chance.expovariate(rate)
    await asyncio.gather(*talks)
    return took, len(failed)


async def most(port: int, seconds: float, server: int) -> str:
    """The highest rate that keeps the limit, and what was seen there."""
    low, high, rate, turn, best = 0.0, float("inf"), 2.0, 0, "nothing within the limit"
    while rate > 0.25 and not (low and high - low <= low / 8):
        turn += 1
        client, used, began = cpu(), cpu_of(server), time.perf_counter()
        took, failed = await at_rate(port, rate, seconds, turn)
        share = (cpu() - client) / (time.perf_counter() - began)
        each = 1000 * (cpu_of(server) - used) / len(took)
        good = not failed and p99(took) < LIMIT
        print(f"    {rate:6.1f}/s  {p50_p99(took)}  {'' if good else f'too slow, {failed} failed'}", flush=True)
        if good:
            low, best = (
                rate,
                f"p50 / p99 {p50_p99(took)} ms; {each:.0f} ms of a core a turn; the clients took {share:.0%} of one",
            )
            rate = rate * 2 if high == float("inf") else (low + high) / 2
        else:
            high = rate
            rate = (low + high) / 2 if low else rate / 2
    return f"{low:.1f} conversations ({4 * low:.0f} turns) a second; {best}"


def cpu_of(process: int) -> float:
    """Processor time of a server and its workers (s); the database's is not in it."""
    fields = [
        Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (process, *children_of(process))
    ]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measured(name: str, url: str, seconds: float, workers: int = 1) -> None:
    port = free_port()
    command = [str(WEGWIJS), "serve", "--port", str(port), *(["--workers", str(workers)] if workers > 1 else [])]
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(*command, port=port, WEGWIJS_DATABASE_URL=url))
        await at_rate(port, 3, 5, 0)  # warms up
        print(f"  {name}", flush=True)
        print(f"  {name}: {await most(port, seconds, server.pid)}", flush=True)


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=12)
    told = options.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        await measured("SQLite, one worker", f"sqlite:///{scratch}/w.db", told.seconds)
    for workers in (1, 2):
        with postgres() as url:
            name = f"PostgreSQL on the same machine, {workers} worker{'s' if workers > 1 else ''}"
            await measured(name, url, told.seconds, workers)


if __name__ == "__main__":
    asyncio.run(main())
