"""Confusions to a picture (SVG): rows are what messages are about, columns what they were read as."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from intents.scores import NOTHING

Confusions = Mapping[str, Mapping[str, int]]

_CELL = 30
_LEFT, _TOP, _EDGE = 290, 220, 90  # room for the names of the rows, of the columns, and at the far sides
_RIGHT = (0, 94, 162)  # the colour of what was read rightly, at its fullest
_WRONG = (179, 62, 0)  # and wrongly
_DARK = 0.8  # from which share of a row on a number is white, so that it can be read


def picture(confusions: Confusions, names: Mapping[str, str]) -> str:
    """Return the confusion matrix as the text of an SVG file; `names` gives themes in their order with their names."""
    themes = [theme for theme in names if theme in confusions or any(theme in row for row in confusions.values())]
    columns = [*themes, *([NOTHING] if any(NOTHING in row for row in confusions.values()) else [])]
    width, height = _LEFT + _CELL * len(columns) + _EDGE, _TOP + _CELL * len(themes) + _EDGE // 3
    shown = {**names, NOTHING: "no theme"}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img" font-family="Helvetica, Arial, sans-serif" font-size="13">',
        "<title>What messages are about (rows) and what they were read as (columns)</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT - 10}" y="{_TOP - 12}" text-anchor="end" fill="#555555">is about ↓ · read as →</text>',
        *_heads(columns, shown),
        *(line for number, theme in enumerate(themes) for line in _row(number, theme, columns, confusions, shown)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _heads(columns: Sequence[str], names: Mapping[str, str]) -> Iterator[str]:
    for number, theme in enumerate(columns):
        x, y = _LEFT + _CELL * number + _CELL // 2 + 4, _TOP - 10
        turned = f'transform="translate({x} {y}) rotate(-60)"'
        yield f'<text {turned} fill="#222222">{escape(names[theme])}</text>'


def _row(
    number: int, theme: str, columns: Sequence[str], confusions: Confusions, names: Mapping[str, str]
) -> Iterator[str]:
    counts = confusions.get(theme, {})
    total = sum(counts.values())
    y = _TOP + _CELL * number
    name = f"{names[theme]} ({total})"
    yield f'<text x="{_LEFT - 10}" y="{y + 20}" text-anchor="end" fill="#222222">{escape(name)}</text>'
    for place, column in enumerate(columns):
        count = counts.get(column, 0)
        share = count / total if total else 0.0
        told = f"{names[theme]}, read as {names[column]}: {count} of {total}"
        yield from _cell(_LEFT + _CELL * place, y, count, share, told, right=theme == column)


def _cell(x: int, y: int, count: int, share: float, told: str, *, right: bool) -> Iterator[str]:
    fill = _shade(_RIGHT if right else _WRONG, share)
    box = f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="{fill}" stroke="#dddddd">'
    yield f"{box}<title>{escape(told)}</title></rect>"
    if count:
        ink = "#ffffff" if share >= _DARK else "#111111"
        yield f'<text x="{x + _CELL // 2}" y="{y + 20}" text-anchor="middle" fill="{ink}">{count}</text>'


def _shade(colour: tuple[int, int, int], share: float) -> str:
    """Return a colour between white and the full colour; the smallest share above none can be seen."""
    weight = 0.08 + 0.92 * share if share else 0.0
    return "#" + "".join(f"{round(255 + (part - 255) * weight):02x}" for part in colour)
