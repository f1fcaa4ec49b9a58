"""Several workers on one port: a parent that reads everything once, forks, and replaces a worker that dies.

The parent serves nobody and holds no connection and no thread, so a fork is a clean copy, and another worker is
there in a moment. What the parent read (model, directory, patterns) lies in memory once, as far as no worker writes
there.
"""

import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable

log = logging.getLogger("wegwijs")

# Told how to say that it started, a pipe that ends with us, and whose place it has: who is replaced leaves its place.
Work = Callable[[Callable[[], None], int, int], None]

_HEARD = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
_PATIENCE = 10.0  # seconds that workers have to stop
_STEADY = 10.0  # seconds; who dies sooner is replaced later and later
_LONGEST_REST = 30.0
_LOOK = 0.1


class Workers:
    """Keeps a number of workers alive until SIGTERM or SIGINT; the second of these does not wait for them."""

    def __init__(self, number: int, work: Work, started: Callable[[], None]) -> None:
        self._number = number
        self._work = work
        self._tell_started = started
        self._born: dict[int, tuple[float, int]] = {}  # process -> when, and its place
        self._due: list[tuple[float, int]] = []  # when to fill which place
        self._died_young = 0
        self._stopping: float | None = None
        self._alive, self._held = os.pipe()  # ends when this process does, whatever it dies of
        self._told, self._tell = os.pipe()
        os.set_blocking(self._told, False)

    def run(self) -> int:
        """Run, and return the exit code."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        gc.collect()
        gc.freeze()  # so that the workers' collectors leave the shared pages alone
        waiting = self._number
        self._due = [(0.0, place) for place in range(self._number)]
        while self._born or not self._stopping:
            self._replace()
            self._heed(signal.sigtimedwait(_HEARD, _LOOK if waiting or self._due or self._stopping else 60.0))
            if waiting and (waiting := waiting - self._count_started()) <= 0:
                waiting = 0
                self._tell_started()
        return 0

    def _heed(self, sign: signal.struct_siginfo | None) -> None:
        if sign is not None and sign.si_signo != signal.SIGCHLD:
            self._send(signal.SIGTERM)
            self._stopping = self._stopping or time.monotonic()
        elif self._stopping and time.monotonic() - self._stopping > _PATIENCE:
            self._send(signal.SIGKILL)
        self._bury()

    def _bury(self) -> None:
        """Note who died, and when to replace them."""
        for process in tuple(self._born):
            found, status = os.waitpid(process, os.WNOHANG)
            if not found:
                continue
            born, place = self._born.pop(process)
            lived = time.monotonic() - born
            if self._stopping:
                continue
            self._died_young = self._died_young + 1 if lived < _STEADY else 0
            rest = min(2.0**self._died_young / 2, _LONGEST_REST) if self._died_young else 0.0
            log.warning("worker %s ended (%s), replaced in %.0f s", process, _why(status), rest)
            self._due.append((time.monotonic() + rest, place))

    def _replace(self) -> None:
        now = time.monotonic()
        late = [place for at, place in self._due if at <= now]
        self._due = [] if self._stopping else [(at, place) for at, place in self._due if at > now]
        for place in () if self._stopping else late:
            self._fork(place)

    def _fork(self, place: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        if process := os.fork():
            self._born[process] = time.monotonic(), place
            return
        code = 1
        try:
            os.setpgrp()  # Ctrl-C goes to the parent alone, which tells us
            os.close(self._held)
            os.close(self._told)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            self._work(self._say_started, self._alive, place)
            code = 0
        except BaseException:  # whatever it is, this process must not go on as a second parent
            log.exception("a worker ended")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _send(self, sign: signal.Signals) -> None:
        for process in self._born:
            os.kill(process, sign)

    def _say_started(self) -> None:
        os.write(self._tell, b".")

    def _count_started(self) -> int:
        try:
            return len(os.read(self._told, self._number))
        except BlockingIOError:
            return 0


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens for all workers. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def _why(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {-code}" if code < 0 else f"code {code}"
