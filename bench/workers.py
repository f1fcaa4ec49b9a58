"""How long a start takes and what memory a worker costs. PostgreSQL, since SQLite has one worker.

    python -m bench.workers [--most 4]

"Own" is what nobody else has in memory: what one worker more costs. "Share" counts what several have by parts, so that
the shares of all processes add up to what the server takes. Each server first takes 200 turns on new words.
"""

import argparse
import asyncio
import time

from bench.servers import WEGWIJS, Client, children_of, free_port, machine, memory_of, postgres, running

TURNS = 200


async def measured(url: str, workers: int) -> str:
    port, began = free_port(), time.perf_counter()
    command = (str(WEGWIJS), "serve", "--port", str(port), "--workers", str(workers))
    async with running(*command, port=port, WEGWIJS_DATABASE_URL=url) as process:
        took = time.perf_counter() - began
        for number in range(TURNS):
            async with Client(port) as client:  # a new connection each, so that all workers get some
                text = f"ik kan mijn huur van {number} euro niet betalen"
                await client.post("/webhooks/rest/webhook", {"sender": f"bench-{workers}-{number}", "message": text})
        serving = children_of(process.pid) if workers > 1 else [process.pid]
        each = [memory_of(one) for one in serving]
        parent = [memory_of(process.pid)["share"]] if workers > 1 else []
        whole = sum(one["share"] for one in each) + sum(parent)
        own = sum(one["own"] for one in each) / len(each)
        return f"{workers:7} {took:12.1f} s {own:16.0f} MB {whole:14.0f} MB"


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--most", type=int, default=4)
    told = options.parse_args()
    print(machine())
    print(f"{'workers':>7} {'ready after':>14} {'own, a worker':>19} {'all together':>17}")
    with postgres() as url:
        for workers in range(1, told.most + 1):
            print(await measured(url, workers), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
