"""Files to Guide. The one module here that touches the disk."""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from platformdirs import user_cache_dir
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from referral.assemble import assemble
from referral.book import Book, guide_of
from referral.check import check
from referral.guide import Guide
from referral.lines import line_of
from referral.model import Fault
from referral.slips import Slip

DATA = Path(__file__).parent / "data"
ID = re.compile(r"\s*- id: (\S+)")


class FaultsFound(Exception):
    """The data files have faults; all of them, each with file, line, what and mend."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def load_guide(directory: Path = DATA) -> Guide:
    """Return the guide in these files. Raises FaultsFound with every fault at once."""
    texts = read_texts(directory)
    book, faults = read_book(texts, directory == DATA)
    if faults:
        raise FaultsFound(faults)
    return guide_of(book, where_ids_stand(texts), digest(texts))


def read_book(texts: Mapping[str, str], our_own: bool) -> tuple[Book, tuple[Fault, ...]]:
    """Return what the files say entry by entry, and every fault; only our own are kept in the cache."""
    documents, faults = remembered(texts) if our_own else parse_all(texts)
    book, slips = assemble({name: document for name, (_, document) in documents.items()}, frozenset(texts))
    slips = [*slips, *check(book)]
    faults += [fault_of(slip, documents) for slip in slips]
    return book, tuple(sorted(faults, key=lambda fault: (fault.file, fault.line, fault.what)))


def read_texts(directory: Path) -> dict[str, str]:
    """Return the text of every YAML file by its name within the directory."""
    paths = sorted(directory.rglob("*.yaml"))
    return {path.relative_to(directory).as_posix(): path.read_text("utf-8") for path in paths}


def where_ids_stand(texts: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Return the file and line of every id, so that what is found later can still be pointed at."""
    return {
        found[1]: (name, line)
        for name, text in texts.items()
        for line, written in enumerate(text.splitlines(), start=1)
        if (found := ID.match(written))
    }


def remembered(texts: Mapping[str, str]) -> tuple[dict[str, tuple[str, Any]], list[Fault]]:
    """Return what parse_all does, kept in the user's cache: YAML takes 0.3 s, JSON 0.01 s."""
    kept = Path(user_cache_dir("wegwijs")) / f"guide-{digest(texts)}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        contents = json.loads(kept.read_text("utf-8"))
        return {name: (text, contents[name]) for name, text in texts.items()}, []
    documents, faults = parse_all(texts)
    if not faults:
        keep(kept, {name: content for name, (_, content) in documents.items()})
    return documents, faults


def keep(path: Path, contents: Mapping[str, Any]) -> None:
    """Write the contents to the cache, whole or not at all; older ones go. Without room nothing is kept."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for older in path.parent.glob("guide-*.json"):
            older.unlink(missing_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(contents), "utf-8")
        draft.replace(path)


def digest(texts: Mapping[str, str]) -> str:
    """Return a short name for exactly these texts."""
    return sha256(json.dumps(dict(texts), sort_keys=True).encode()).hexdigest()[:16]


def parse_all(texts: Mapping[str, str]) -> tuple[dict[str, tuple[str, Any]], list[Fault]]:
    """Return the text and the content of every file that is YAML, and a fault for every file that is not."""
    documents: dict[str, tuple[str, Any]] = {}
    faults: list[Fault] = []
    for name, text in texts.items():
        try:
            documents[name] = (text, parse(text))
        except YAMLError as error:
            faults.append(yaml_fault(name, error))
    return documents, faults


@lru_cache(maxsize=1024)
def parse(text: str) -> Any:
    """Return the content of a YAML text; `no`, `112` and `2026-02-30` stay the words they are."""
    return YAML(typ="base").load(text)


def yaml_fault(name: str, error: YAMLError) -> Fault:
    """Return a fault for a file that is not YAML."""
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    problem = error.problem if isinstance(error, MarkedYAMLError) and error.problem else str(error)
    return Fault(
        file=name,
        line=mark.line + 1 if mark else 1,
        what=f"this cannot be read: {problem.strip()}.",
        mend="Look at the spaces, quotes and brackets here and in the line above.",
    )


def fault_of(slip: Slip, documents: Mapping[str, tuple[str, Any]]) -> Fault:
    """Return the slip with the line where it stands."""
    text = documents[slip.file][0] if slip.file in documents else ""
    return Fault(file=slip.file, line=line_of(text, slip.path), what=slip.what, mend=slip.mend)
