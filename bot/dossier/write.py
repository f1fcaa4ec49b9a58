"""What this installation is, to the papers of it: text by file name. Values in, values out."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruamel.yaml import YAML

from bot.messages import Value
from bot.retention import Kept, retention_of
from bot.settings import Settings
from referral.guide import Guide

TEMPLATES = Path(__file__).parent / "templates"
_OPEN = "INVULLEN"  # stands wherever only the municipality knows
_LONGEST = {"naam": 99, "korte_omschrijving": 349}  # of the publication standard of the Algoritmeregister
_MOST = 4999


class Installation(Value):
    """What can be known of an installation: its data, its settings and its terms."""

    version: str
    guide: str
    on: date
    municipality: str
    themes: int
    organisations: int
    rows: int
    languages: tuple[str, ...]
    unchecked: tuple[str, ...]
    channels: tuple[str, ...]
    bigger_reader: str | None
    sign_in: str
    elsewhere: bool
    kept: tuple[Kept, ...]
    contact: str | None


def installation_of(
    settings: Settings, guide: Guide, municipality: str, languages: Mapping[str, bool], on: date
) -> Installation:
    """Return what is known; `languages` are their names -> whether a speaker read the sentences.

    Raises KeyError for a municipality that is not in the guide.
    """
    names = {city.id: city.name for city in guide.areas.cities}
    tables = (table for place in (municipality, "national") for table in guide.tables.get(place, {}).values())
    return Installation(
        version=version("wegwijs"),
        guide=guide.version,
        on=on,
        municipality=names[municipality],
        themes=len(guide.themes),
        organisations=sum(1 for one in guide.organisations.values() if one.holds(on)),
        rows=sum(len(table.rules) for table in tables),
        languages=tuple(languages),
        unchecked=tuple(name for name, checked in languages.items() if not checked),
        channels=("webchat", *(("Telegram",) if settings.telegram_token else ())),
        bigger_reader=settings.llm.model if settings.llm else None,
        sign_in="werkaccount (OpenID Connect)" if settings.entry.oidc else "eigen accounts met tweede stap",
        elsewhere=settings.elsewhere is not None,
        kept=retention_of(settings),
        contact=settings.privacy_contact,
    )


def papers(here: Installation) -> Mapping[str, str]:
    """Return every paper by its file name. Raises ValueError when the register's entry is longer than it may be."""
    register = _register(here)
    return {
        "algoritmeregister.json": json.dumps(register, ensure_ascii=False, indent=2) + "\n",
        **{path.stem: _filled(path.name, here) for path in sorted(TEMPLATES.glob("*.md.j2"))},
    }


def _register(here: Installation) -> Mapping[str, Any]:
    """Return the draft for the Algoritmeregister, by the names of publication standard 1.0.0."""
    entry: Mapping[str, Any] = YAML(typ="safe").load(_filled("algoritmeregister.yaml.j2", here))
    if wrong := tuple(_too_long(entry)):
        raise ValueError("\n".join(wrong))
    return entry


def _too_long(entry: Mapping[str, Any]) -> Iterator[str]:
    for name, text in entry.items():
        most = _LONGEST.get(name, _MOST)
        if isinstance(text, str) and len(text) > most:
            yield f"algoritmeregister.yaml.j2: {name} has {len(text)} signs. Make it at most {most}."


def _filled(template: str, here: Installation) -> str:
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False, keep_trailing_newline=True,  # noqa: S701 -- makes text to read and mend, not HTML
    )  # fmt: skip
    words = YAML(typ="safe").load((TEMPLATES / "words.yaml").read_text("utf-8"))
    return jinja.get_template(template).render(here=here, OPEN=_OPEN, kept_words=words["kept"])
