"""The interfaces that must not change, seen from outside: the `wegwijs` command."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.counted import Tally
from bot.events import Followed
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore

WEGWIJS = Path(sys.executable).with_name("wegwijs")


def run(*arguments, lines=b"", **environment):
    return subprocess.run(
        [WEGWIJS, *arguments],
        input=lines,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        timeout=120,
    )


@pytest.fixture(scope="module")
def classified():
    lines = [
        json.dumps({"id": "a", "text": "mijn man slaat mij en de kinderen, we wonen in Zuilen"}).encode(),
        b"",
        b"kapot",
        b"\xff\xfe",
        b'{"id": "x"}',
        b'{"id": "x", "text": 5}',
        b'{"id": "groot", "text": "' + b"a" * 2_000_000 + b'"}',
        json.dumps({"id": "nul", "text": "\x00\ud800"}).encode(),
        json.dumps({"id": "leeg", "text": ""}).encode(),
        json.dumps({"id": "z", "text": "waar kan ik nederlands leren"}).encode(),
    ]
    done = run("classify", "--jsonl", lines=b"\n".join(lines) + b"\n")
    return done, [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_classify_answers_every_line(classified):
    done, answers = classified

    assert done.returncode == 0
    assert len(answers) == 10
    assert [answer.get("line") for answer in answers if "error" in answer] == [2, 3, 4, 5, 6, 7]


def test_classify_gives_what_was_promised(classified):
    _, answers = classified
    first = answers[0]

    assert set(first) == {"id", "language", "themes", "ranking", "signals", "act", "facts"}
    assert first["language"] == "nl"
    assert first["themes"][0]["theme"] == "huiselijk_geweld"
    assert 0 <= first["themes"][0]["confidence"] <= 1
    assert len(first["ranking"]) == 5
    assert "violence_at_home" in first["signals"]
    assert first["facts"]["wijk"] == "utrecht-noordwest"


def test_classify_goes_on_after_bad_lines(classified):
    _, answers = classified

    assert answers[9]["id"] == "z"
    assert answers[9]["ranking"][0]["theme"] == "taal_inburgering"


def cases(*told):
    done = run("refer", "--jsonl", lines=b"\n".join(json.dumps(case).encode() for case in told) + b"\n")
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_refer_asks_refers_and_names_what_is_wrong():
    asked, referred, place, wrong = cases(
        {"id": "1", "themes": ["geldzorgen"], "signals": [], "facts": {}},
        {
            "id": "2",
            "themes": ["geldzorgen"],
            "signals": ["suicide"],
            "facts": {
                "city": "utrecht",
                "wijk": "utrecht-overvecht",
                "home_or_utilities_at_risk": "no",
                "children_at_home": "yes",
            },
            "on": "2026-11-21",
        },
        {"id": "3", "themes": ["ontmoeting"], "signals": [], "facts": {"place": "overvegt"}},
        {"id": "4", "themes": ["geldzorgn"], "signals": [], "facts": {}},
    )

    assert (asked["status"], asked["ask"]) == ("ask", "place")
    assert (referred["status"], referred["ask"], referred["say_first"], referred["urgent"]) == (
        "refer",
        None,
        ["113"],
        True,
    )
    assert referred["referrals"][0]["organisation"] == "utrecht-buurtteam-jeugd-gezin"
    assert referred["referrals"][0]["wijk"] == "utrecht-overvecht"
    assert place["referrals"][0] | {"contacts": []} == place["referrals"][0] | {
        "organisation": "utrecht-dock",
        "wijk": "utrecht-overvecht",
        "contacts": [],
    }
    assert "geldzorgn" in wrong["error"]


@pytest.mark.parametrize("command", ["check", "prove"])
def test_data_and_rules_are_sound(command):
    done = run(command)

    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def test_an_account_needs_a_known_organisation_and_a_long_password(tmp_path):
    database = {"WEGWIJS_DATABASE_URL": f"sqlite:///{tmp_path}/w.db"}

    good = run("staff", "add", "Sanne", "--team", "utrecht-dock", lines=b"een lang wachtwoord\n", **database)
    short = run("staff", "add", "Ali", "--team", "utrecht-dock", lines=b"kort\n", **database)
    unknown = run("staff", "add", "Bo", "--team", "utrecht-nergens", lines=b"een lang wachtwoord\n", **database)
    twice = run("staff", "add", "sanne", "--team", "utrecht-dock", lines=b"een lang wachtwoord\n", **database)

    assert (good.returncode, short.returncode, unknown.returncode, twice.returncode) == (0, 1, 1, 1)
    assert b"Traceback" not in short.stderr + unknown.stderr + twice.stderr


def test_outcomes_tells_how_it_went_by_organisation_and_theme(tmp_path):
    url = f"sqlite:///{tmp_path}/w.db"
    moment = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    told = [
        Followed(at=moment, organisation="utrecht-dock", themes=("ontmoeting",), result=result)
        for result in ("helped", "helped", "not_helped")
    ]
    migrate(url)
    asyncio.run(SqlStore(url).append("web:1", told, after=0))

    done = run("outcomes", WEGWIJS_DATABASE_URL=url, COLUMNS="160")

    row = next(line for line in done.stdout.decode().splitlines() if "utrecht-dock" in line)
    cells = [cell.strip() for cell in row.strip("│ ").split("│")]
    assert cells == ["utrecht-dock", "ontmoeting", "2", "0", "0", "0", "1"]


def test_outcomes_tells_which_answers_were_useful_when_enough_residents_said_so(tmp_path):
    url = f"sqlite:///{tmp_path}/w.db"
    migrate(url)
    now = datetime.now(UTC)
    about = {"organisation": "utrecht-dock", "theme": "ontmoeting"}
    said = [("rated", 7, "yes", 9), ("rated", 7, "no", 7), ("unrated", 7, "no", 1), ("rated", 7, "unclear", 1)]
    said += [("rated", 400, "cannot_go", 8), ("rated", 0, "yes", 5)]  # today's week is not over
    told = [
        Tally(at=now - timedelta(days=days), kind=kind, what=what, **about)
        for kind, days, what, number in said
        for _ in range(number)
    ]
    asyncio.run(SqlStore(url).append("web:1", (), after=0, tallies=told))

    done = run("outcomes", WEGWIJS_DATABASE_URL=url, COLUMNS="200")

    row = next(line for line in done.stdout.decode().splitlines() if "utrecht-dock" in line)
    cells = [cell.strip() for cell in row.strip("│ ").split("│")]
    assert cells == ["utrecht-dock", "ontmoeting", "9", "verborgen", "0", "verborgen", "8"]
