"""A receiver of traces (OTLP over HTTP) gets ids and numbers only, and nobody waits for it."""

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.minds import Minds
from tests.bot_api import free_port

MARK = "Marktekst"
REST = "/webhooks/rest/webhook"
FETCH = {"accept": "application/json", "origin": "http://wegwijs.test"}
KNOWN = {
    "wegwijs.request": r"[0-9a-f]{16}",
    "wegwijs.channel": r"web|rest",
    "error.type": r"[A-Z][A-Za-z]+",
}


class Receiver(ThreadingHTTPServer):
    """Receives traces, once it is free to answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.got: list[tuple[str, bytes]] = []
        self.asked, self.free = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/v1/traces"

    @property
    def told(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for _, body in self.got]

    @property
    def spans(self):
        return [
            span
            for told in self.told
            for resource in told.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Answering(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.set()
        self.server.free.wait(60)
        self.server.got.append((self.path, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(monkeypatch) -> Iterator[Receiver]:
    """Return a receiver that hears of a span at once, from a sender that keeps few."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "40")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")
    server = Receiver()
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield server
    server.free.set()
    server.shutdown()
    running.join()
    server.server_close()


def browser(app) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wegwijs.test")


async def test_it_gets_ids_and_numbers_and_nothing_that_somebody_typed(make_app, real_minds, receiver):
    receiver.free.set()

    def fails(text, language, asked):
        if "stuk" in text:
            raise ValueError(text)
        return real_minds.understand(text, language, asked)

    app = make_app(Minds(fails, real_minds.guide, real_minds.phrases), WEGWIJS_OTLP_URL=receiver.url)
    texts = (f"ik heet {MARK} en heb schulden", f"{MARK}@voorbeeld.nl, 06-12345678", f"stuk {MARK}")
    async with browser(app) as client:
        for number, text in enumerate(texts):
            await client.post("/chat", data={"message": text, "id": f"number-{number}"}, headers=FETCH)
            await client.post(REST, json={"sender": MARK, "message": text, "message_id": str(number)})
        await client.get(f"/{MARK}?{MARK}={MARK}", headers={"user-agent": MARK, "cookie": f"{MARK}={MARK}"})
        await client.post("/staff/login", data={"name": MARK, "password": MARK}, headers=FETCH)
    async with asyncio.timeout(30):
        while len([span for span in receiver.spans if span.name == "request"]) < 8:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    assert {path for path, _ in receiver.got} == {"/v1/traces"}
    assert not any(MARK.lower().encode() in body.lower() or b"12345678" in body for _, body in receiver.got)
    assert {span.name for span in receiver.spans} == {"request", "turn"}
    for span in receiver.spans:
        told = {one.key: one.value.string_value for one in span.attributes}
        assert all(re.fullmatch(KNOWN[key], value) for key, value in told.items()), told
        assert not span.events
        assert not span.status.message
    about = {
        one.key for told in receiver.told for resource in told.resource_spans for one in resource.resource.attributes
    }
    assert about == {"service.name"}


@pytest.mark.parametrize("trouble", ["answers nothing", "is not there"])
async def test_no_turn_waits_for_a_receiver_or_is_lost_with_it(make_app, receiver, trouble):
    url = receiver.url if trouble == "answers nothing" else f"http://127.0.0.1:{free_port()}/v1/traces"
    app = make_app(WEGWIJS_OTLP_URL=url)
    async with browser(app) as client:
        told = []
        for number in range(60):  # more spans than are kept
            body = {"sender": f"sender-{number}", "message": "hallo", "message_id": "1"}
            told.append((await client.post(REST, json=body)).json())
            if number == 0 and trouble == "answers nothing":
                assert await asyncio.to_thread(receiver.asked.wait, 30)
        again = [
            (await client.post(REST, json={"sender": f"sender-{number}", "message": "hallo", "message_id": "1"})).json()
            for number in range(60)
        ]

    assert all(told)
    assert again == told
    assert receiver.got == []


def test_the_end_of_the_process_does_not_wait_for_it_either(receiver, monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "600000")
    span = f"from bot.watch.tracing import tracer_to\nwith tracer_to({receiver.url!r}).span('request'): pass"

    subprocess.run([sys.executable, "-c", span], check=True, timeout=120)

    assert not receiver.asked.is_set()
