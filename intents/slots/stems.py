"""A regex to letters of which one is in every text that fits, so that most texts are passed by quickly."""

import re
from collections.abc import Iterable
from re import _parser as parser  # type: ignore[attr-defined]  # what `re` itself compiles with; no public name for it
from typing import Any

_ENOUGH = 3  # letters that a stem needs before it tells texts apart
_MOST = 12  # stems; with more, looking for them costs more than the regex


def stems_of(regex: re.Pattern[str] | None) -> tuple[str, ...]:
    """Return the stems, none when the regex does not lend itself to it."""
    if regex is None:
        return ()
    stems = _needed(parser.parse(regex.pattern))
    return stems if 0 < len(stems) <= _MOST and min(map(len, stems)) >= _ENOUGH else ()


def _needed(items: Iterable[tuple[Any, Any]]) -> tuple[str, ...]:
    """Return the best set of which one must occur in a run of items: the longest shortest letters."""
    found: list[tuple[str, ...]] = []
    run = ""
    for kind, value in items:
        if str(kind) == "LITERAL":
            run += chr(value)
            continue
        found, run = [*found, (run,)], ""
        found.append(_inside(str(kind), value))
    good = [stems for stems in (*found, (run,)) if stems and all(stems) and len(stems) <= _MOST]
    return max(good, key=lambda stems: (min(map(len, stems)), -len(stems)), default=())


def _inside(kind: str, value: Any) -> tuple[str, ...]:
    """Return the stems that one item needs."""
    match kind:
        case "SUBPATTERN":
            return _needed(value[-1])
        case "BRANCH":
            ways = [_needed(way) for way in value[1]]
            return tuple(dict.fromkeys(stem for way in ways for stem in way)) if all(ways) else ()
        case "MAX_REPEAT" if value[0] > 0:
            return _needed(value[2])
        case _:
            return ()
