"""The real server as a process of its own, which can be killed, and a line to it that can be cut."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from tests.bot_api import free_port

START = [sys.executable, "-c", "from bot.cli import main; main()", "serve", "--port"]
_LONGEST_START = 600  # seconds, on a machine that does much else


class Served:
    """`wegwijs serve` on a port that stays the same."""

    def __init__(self, environment: dict[str, str], log: Path, prefix: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "WEGWIJS_LIMITS": "0", **environment}
        self.log = log
        self.prefix = prefix  # what the command is started with, such as `unshare -rm`
        self.starts: list[float] = []
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *, until: str = "/health") -> "Served":
        """Start, and wait until it answers."""
        begin = time.monotonic()
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.prefix, *START, str(self.port), env=self.environment, stdout=log, stderr=log
            )
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            while time.monotonic() - begin < _LONGEST_START:
                if self.process.returncode is not None:
                    break
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(until)).status_code == 200:
                        self.starts.append(time.monotonic() - begin)
                        return self
                await asyncio.sleep(0.05)
        await self.kill()
        raise AssertionError(self.log.read_text("utf-8", "replace")[-4000:])

    def strike(self) -> None:
        """Kill it, without waiting until it is gone."""
        if self.process and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)

    async def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        self.strike()
        if self.process:
            await self.process.wait()


Seen = Callable[[bytes], bool]  # what is told of the first bytes of a request; True to be told of its answer


class Line:
    """A TCP proxy: what goes over it can be watched, slowed down or cut."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.to = port
        self.at_answer: Callable[[], None] | None = (
            None  # called once, in place of bringing the next answer to a message
        )
        self.wait: Callable[[], Awaitable[None]] | None = None  # before each piece that goes up
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Line":
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connected(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.close()
            return
        asked = bytearray()  # how the last request began
        pipes = [
            asyncio.create_task(self._up(reader, up_writer, asked)),
            asyncio.create_task(self._down(up_reader, writer, asked)),
        ]
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in pipes:
                task.cancel()
            for one in (writer, up_writer):
                one.close()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytearray) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                asked[:] = piece[:200]
                if self.wait:
                    await self.wait()
                writer.write(piece)
                await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytearray) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                if self.at_answer and asked.startswith((b"POST /chat", b"POST /webhooks", b"POST /staff/cases")):
                    cut, self.at_answer = self.at_answer, None
                    cut()  # what was stored is not told
                    return
                writer.write(piece)
                await writer.drain()
