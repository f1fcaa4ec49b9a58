"""Small steps on css: which tokens a stylesheet has and asks for, and less of it to send."""

import re
from collections.abc import Mapping

import tinycss2
from tinycss2.ast import Declaration, QualifiedRule

ROOT = ":root,:host"  # our own page, and the element on a page of another site

_ASKED = re.compile(r"var\(\s*(--[\w-]+)")
_REM = re.compile(r"(?<!--ww-rem:)(?<![\w.#])(-?(?:\d*\.)?\d+)rem\b(?=[^{}]*})")  # not before a brace: no var() there


def tokens_in(css: str) -> dict[str, str]:
    """Return the custom properties that stand in the plain rules of a stylesheet, outside every @media."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return {name: value for rule in rules if isinstance(rule, QualifiedRule) for name, value in tokens_of(rule).items()}


def tokens_of(rule: QualifiedRule) -> dict[str, str]:
    """Return the custom properties of one rule."""
    lines = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return {
        line.name: tinycss2.serialize(line.value).strip()
        for line in lines
        if isinstance(line, Declaration) and line.name.startswith("--")
    }


def asked_of(tokens: Mapping[str, str], css: str) -> dict[str, str]:
    """Return those tokens that the css asks for, also by way of another token."""
    asked: set[str] = set()
    fresh = set(_ASKED.findall(css))
    while fresh:
        asked |= fresh
        fresh = {name for one in fresh for name in asked_in(tokens.get(one, ""))} - asked
    return {name: value for name, value in tokens.items() if name in asked}


def asked_in(value: str) -> list[str]:
    """Return the tokens that a value asks for."""
    return _ASKED.findall(value)


def written(tokens: Mapping[str, str]) -> str:
    """Return tokens as one rule that holds on the page and in the element, "" when there are none."""
    lines = ";".join(f"{name}:{value}" for name, value in tokens.items())
    return f"{ROOT}{{{lines}}}" if lines else ""


def squeezed(css: str) -> str:
    """Return css without comments (but a notice, which begins with !) and without spaces that say nothing."""
    css = re.sub(r"/\*(?!!).*?\*/", "", css, flags=re.DOTALL)
    notices = re.findall(r"/\*!.*?\*/\n?", css, flags=re.DOTALL)
    for notice in notices:
        css = css.replace(notice, "")
    css = re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", css))
    return "".join(notices) + css.replace(";}", "}").replace(": ", ":").strip()


def in_our_rem(css: str) -> str:
    """Return squeezed css in which each rem goes by --ww-rem: on a page of another site a rem may be any size."""
    return _REM.sub(r"calc(\1*var(--ww-rem))", css)
