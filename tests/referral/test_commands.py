"""What the commands print about time and a new municipality."""

import pytest
from typer.testing import CliRunner

from bot import check, cli
from referral import load

run = CliRunner().invoke


@pytest.fixture
def sound(monkeypatch):
    """The check of all files is another test; here it finds nothing."""
    monkeypatch.setattr(check, "check", lambda: ())


def test_check_lists_what_ends_from_a_day(sound):
    done = run(cli.app, ["check", "--expiring", "90", "--on", "2026-11-21"])

    assert done.exit_code == 0
    assert "utrecht-jou eindigt op 2026-12-31" in done.output
    assert "Bewezen: op elke dag" in done.output


def test_check_lists_nothing_when_it_is_not_asked(sound):
    assert run(cli.app, ["check"]).output == "Alle bestanden zijn in orde.\n"


@pytest.mark.parametrize("arguments", [["--expiring", "-1"], ["--expiring", "90", "--on", "2026-02-30"]])
def test_a_number_or_a_day_that_cannot_be_is_refused(sound, arguments):
    assert run(cli.app, ["check", *arguments]).exit_code == 2


def test_a_municipality_is_added_to_the_data(copy, monkeypatch):
    monkeypatch.setattr(load, "DATA", copy)

    added = run(cli.app, ["add-municipality", "Soest"])
    again = run(cli.app, ["add-municipality", "Soest"])

    assert added.exit_code == 0
    assert "referral/data/municipalities/soest/areas.yaml" in added.output
    assert (copy / "municipalities/soest/organisations.yaml").exists()
    assert again.exit_code == 1
