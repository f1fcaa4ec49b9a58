"""A changed entry into the text of a data file; all comments and the layout of the rest stay as they are."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_ORDER = (  # of the fields of a contact
    *("kind", "wijk", "value", "hours", "open", "note", "valid_from", "valid_until"),
    *("verified", "source", "source_date", "checked_on"),
)
_BEHIND = "source"  # where the contacts of an organisation without any go: before this
_MARKS = set(",:#{}[]\"'&*?|<>=!%@`")  # text with one of these is put between quotes


class Rewrite(NamedTuple):
    """What to write in one entry: fields (None takes a field out), a contact to add, or that it goes."""

    kind: str
    organisation: int
    contact: int | None
    fields: Mapping[str, Any] = {}
    add: Mapping[str, Any] | None = None
    remove: bool = False


def rewritten(text: str, rewrites: Iterable[Rewrite]) -> str:
    """Return the text of a file with these entries changed."""
    yaml = _yaml()
    document = yaml.load(text)
    gone = [rewrite for rewrite in rewrites if not _write(document[rewrite.kind][rewrite.organisation], rewrite)]
    for rewrite in sorted(gone, key=lambda one: one.contact or 0, reverse=True):
        del document[rewrite.kind][rewrite.organisation]["contacts"][rewrite.contact]
    written = StringIO()
    yaml.dump(document, written)
    return written.getvalue()


def _yaml() -> YAML:
    """Return a reader and writer that gives our files back as they are."""
    yaml = YAML()
    yaml.width, yaml.allow_unicode, yaml.preserve_quotes = 100_000, True, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _write(organisation: CommentedMap, rewrite: Rewrite) -> bool:
    """Change an organisation, or one of its contacts; tell False when a contact is to go, which must wait."""
    if rewrite.remove:
        return False
    if rewrite.add is not None:
        _contacts(organisation).append(_on_one_line(rewrite.add))
    entry = organisation if rewrite.contact is None else organisation["contacts"][rewrite.contact]
    for name, raw in rewrite.fields.items():
        _put(entry, name, raw)
    return True


def _contacts(organisation: CommentedMap) -> CommentedSeq:
    if "contacts" not in organisation:
        names = list(organisation)
        at = names.index(_BEHIND) if _BEHIND in names else len(names)
        organisation.insert(at, "contacts", CommentedSeq())
    contacts: CommentedSeq = organisation["contacts"]
    return contacts


def _put(entry: CommentedMap, name: str, raw: Any) -> None:
    if raw is None:
        entry.pop(name, None)
    elif name in entry:
        quoted = isinstance(entry[name], DoubleQuotedScalarString)
        entry[name] = _value(name, raw, quoted=quoted)
    else:
        earlier = _ORDER[: _ORDER.index(name)] if name in _ORDER else tuple(entry)
        at = max((at for at, one in enumerate(entry, 1) if one in earlier), default=0)
        entry.insert(at, name, _value(name, raw))


def _on_one_line(raw: Mapping[str, Any]) -> CommentedMap:
    entry = CommentedMap({name: _value(name, raw[name]) for name in sorted(raw, key=_place)})
    entry.fa.set_flow_style()
    return entry


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _value(name: str, raw: Any, *, quoted: bool = False) -> Any:
    """Return what is written for a text; what reads it takes every value for text again."""
    if isinstance(raw, Mapping):
        return _on_one_line(raw)
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        several = CommentedSeq([_value(name, one) for one in raw])
        several.fa.set_flow_style()
        return several
    if raw in ("true", "false"):
        return raw == "true" if name == "verified" else raw
    if quoted or _MARKS & set(raw):
        return DoubleQuotedScalarString(raw)
    return _day(raw) or raw


def _day(raw: str) -> date | None:
    """Return the day that is written, as long as it is written like one of ours."""
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        return None
    return day if day.isoformat() == raw else None
