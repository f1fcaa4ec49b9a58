"""A secret may lie in a file, and none is ever shown: not by a value, a fault, a log or a list of processes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.elsewhere.load import BadPlaces, secrets_of
from bot.places import Hears, Places
from bot.secrets import SECRETS, secret, with_files
from bot.settings import settings_from

WEGWIJS = Path(sys.executable).with_name("wegwijs")
NOT_TO_BE_SEEN = "Zeer-Geheim-0123456789-0123456789"
WEBHOOK = "whsec_" + "QUJD" * 16
PUBLIC = {
    "WEGWIJS_TELEGRAM_WEBHOOK": "https://wegwijs.example",
    "WEGWIJS_OIDC_ISSUER": "https://idp.example",
    "WEGWIJS_OIDC_CLIENT_ID": "wegwijs",
    "WEGWIJS_LLM_URL": "http://llm:8000/v1",
    "WEGWIJS_LLM_MODEL": "a-model",
}
SHAPES = {
    "WEGWIJS_DATABASE_URL": f"postgresql://wegwijs:{NOT_TO_BE_SEEN}@db/wegwijs",
    "WEGWIJS_SMTP_URL": f"smtps://wegwijs:{NOT_TO_BE_SEEN}@mail",
}
ALL = {name: SHAPES.get(name, NOT_TO_BE_SEEN) for name in SECRETS}


def in_files(folder: Path) -> dict[str, str]:
    """Lay each secret in a file of its own, as systemd and Docker do, and return the environment that names them."""
    for name, value in ALL.items():
        (folder / name).write_text(f"{value}\n", "utf-8")
    return {f"{name}_FILE": str(folder / name) for name in ALL}


def test_a_secret_in_a_file_is_as_good_as_one_in_the_environment(tmp_path):
    assert settings_from(PUBLIC | in_files(tmp_path)) == settings_from(PUBLIC | ALL)


def test_no_secret_is_in_what_the_settings_show_of_themselves():
    settings = settings_from(PUBLIC | ALL)

    assert NOT_TO_BE_SEEN in settings.database_url
    assert NOT_TO_BE_SEEN not in f"{settings!r} {settings} {settings.smtp!r} {settings.entry!r} {settings.llm!r}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"WEGWIJS_SECRET_KEY": NOT_TO_BE_SEEN[:20]},  # too short
        {"WEGWIJS_TELEGRAM_SECRET": f"{NOT_TO_BE_SEEN} !"},
        {"WEGWIJS_LLM_KEY": f"{NOT_TO_BE_SEEN}\n"},
        {"WEGWIJS_SMTP_URL": f"imap://wegwijs:{NOT_TO_BE_SEEN}@mail"},
        {"WEGWIJS_SMTP_URL": f"smtp://wegwijs:{NOT_TO_BE_SEEN}@mail:99999"},
        {"WEGWIJS_OIDC_ISSUER": "ftp://idp"},
        {"WEGWIJS_DESK_UNDO_SECONDS": "900"},
        {"WEGWIJS_LIMITS": "-1"},
        {"WEGWIJS_PUBLIC_URL": "wegwijs.example"},
    ],
    ids=",".join,
)
def test_a_fault_in_the_settings_shows_no_secret(wrong):
    with pytest.raises((ValueError, ValidationError)) as fault:
        settings_from({**PUBLIC, **ALL, **wrong})

    assert NOT_TO_BE_SEEN[:20] not in f"{fault.value} {fault.value!r}"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"X": NOT_TO_BE_SEEN, "X_FILE": "/anything"}, "both set"),
        ({"X_FILE": "/does/not/exist"}, "cannot be read"),
        ({"X_FILE": "/dev/null"}, "is empty"),
    ],
)
def test_a_file_that_cannot_be_is_told_at_the_start(environment, told):
    with pytest.raises(ValueError, match=told) as fault:
        secret(environment, "X")

    assert NOT_TO_BE_SEEN not in str(fault.value)


def test_without_files_the_environment_stays_as_it_is():
    assert with_files({"HOME": "/root", **ALL}) == {"HOME": "/root", **ALL}


def test_a_place_elsewhere_finds_its_secret_in_a_file_too(tmp_path, monkeypatch):
    place = _place("WEGWIJS_ELSEWHERE_TOKEN")
    (tmp_path / "token").write_text(f"{WEBHOOK}\n", "utf-8")

    found = secrets_of(place, {"WEGWIJS_ELSEWHERE_TOKEN_FILE": str(tmp_path / "token")})

    assert found["WEGWIJS_ELSEWHERE_TOKEN"].get_secret_value() == WEBHOOK
    assert WEBHOOK not in repr(found)
    with pytest.raises(BadPlaces):
        secrets_of(place, {"WEGWIJS_ELSEWHERE_TOKEN_FILE": str(tmp_path / "nothing")})


def _place(name: str) -> Places:
    return Places(webhooks=(Hears(name="dashboard", url="https://hoort.example", secret=name),))


def test_no_command_takes_a_secret_on_its_line_where_a_list_of_processes_shows_it():
    done = subprocess.run([WEGWIJS, "--help"], capture_output=True, check=True, text=True, env={"COLUMNS": "200"})
    from bot.cli import app  # noqa: PLC0415 -- after the command itself was tried

    options = {name for command in _commands(app) for parameter in command.params for name in parameter.opts}

    assert "serve" in done.stdout
    assert not [name for name in options if re.search("password|secret|token|key(?!-file)", name)]


def _commands(app):
    import typer.main  # noqa: PLC0415

    def walk(command):
        yield command
        for inner in getattr(command, "commands", {}).values():
            yield from walk(inner)

    return walk(typer.main.get_command(app))


def test_a_command_with_every_secret_that_fails_shows_none(tmp_path):
    """The database cannot be reached: what then goes wrong, with a password in its address, is the worst case."""
    nowhere = f"postgresql://wegwijs:{NOT_TO_BE_SEEN}@/wegwijs?host={tmp_path}"
    told = {**PUBLIC, **ALL, "HOME": str(tmp_path), "WEGWIJS_DATABASE_URL": nowhere}

    done = subprocess.run([WEGWIJS, "staff", "list"], capture_output=True, check=False, env=told, timeout=60)

    assert done.returncode == 1
    assert NOT_TO_BE_SEEN.encode() not in done.stdout + done.stderr
