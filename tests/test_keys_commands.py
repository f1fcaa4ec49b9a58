"""The commands of the master key and of backups, as an administrator gives them."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.events import Noted
from bot.stores.opening import open_database
from bot.stores.sql import SqlStore

WEGWIJS = Path(sys.executable).with_name("wegwijs")
NOTE = Noted(at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), by="Sanne", text="Zonnebloem")


@pytest.fixture
def wegwijs(tmp_path):
    """Return what gives a command over a database with one conversation and a key file that was made for it."""
    url = f"sqlite:///{tmp_path}/w.db"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WEGWIJS_")}
    environment |= {"WEGWIJS_DATABASE_URL": url, "COLUMNS": "200", "NO_COLOR": "1"}

    async def begin():
        store = SqlStore(url, vault=await asyncio.to_thread(open_database, url, {}))
        await store.append("telegram:1", [NOTE], after=0)
        await store.close()

    asyncio.run(begin())

    def give(*arguments):
        done = subprocess.run(
            [WEGWIJS, *arguments], capture_output=True, check=False, env=environment, text=True, timeout=120
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    return give


def test_the_master_key_is_replaced_and_a_backup_put_back(wegwijs, tmp_path):
    first = (tmp_path / "w.db.key").read_text()
    (tmp_path / "backup.key").write_text("een sleutel voor back-ups, dus een andere\n")
    (tmp_path / "short.key").write_text("kort\n")
    file, key = str(tmp_path / "w.backup"), f"--key-file={tmp_path}/backup.key"

    rotated = wegwijs("keys", "rotate", "--new")
    both = (tmp_path / "w.db.key").read_text().splitlines()
    dropped = wegwijs("keys", "rotate", "--drop-old")
    status = wegwijs("keys", "status")
    short = wegwijs("backup", file, f"--key-file={tmp_path}/short.key")
    same = wegwijs("backup", file, f"--key-file={tmp_path}/w.db.key")
    made = wegwijs("backup", file, key)
    forgotten = wegwijs("forget", "telegram:1")
    refused = wegwijs("restore", file, key)
    restored = wegwijs("restore", file, key, "--force")

    assert rotated == (0, "2 sleutels opnieuw verpakt.\n")
    assert both[1:] == first.splitlines()
    assert dropped[0] == 0
    assert (tmp_path / "w.db.key").read_text().splitlines() == both[:1]
    assert "(in gebruik): 2 sleutels\nNog niet versleuteld: 0" in status[1]
    assert (short[0], same[0], made[0], forgotten[0]) == (2, 2, 0, 0)
    assert refused[0] == 1
    assert "not empty" in refused[1]
    assert restored[0] == 0
    assert "nu weer: 1 gesprekken" in restored[1]


def test_a_lost_master_key_is_told_in_a_sentence(wegwijs, tmp_path):
    (tmp_path / "w.db.key").unlink()

    status, told = wegwijs("keys", "status")

    assert status == 1
    assert "Put it back there" in told
