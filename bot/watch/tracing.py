"""Traces for OpenTelemetry, when an address for them is set; else nothing is made and nothing leaves the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Tracer:
    """Makes spans: how long a request and a turn took, on which route and channel. It knows nothing else."""

    def __init__(self, inner: Any = None) -> None:
        self._inner = inner

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[None]:
        """Span what happens within; an exception is told by its kind only."""
        if self._inner is None:
            yield
            return
        told = {f"wegwijs.{key}": value for key, value in attributes.items()}
        with self._inner.start_as_current_span(
            name, attributes=told, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as problem:
                span.set_attribute("error.type", type(problem).__name__)
                raise


def tracer_to(url: str | None) -> Tracer:
    """Return a tracer that sends its spans to an OTLP receiver (HTTP), such as http://collector:4318/v1/traces.

    A thread of its own sends them; when they cannot be sent the oldest are let go. Nobody waits for it, and neither
    does the end of the process: the spans of its last seconds may be missing.
    """
    if url is None:
        return Tracer()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 -- half a second
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource({"service.name": "wegwijs"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return Tracer(provider.get_tracer("wegwijs"))
