"""`wegwijs directory`: what was decided at the desk goes into the files, and then nothing is left of it."""

import asyncio
import shutil
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.directory import Change
from bot.stores.directory import SqlDirectory
from bot.stores.engines import Engines
from bot.stores.migrate import migrate
from referral.load import DATA, load_guide, read_texts
from referral.overlaid import guide_over, raw_entry
from referral.overlay import Edit, named

DOCK, OLD, NEW = "utrecht-dock", "088 855 51 26", "088 855 51 00"
FILE = "municipalities/utrecht/organisations.yaml"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The data files of a deployment of its own."""
    copy = shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.setattr("referral.load.DATA", copy)
    return copy


@pytest.fixture
def edit():
    before = next(one for one in raw_entry(read_texts(DATA), DOCK)["contacts"] if one["value"] == OLD)
    return Edit(organisation=DOCK, contact=named(before), before=before, after={**before, "value": NEW})


@pytest.fixture
def decided(tmp_path, monkeypatch, edit):
    """A database in which a number was changed."""
    url = f"sqlite:///{tmp_path}/w.db"
    monkeypatch.setenv("WEGWIJS_DATABASE_URL", url)
    migrate(url)

    async def keep():
        engines = Engines(url)
        at = datetime(2026, 11, 22, tzinfo=UTC)
        change = Change(version=1, kind="accepted", edit=edit, by="Karin", at=at, why="", source="dock.nl")
        await SqlDirectory(engines).change(change)
        await engines.close()

    asyncio.run(keep())


def run(*arguments):
    return CliRunner().invoke(app, ["directory", *arguments])


def test_what_was_decided_is_written_and_then_nothing_is_left(files, decided, edit):
    before = (files / FILE).read_text("utf-8")
    told = run("status")
    assert (told.exit_code, "utrecht-dock, phone 088 855 51 26 (value): nog niet in de bestanden." in told.output) == (
        0,
        True,
    )
    version = guide_over(read_texts(files), [edit])[0].version

    assert run("export").exit_code == 0

    assert (files / FILE).read_text("utf-8") == before.replace(OLD, NEW)
    assert run("status").output == "De bestanden zeggen alles wat besloten is.\n"
    assert load_guide(files).version == version


def test_it_can_be_written_elsewhere(files, decided, tmp_path):
    done = run("export", "--to", str(tmp_path / "out"))

    assert done.exit_code == 0
    assert [path.name for path in (tmp_path / "out").rglob("*.yaml")] == ["organisations.yaml"]
    assert OLD in (files / FILE).read_text("utf-8")


def test_what_must_be_chosen_first_is_not_written_and_ends_with_1(files, decided):
    text = (files / FILE).read_text("utf-8").replace(OLD, "088 855 51 77")
    (files / FILE).write_text(text, "utf-8")

    done = run("export")

    assert done.exit_code == 1
    assert "de bestanden zeggen iets anders; kies op /staff/directory" in done.output
    assert (files / FILE).read_text("utf-8") == text
