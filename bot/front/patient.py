"""uvicorn's reader of requests, but with patience that ends: headers too large, or that do not come, end the line."""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

SECONDS = 15.0  # for all headers of a request to be there, also of a line on which nothing is said
MOST_BYTES = 32_000  # of address and headers together
_LARGE = STATUS_LINE[431] + b"connection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """As uvicorn's own, which would wait and collect for ever."""

    seconds = SECONDS
    _timer: TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin to wait for a first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
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
