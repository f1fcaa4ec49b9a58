"""Whether everybody can read a theme: the contrast of text, buttons and edges, by WCAG 2.2 AA."""

import re
from collections.abc import Iterator, Mapping

import tinycss2
from tinycss2.ast import AtRule, QualifiedRule
from tinycss2.color4 import parse_color

from bot.channels.web.css import tokens_in, tokens_of
from bot.channels.web.stylesheet import by_day_and_night
from bot.channels.web.themes import Theme

TEXT, EDGE = 4.5, 3.0  # success criteria 1.4.3 and 1.4.11

# What stands on what, and the least contrast that it needs.
PAIRS = (
    ("--ww-text", "--ww-sheet", TEXT),
    ("--ww-text", "--ww-page", TEXT),
    ("--ww-quiet", "--ww-sheet", TEXT),
    ("--ww-quiet", "--ww-page", TEXT),
    ("--ww-own-text", "--ww-own", TEXT),
    ("--ww-action", "--ww-sheet", TEXT),
    ("--ww-action", "--ww-tint", TEXT),
    ("--utrecht-link-color", "--ww-sheet", TEXT),
    ("--utrecht-link-color", "--ww-page", TEXT),
    ("--utrecht-button-primary-action-color", "--utrecht-button-primary-action-background-color", TEXT),
    ("--ww-alarm-text", "--ww-alarm", TEXT),
    ("--ww-on-alarm", "--ww-alarm-edge", TEXT),
    ("--basis-color-info-color-document", "--ww-staff", TEXT),
    ("--ww-staff-edge", "--ww-page", TEXT),
    ("--basis-color-default-border-default", "--ww-sheet", EDGE),
    ("--basis-focus-outline-color", "--basis-focus-inverse-outline-color", EDGE),
)

_VAR = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*((?:[^()]|\([^()]*\))*))?\)")
_DEEPEST = 20  # tokens that stand for tokens


def poor(plain: str, theme: Theme) -> tuple[str, ...]:
    """Return a line for every pair of a theme that some people cannot read, by day and in the dark."""
    return tuple(
        f"{theme.name}.css: {side}: {front} on {back} has a contrast of {ratio:.1f}; it needs {least}."
        for side, tokens in _sides(plain, theme)
        for front, back, least in PAIRS
        if (ratio := _ratio(tokens, front, back)) is not None and ratio < least
    )


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the contrast of two colours (red, green, blue from 0 to 1): 1 is none, 21 is black on white."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _sides(plain: str, theme: Theme) -> Iterator[tuple[str, Mapping[str, str]]]:
    ours = tokens_in(plain)
    both = {name: value for name, value in theme.light.items() if by_day_and_night(name, theme)}
    yield "light", {**ours, **theme.light}
    yield "dark", {**ours, **_dark(plain), **both, **theme.dark}


def _dark(plain: str) -> dict[str, str]:
    """Return our own tokens for the dark."""
    found: dict[str, str] = {}
    for rule in tinycss2.parse_stylesheet(plain, skip_comments=True, skip_whitespace=True):
        if isinstance(rule, AtRule) and rule.content and "prefers-color-scheme" in tinycss2.serialize(rule.prelude):
            for inner in tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True):
                if isinstance(inner, QualifiedRule):
                    found |= tokens_of(inner)
    return found


def _ratio(tokens: Mapping[str, str], front: str, back: str) -> float | None:
    """Return the contrast of two tokens, None when one is no colour that can be worked out here."""
    one, other = (_colour(tokens, tokens.get(name, "")) for name in (front, back))
    return contrast(one, other) if one and other else None


def _colour(tokens: Mapping[str, str], value: str) -> tuple[float, ...] | None:
    for _ in range(_DEEPEST):
        if "var(" not in value:
            break
        value = _VAR.sub(lambda found: tokens.get(found[1], found[2] or ""), value)
    colour = parse_color(value.strip())
    if colour is None or isinstance(colour, str) or colour.alpha != 1:
        return None
    return tuple(min(max(part or 0, 0), 1) for part in colour.to("srgb").coordinates)


def _light(colour: tuple[float, ...]) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
