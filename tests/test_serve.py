"""The real process: it starts, answers, stops, and loses nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

WEGWIJS = Path(sys.executable).with_name("wegwijs")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    def __init__(self, database: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database

    def start(self) -> "Served":
        self.process = subprocess.Popen(
            [WEGWIJS, "serve", "--port", str(self.port)],
            env={**os.environ, "WEGWIJS_DATABASE_URL": self.database},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/ready").status_code == 200:
                    return self
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.process.communicate(timeout=5)[0].decode())

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> float:
        begin = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(30)
        return time.monotonic() - begin

    def say(self, text: str, number: str, sender: str = "anna") -> list[dict]:
        answer = httpx.post(
            f"{self.url}/webhooks/rest/webhook", json={"sender": sender, "message": text, "message_id": number}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    database = f"sqlite:///{tmp_path}/w.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    server = Served(database).start()
    yield server
    if server.process.poll() is None:
        server.stop(signal.SIGKILL)


def test_it_answers_health_and_the_page(served):
    assert httpx.get(f"{served.url}/health").json() == {"status": "ok"}
    assert "Wegwijs" in httpx.get(served.url).text


def test_a_killed_server_goes_on_where_it_was(served):
    served.say('/theme{"theme":"ontmoeting"}', "1")
    served.stop(signal.SIGKILL)
    served.start()

    last = served.say("lunetten", "2")[-1]["custom"]["wegwijs"]

    assert last["referrals"] == ["utrecht-dock"]
    assert last["wijk"] == "Zuid"


def test_a_message_that_is_sent_again_after_a_kill_counts_once(served):
    first = served.say("ik ben nieuw hier en wil mensen leren kennen", "1")
    served.stop(signal.SIGKILL)
    served.start()

    assert served.say("ik ben nieuw hier en wil mensen leren kennen", "1") == first


def test_sigterm_ends_it_within_five_seconds_also_with_an_open_stream(served):
    with httpx.Client(base_url=served.url) as browser:
        browser.post("/chat", data={"message": "hallo", "id": "1"}, headers={"Origin": served.url})
        with browser.stream("GET", "/chat/events", timeout=20):
            took = served.stop()

    assert took < 5
    assert served.process.returncode == 0
