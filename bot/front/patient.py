"""uvicorn's side of a line, but with patience that ends, for who sends no whole request and for who takes no answer."""

import math
import socket
import struct
from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

SECONDS = 15.0  # for all headers of a request to be there, also of a line on which nothing is said
MOST_BYTES = 32_000  # of address and headers together
TAKING_SECONDS = 60.0  # in which a client takes something of an answer that waits for it
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: what the system still holds for the client goes too
_LARGE = STATUS_LINE[431] + b"connection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """As uvicorn's own, which would wait and collect for ever, and hold for ever what nobody takes."""

    seconds = SECONDS
    taking_seconds = TAKING_SECONDS
    _timer: TimerHandle | None = None
    _looking: TimerHandle | None = None
    _size = 0
    _waited = math.inf  # bytes of answers at the last look

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._wait()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        if self._looking:
            self._looking.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of the headers of a request."""
        super().on_message_begin()
        self._size = 0
        self._wait()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        super().on_url(url)
        self._measure(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        super().on_header(name, value)
        self._measure(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """Wait no more: the body has a limit of its own (bodies.py)."""
        self._rest()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def _measure(self, more: int) -> None:
        self._size += more
        if self._size > MOST_BYTES and not self.transport.is_closing():
            self.transport.write(_LARGE)
            self.transport.close()

    def _wait(self) -> None:
        self._rest()
        self._timer = self.loop.call_later(self.seconds, self.timeout_keep_alive_handler)

    def _rest(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _look_later(self) -> None:
        self._looking = self.loop.call_later(self.taking_seconds, self._look)

    def _look(self) -> None:
        """Hang up when no less waits for the client than at the last look, also on a line that is being closed.

        Nothing waits on a stream that is quiet. The line of a WebSocket, which another protocol took over, is
        looked at here as well, until it is closed and empty.
        """
        waits = self.transport.get_write_buffer_size()
        if waits >= self._waited:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.transport.abort()
        elif waits or not self.transport.is_closing():
            self._waited = waits or math.inf
            self._look_later()
