"""What the benches of the server share: servers of their own, a small client, and figures."""

import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

WEGWIJS = Path(sys.executable).with_name("wegwijs")
KEY = "a key for benches that seals nothing of anybody"


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own that commits to the disk, as the URL of an empty database; gone when the bench ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever is told to stop tidies up too
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4]))
    home = Path(tempfile.mkdtemp(prefix="wegwijs-bench-"))
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if as_postgres:
        shutil.chown(home, "postgres", "postgres")

    def run(program: str, *arguments: str) -> None:
        command = [*as_postgres, str(programs / program), "-D", f"{home}/data", *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run("initdb", "-U", "postgres", "--auth=trust", "--no-locale", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={home} -c shared_buffers=512MB"
    run("pg_ctl", "start", "-w", "-l", f"{home}/log", "-o", options)
    try:
        yield f"postgresql://postgres@/postgres?host={home}"
    finally:
        run("pg_ctl", "stop", "-m", "fast", "-w")
        shutil.rmtree(home)


@asynccontextmanager
async def running(*command: str, port: int, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server that is ready on a port, without limits on what one address may ask."""
    told = {**os.environ, "WEGWIJS_MASTER_KEY": KEY, "WEGWIJS_LIMITS": "0", **environment}
    process = await asyncio.create_subprocess_exec(*command, env=told, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                async with Client(port) as client:
                    if (await client.get("/ready"))[0] == 200:
                        break
            except OSError:
                await asyncio.sleep(0.1)
            assert process.returncode is None, "it ended"
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


class Client:
    """One connection that is kept open. It does little, so that the server gets what there is of the machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Client":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        return await self._ask(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())

    async def post(self, path: str, body: dict[str, str]) -> tuple[int, bytes]:
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(data)}"
        return await self._ask(head.encode() + b"\r\n\r\n" + data)

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await self._reader.readexactly(length)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def p50_p99(seconds: Sequence[float]) -> str:
    return f"{1000 * statistics.median(seconds):7.1f} /{1000 * p99(seconds):7.1f}"


def p99(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


def machine() -> str:
    """What else the machine did: with figures of a shared machine nobody can compare."""
    load = os.getloadavg()[0]
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load before the start {load:.1f}"


def memory_of(process: int) -> dict[str, float]:
    """Resident, proportional and own memory of a process, in MB."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {row.split(":")[0]: int(row.split()[1]) for row in rows}
    own = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return {"resident": kilobytes["Rss"] / 1024, "share": kilobytes["Pss"] / 1024, "own": own / 1024}


def children_of(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
