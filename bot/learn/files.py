"""Proposals as files that a person reads and approves, and those files as proposals again.

`examples/<language>.yaml`, `conversations/<language>.yaml`, `referral.yaml`; beside them `left_out.yaml` for who
wonders why a correction is not there. What a reviewer changed in an entry stays.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.learn.model import Kind, LeftOut, Proposal, Source

_OURS = ("approved", "promoted", "why", "from")  # keys beside those of the entry itself
_HEADS: Mapping[Kind, str] = {
    "example": """\
# Voorbeelden om van te leren, uit wat medewerkers verbeterden. Lees elk bericht: staat er nog iets in dat zegt wie het
# schreef? Vervang [naam] en [wijk] door iets verzonnens. Klopt het bericht en het onderwerp, zet dan `approved: true`.
# Daarna: wegwijs learn train. De vorm is die van intents/data/<taal>/themes.
""",
    "conversation": """\
# Toetsen: gesprekken die voortaan goed moeten gaan. Er wordt niet van geleerd. Klopt het, zet dan `approved: true`.
# Staat een feit (`knows`) niet in de woorden van de bewoner, dan is het geen toets: laat het op false.
# Moet het goed zijn en lukt het nog niet, geef het dan een `known_miss: waarom`. De vorm is die
# van tests/conversations.
""",
    "referral": """\
# Toetsen van de tabellen: een team gaf deze vragen door, omdat ze er niet hoorden. Er staat niets van de bewoner in.
# Verander eerst de rij (referral/data, wegwijs prove) en zet dan `approved: true`.
""",
}
_LEFT_OUT = "# Wat verbeterd is en niet werd voorgesteld, en waarom.\n"


class NotProposals(ValueError):
    """A file of proposals is not well formed; the text says which and where."""


def write(folder: Path, proposals: Iterable[Proposal], left_out: Iterable[LeftOut] = ()) -> tuple[Path, ...]:
    """Write all proposals, in place of the files that are there, and return the files."""
    files: dict[tuple[Kind, str], list[Proposal]] = defaultdict(list)
    for one in proposals:
        files[one.kind, one.language].append(one)
    texts = {_path(folder, *key): _HEADS[key[0]] + _text(key[0], some) for key, some in files.items()}
    reasons = [{"from": _source(one.source), "why": one.why} for one in left_out]
    if reasons:
        texts[folder / "left_out.yaml"] = _LEFT_OUT + dumped({"left_out": reasons})
    for path in _files(folder):
        path.unlink()
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tuple(sorted(texts))


def read(folder: Path) -> tuple[Proposal, ...]:
    """Return all proposals of a folder, none when there is none. Raises NotProposals."""
    return tuple(one for path in _files(folder) if path.name != "left_out.yaml" for one in _read(path))


def _files(folder: Path) -> list[Path]:
    return [*sorted(folder.glob("examples/*.yaml")), *sorted(folder.glob("conversations/*.yaml")),
            *folder.glob("referral.yaml"), *folder.glob("left_out.yaml")]  # fmt: skip


def _path(folder: Path, kind: Kind, language: str) -> Path:
    return folder / "referral.yaml" if kind == "referral" else folder / f"{kind}s" / f"{language}.yaml"


# ---------------------------------------------------------------- out


def _text(kind: Kind, proposals: Sequence[Proposal]) -> str:
    return dumped(in_form(kind, [(one, _marked(one)) for one in proposals]))


def in_form(kind: Kind, entries: Sequence[tuple[Proposal, Mapping[str, Any]]]) -> object:
    """Return entries in the form of the files where they belong."""
    match kind:
        case "example":
            styles: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
            for one, entry in entries:
                styles[one.entry["style"]].append({key: value for key, value in entry.items() if key != "style"})
            return {"about": {}, "messages": dict(styles)}
        case "conversation":
            return [entry for _, entry in entries]
        case "referral":
            return {"examples": [entry for _, entry in entries]}


def _marked(one: Proposal) -> dict[str, Any]:
    marks: dict[str, Any] = {"approved": one.approved}
    if one.promoted:
        marks["promoted"] = one.promoted.isoformat()
    return {**marks, "why": one.why, "from": _source(one.source), **one.entry}


def _source(source: Source) -> dict[str, str]:
    return {"case": source.case, "who": source.who, "when": source.when.isoformat(timespec="seconds")}


def dumped(value: object) -> str:
    """Return a value as YAML that a person reads: in the given order, long sentences folded."""
    out = io.StringIO()
    yaml.safe_dump(value, out, allow_unicode=True, sort_keys=False, width=120)
    return out.getvalue()


# ---------------------------------------------------------------- in


def _read(path: Path) -> Iterator[Proposal]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        yield from list(_proposals(path, content))
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError, IndexError) as slip:
        raise NotProposals(f"{path}: dit is geen bestand met voorstellen ({type(slip).__name__}: {slip}).") from slip


def _proposals(path: Path, content: Any) -> Iterator[Proposal]:
    language = path.stem
    if path.name == "referral.yaml":
        yield from (_proposal("referral", "nl", entry) for entry in content["examples"])
    elif path.parent.name == "conversations":
        yield from (_proposal("conversation", language, entry) for entry in content)
    else:
        for style, entries in content["messages"].items():
            yield from (_proposal("example", language, {**entry, "style": style}) for entry in entries)


def _proposal(kind: Kind, language: str, marked: Mapping[str, Any]) -> Proposal:
    entry = {key: value for key, value in marked.items() if key not in _OURS}
    approved, promoted, source = marked["approved"], marked.get("promoted"), marked["from"]
    proposal = Proposal.model_validate(
        {
            "kind": kind,
            "language": language,
            "entry": entry,
            "why": marked["why"],
            "source": {"case": source["case"], "who": source["who"], "when": source["when"]},
            "approved": approved,
            "promoted": promoted,
        },
        strict=False,
    )
    _ = proposal.text  # a form without the words of the resident is none
    return proposal
