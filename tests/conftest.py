"""What the tests of several rooms share: a PostgreSQL of their own, as `postgres_url`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bot.stores.masters import masters_from
from bot.stores.vault import Vault

os.environ.setdefault("WEGWIJS_MASTER_KEY", "a key for tests that seals nothing of anybody")
_MASTERS = masters_from(os.environ, "sqlite:///tests.db")
Vault(_MASTERS)  # so that the numbers of cases are the same in all tests

_LONGEST = (  # about a minute each; .ci/run gives whole files to its workers
    "crash/test_dying.py",
    "channels/web/test_ten_conversations.py",
    "tests/test_serve.py",
    "staff/test_desk_browser.py",
    "staff/test_attacks_browser.py",
    "staff/test_directory.py",
    "crash/test_faults.py",
)
_OPTIONS = "-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c max_connections=200"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no worker is still at one of them when the others are done."""
    items.sort(key=lambda item: not str(item.path).endswith(_LONGEST))


@pytest.fixture(autouse=True)
def _same_numbers() -> Iterator[None]:
    """Let a test with a database of another master key leave the numbers of cases as they were."""
    yield
    Vault(_MASTERS)


class Postgres:
    """A private PostgreSQL in a temporary directory, reached by a socket only. It forgets all at the end."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.home = Path(tempfile.mkdtemp(prefix="wegwijs-pg-"))
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres", "postgres")
        self._run("initdb", "-U", "postgres", "--auth=trust", "--no-sync", "--no-locale", "-E", "UTF8")

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._run("pg_ctl", "start", "-w", "-l", f"{self.home}/log", "-o", _OPTIONS.format(home=self.home))

    def stop(self) -> None:
        """Stop at once; who is connected loses the connection."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-w")

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        if (self.home / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.home)

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"test_{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={self.home}"

    def execute(self, statement: str) -> None:
        """Run a statement as the owner of the cluster."""
        with psycopg.connect(f"host={self.home} user=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        command = [str(self.programs / program), "-D", f"{self.home}/data", *arguments]
        subprocess.run(
            [*(as_postgres if os.geteuid() == 0 else []), *command],
            check=True,
            cwd=self.home,
            stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server runs
            stderr=subprocess.DEVNULL,
        )


@pytest.fixture(scope="session")
def needs() -> Callable[[object, str], None]:
    """Return what ends a test without something that must be installed: at home it is skipped, in CI it fails."""

    def check(there: object, why: str) -> None:
        if not there:
            pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)

    return check


@pytest.fixture(scope="session")
def postgres(needs: Callable[[object, str], None]) -> Iterator[Postgres]:
    """Return a PostgreSQL that runs. Who stops it in a test starts it again."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    needs(programs, "PostgreSQL is not installed: apt-get install postgresql")
    server = Postgres(programs[-1].parent)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """Return the URL of an empty PostgreSQL database for this test alone."""
    return postgres.new_database()
