"""The real process: it starts, answers, stops, and loses nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest
from alembic import command

from bot.stores.engines import normalised
from bot.stores.migrate import _config, alone_on, newest

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

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sign)
        self.process.wait(30)

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


def test_sigterm_ends_it_also_with_an_open_stream(served):
    with httpx.Client(base_url=served.url) as browser:
        browser.post("/chat", data={"message": "hallo", "id": "1"}, headers={"Origin": served.url})
        with browser.stream("GET", "/chat/events", timeout=20):
            served.stop()  # waits for half a minute; the stream would have stayed for an hour

    assert served.process.returncode == 0


NEXT_VERSION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade():
    op.add_column("events", sa.Column("weight", sa.Integer, nullable=False, server_default="0"))
    op.create_table("weights", sa.Column("name", sa.Text, primary_key=True))
    op.create_index("ix_events_weight", "events", ["weight"])
"""


def upgrade_to_the_next_version(database: str, folder: Path) -> None:
    folder.mkdir()
    (folder / "9999_next.py").write_text(NEXT_VERSION.format(newest=newest()))
    config = _config()
    ours = Path(config.get_main_option("script_location")) / "versions"
    config.set_main_option("version_locations", os.pathsep.join((str(ours), str(folder))))
    with alone_on(normalised(database)) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "9999")


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError


def test_it_answers_also_while_the_next_version_makes_its_tables_and_after(served, tmp_path):
    answers, enough = [], Event()
    assert httpx.get(f"{served.url}/health").json() == {"status": "ok"}
    assert "Wegwijs" in httpx.get(served.url).text

    def talk() -> None:
        while not enough.is_set():
            answers.append(served.say("ik ben nieuw hier en wil mensen leren kennen", "1", f"sender{len(answers)}"))
            enough.wait(0.1)  # one address may not ask without end

    with ThreadPoolExecutor() as resident:
        talking = resident.submit(talk)
        try:
            until(lambda: talking.done() or len(answers) > 2)
            upgrade_to_the_next_version(served.database, tmp_path / "versions")
            before = len(answers)
            until(lambda: talking.done() or len(answers) > before + 2)
        finally:
            enough.set()
        talking.result()

    assert all(answers)
    assert httpx.get(f"{served.url}/ready").status_code == 200
