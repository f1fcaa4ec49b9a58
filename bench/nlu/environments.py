"""Finds what the engines run with; what is not there yet is made in the user's cache, once."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from intents.encoder.delta import DELTA
from intents.encoder.encode import cached_model, load_encoder

RASA = "rasa==3.6.20", "setuptools<70"  # Rasa 3.6 imports pkg_resources, which later setuptools no longer carry
ENCODERS = {"tuned": DELTA, "plain": DELTA.with_name("no such file.npz")}  # without tuning it is the package's
HERE = Path(__file__).parent


class CannotRun(Exception):
    """An engine cannot run on this machine; the text says why."""


def rasa_python() -> Path:
    """Return the Python of Rasa's own environment, made when it is not there yet (minutes, 2.6 GB)."""
    home = _home() / "rasa-3.6.20"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        _do([_python310(), "-m", "venv", str(home)], "its virtual environment could not be made")
        _do([str(python), "-m", "pip", "install", "-q", *RASA], "pip could not install it")
        (home / "ready").touch()
    return python


def nlpjs_home() -> Path:
    """Return the folder with nlp.js in it, installed when it is not there yet (its install scripts do not run)."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise CannotRun(f"there is no `{program}` on this machine (Debian: apt install nodejs npm)")
    home = _home() / "nlpjs-4.27.0"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "nlpjs" / name, home)
        _do(["npm", "ci", "--prefix", str(home), "--ignore-scripts", "--no-audit"], "npm could not install it")
        (home / "ready").touch()
    return home


def build_encoders() -> None:
    """Build both encoders where they are not there yet (seconds), so that no engine's figures hold that."""
    for delta in ENCODERS.values():
        if not cached_model(delta).exists():
            load_encoder(delta=delta)


def _home() -> Path:
    return Path(os.environ.get("WEGWIJS_CACHE") or user_cache_path("wegwijs")) / "bench-nlu"


def _python310() -> str:
    """Return a Python 3.10 that starts: a name on the path may be pyenv's, which starts only what was chosen."""
    for candidate in _candidates():
        if _said([candidate, "-c", "import sys; print(sys.version_info[:2] == (3, 10))"]) == "True":
            return candidate
    raise CannotRun("Rasa 3.6 needs Python 3.10 and no python3.10 was found (on the path, with uv or with pyenv)")


def _candidates() -> Iterator[str]:
    yield "python3.10"
    if found := _said(["uv", "python", "find", "3.10"]):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(map(str, pyenv.glob("versions/3.10.*/bin/python")), reverse=True)


def _said(command: Sequence[str]) -> str:
    """Return what a command printed; nothing when it is not there or failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _do(command: Sequence[str], otherwise: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"{otherwise}: {last_line(done.stderr or done.stdout)}")


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line.strip().rstrip(".") for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
