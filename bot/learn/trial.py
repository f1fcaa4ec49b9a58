"""A copy of the product in a scratch directory, in which approved proposals are tried; and the way back into place.

In the copy everything is as it will be: the messages with the new ones, the readers learned from them, the tests with
the new ones. What is promoted is what was tried, file by file.
"""

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from bot.learn.files import dumped, in_form
from bot.learn.model import Kind, Proposal

ROOT = Path(__file__).parents[2]
PARTS = ("bot", "intents", "referral", "tests", "pyproject.toml")
FILE = "from_practice.yaml"  # what was approved stands beside what was written by hand
_HEADS: Mapping[Kind, str] = {
    "example": "# Berichten die medewerkers verbeterden, gecontroleerd door een mens (wegwijs learn).\n",
    "conversation": "# Gesprekken die medewerkers verbeterden, gecontroleerd door een mens (wegwijs learn).\n",
    "referral": "# Vragen die een team doorgaf, gecontroleerd door een mens (wegwijs learn).\n",
}
_MODELS = ("intents/data/model.npz", "intents/data/encoder.npz")


class NotThere(Exception):
    """What is needed to learn is not there; the text says what."""


class Moved(Exception):
    """The product changed while its copy was tried."""


def lay_out(root: Path, scratch: Path, proposals: Sequence[Proposal]) -> tuple[str, ...]:
    """Copy the product, add the proposals, and return the files that are new or other there. Raises NotThere."""
    missing = [part for part in PARTS if not (root / part).exists()]
    if missing:
        raise NotThere(f"In {root} staat geen {', '.join(missing)}. Leren kan alleen in de broncode van Wegwijs.")
    for part in PARTS:
        source, target = root / part, scratch / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        else:
            shutil.copy2(source, target)
    return (*_add(scratch, proposals), *_MODELS)


def print_of(root: Path) -> str:
    """Return a fingerprint of all that is learned from, tested with and promoted."""
    folders = root / "intents/data", root / "tests/conversations", root / "tests/intents/sentences"
    paths = {path for folder in folders for path in folder.rglob("*") if path.suffix in (".yaml", ".npz")}
    summed = sha256()
    for path in sorted(paths | set(root.glob(f"tests/referral/{FILE}"))):
        summed.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return summed.hexdigest()


def promote(scratch: Path, root: Path, files: Sequence[str]) -> tuple[str, ...]:
    """Put what was tried in place, the model last, and return the files that changed."""
    changed = [one for one in files if (scratch / one).exists() and not _same(scratch / one, root / one)]
    for one in changed:
        target = root / one
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        shutil.copyfile(scratch / one, beside)
        beside.replace(target)
    return tuple(changed)


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


# ---------------------------------------------------------------- what is added


def place_of(kind: Kind, language: str) -> str:
    """Return the file in which approved proposals of a kind stand."""
    match kind:
        case "example":
            return f"intents/data/{language}/themes/{FILE}"
        case "conversation":
            return f"tests/conversations/{language}/{FILE}"
        case "referral":
            return f"tests/referral/{FILE}"


def _add(root: Path, proposals: Sequence[Proposal]) -> list[str]:
    files: dict[str, list[Proposal]] = defaultdict(list)
    for one in proposals:
        files[place_of(one.kind, one.language)].append(one)
    for place, some in files.items():
        path = root / place
        kind = some[0].kind
        there = yaml.safe_load(path.read_text("utf-8")) if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        new = in_form(kind, [(one, one.entry) for one in some])
        path.write_text(_HEADS[kind] + dumped(_joined(there, new)), "utf-8")
    return sorted(files)


def _joined(there: Any, new: Any) -> Any:
    """Return two contents of one form as one."""
    if isinstance(there, list):
        return [*there, *new]
    if isinstance(there, dict):
        return {**there, **{key: _joined(there.get(key), value) for key, value in new.items()}}
    return new
