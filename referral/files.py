"""What is written to disk: an export to HSDS, organisations out of one, a new municipality. load.py reads."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from referral.guide import Guide
from referral.hsds_in import NotHsds, organisations_from
from referral.hsds_out import organization, page, services, written
from referral.load import FaultsFound, read_book, read_texts
from referral.model import Organisation
from referral.municipality import laid_out

REVIEW = "# Read in from HSDS. Look at each contact; set verified: true only for what you have seen yourself.\n\n"


def export_hsds(guide: Guide, folder: Path, on: date) -> tuple[Path, ...]:
    """Write services.json, whole, and organizations.json into the folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = {
        "services": services(guide, on),
        "organizations": [organization(one) for one in guide.organisations.values()],
    }
    for name, things in lists.items():
        text = json.dumps(page(things), ensure_ascii=False, indent=2)
        (folder / f"{name}.json").write_text(f"{text}\n", "utf-8")
    return tuple(folder / f"{name}.json" for name in lists)


def import_hsds(file: Path, municipality: str, on: date, trusted: bool = False) -> str:
    """Return the text of an organisations.yaml for a municipality. Raises NotHsds for a file that is none."""
    try:
        document = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotHsds(f"{file} cannot be read: {error}") from None
    return as_yaml(organisations_from(document, municipality, on, trusted))


def as_yaml(organisations: Iterable[Organisation]) -> str:
    """Return organisations as they stand in a data file."""
    yaml = YAML()
    yaml.width, yaml.allow_unicode, yaml.default_flow_style = 4_096, True, False
    yaml.indent(mapping=2, sequence=4, offset=2)
    text = StringIO()
    yaml.dump({"organisations": [as_entry(one) for one in organisations]}, text)
    return REVIEW + text.getvalue()


def as_entry(one: Organisation) -> dict[str, Any]:
    """Return an organisation as an entry of a data file: only what was filled in."""
    fields = one.model_dump(mode="json", exclude_defaults=True, exclude={"contacts"})
    return fields | {"contacts": [written(contact) for contact in one.contacts]}


def add_municipality(directory: Path, name: str, on: date) -> tuple[str, ...]:
    """Lay out the files for a municipality and return their names.

    Raises NotAdded when it cannot be, and FaultsFound, with nothing written, when the files would have faults.
    """
    texts = read_texts(directory)
    new = laid_out(texts, name, on)
    _, faults = read_book({**texts, **new}, our_own=False)
    if faults:
        raise FaultsFound(faults)
    for file, text in new.items():
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tuple(new)


def write_changed(before: Mapping[str, str], after: Mapping[str, str], directory: Path) -> tuple[Path, ...]:
    """Write the texts that differ into the directory; return the files."""
    changed = [file for file in after if after[file] != before.get(file)]
    for file in changed:
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(after[file], "utf-8")
    return tuple(directory / file for file in changed)
