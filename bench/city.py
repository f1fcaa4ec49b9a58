"""How many machines it takes: conversations of one city, of ten, of all 342 municipalities, hour by hour of a week.

    python -m bench.city [--turn-ms 20] [--share 0.02] [--crisis 50]

A simulation, no load test. Each hour of the week has its own arrivals; in the busiest one a crisis begins in one city
(a flood, a failing payment run), with fifty times the questions of that hour there. Turns queue before a number of
processor cores, first come first served; the fewest cores are sought with which 99 of 100 turns wait and are served
within 250 ms. Every turn is simulated, several busiest hours over, and the worst of the hours counts.

What is measured: processor time of a turn (`bench.load`, `bench.turn`), given by --turn-ms. What is assumed, and to be
replaced by a municipality's own figures: the share of inhabitants that asks something in a week, how the questions lie
over the week, how many turns a conversation has, and how many inhabitants there are outside Utrecht and Amersfoort.
"""

import argparse
import heapq
import math
import random
from dataclasses import dataclass

LIMIT = 0.250  # seconds, for 99 of 100 turns
TURNS = 6  # of a conversation
BETWEEN = 25.0  # seconds between two turns of one, on average
CORES = 2  # of a machine
SPARE = 0.7  # how busy a core may be at most: a worker is restarted, a backup runs
HOURS = 3  # simulated busiest hours
CUT = 600  # seconds of an hour that are simulated

# Inhabitants: CBS 2024, the sum over the wijken. The others are assumptions, to be set right.
UTRECHT, AMERSFOORT = 374_215, 161_825
COUNTRY, MUNICIPALITIES = 18_000_000, 342

# How the questions of a week lie over its hours: an office-hours service with evenings, quiet at night and weekends.
DAY = [1, 1, 1, 1, 1, 2, 5, 15, 40, 70, 85, 80, 65, 75, 80, 70, 60, 45, 40, 45, 45, 35, 18, 6]
WEEK = [1.25, 1.1, 1.0, 1.0, 0.85, 0.4, 0.4]  # Monday first


@dataclass(frozen=True)
class Place:
    name: str
    inhabitants: int
    largest: int  # inhabitants of the city that has the crisis


def busiest(inhabitants: int, share: float) -> float:
    """Conversations a second that begin in the busiest hour of the week."""
    return inhabitants * share * max(WEEK) / sum(WEEK) * max(DAY) / sum(DAY) / 3600


def waits(rate: float, cores: int, service: float, chance: random.Random) -> list[float]:
    """How long each turn took, waiting and serving, when so many conversations begin a second."""
    arrivals: list[float] = []
    begin = 0.0
    while begin < CUT:
        begin += chance.expovariate(rate)
        at = begin
        for _ in range(TURNS):
            arrivals.append(at)
            at += chance.expovariate(1 / BETWEEN)
    arrivals.sort()
    free = [0.0] * cores
    took: list[float] = []
    for at in arrivals:
        start = max(at, heapq.heappop(free))
        end = start + chance.gammavariate(4, service / 4)  # most turns are like each other, some take long
        heapq.heappush(free, end)
        if BETWEEN * TURNS < at < CUT:  # before, it is still filling
            took.append(end - at)
    return took


def cores_for(rate: float, service: float) -> tuple[int, float]:
    """The fewest cores that keep the limit in every simulated hour, and the worst p99 there."""
    cores = max(1, math.ceil(rate * TURNS * service / SPARE))
    while True:
        worst = max(p99(waits(rate, cores, service, random.Random(hour))) for hour in range(HOURS))
        if worst < LIMIT:
            return cores, worst
        cores += max(1, cores // 10)


def p99(some: list[float]) -> float:
    return sorted(some)[int(len(some) * 0.99)] if some else 0.0


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--turn-ms", type=float, default=20.0, help="processor time of a turn, server and database")
    options.add_argument("--share", type=float, default=0.02, help="of the inhabitants that asks something in a week")
    options.add_argument("--crisis", type=float, default=50.0, help="times the questions of that hour, in one city")
    told = options.parse_args()
    average = COUNTRY // MUNICIPALITIES
    places = [
        Place("an average municipality", average, average),
        Place("Amersfoort", AMERSFOORT, AMERSFOORT),
        Place("Utrecht", UTRECHT, UTRECHT),
        Place("ten cities like Utrecht", 10 * UTRECHT, UTRECHT),
        Place("all 342 municipalities", COUNTRY, UTRECHT),
    ]
    print(f"{told.turn_ms:g} ms a turn, {TURNS} turns, {told.share:.1%} of inhabitants ask in a week")
    heads = ("busiest hour", f"{told.crisis:g} times in one city", f"{told.crisis:g} times everywhere")
    print(f"{'':24}{'inhabitants':>12}" + "".join(f"{head:>30}" for head in heads))
    print(f"{'':36}" + f"{'turns/s':>9}{'cores':>6}{'p99':>6}{'machines':>9}" * len(heads))
    for place in places:
        usual, there = busiest(place.inhabitants, told.share), busiest(place.largest, told.share)
        rates = (usual, usual + (told.crisis - 1) * there, told.crisis * usual)
        cells = "".join(cell(rate, told.turn_ms / 1000) for rate in rates)
        print(f"{place.name:24}{place.inhabitants:12,}{cells}", flush=True)


def cell(rate: float, service: float) -> str:
    cores, slow = cores_for(rate, service)
    machines = max(2, math.ceil(cores / CORES))  # two, so that one may fail or be upgraded
    return f"{rate * TURNS:9.1f}{cores:6}{1000 * slow:6.0f}{machines:9}"


if __name__ == "__main__":
    main()
