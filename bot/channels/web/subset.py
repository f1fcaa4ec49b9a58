"""The part of the NL Design System that our pages use, as one small stylesheet: `python -m bot.channels.web.subset`.

The vendored files have rules for every component and tokens for all of them, 600 KB. A resident on an old phone gets
only the rules for classes that stand in our templates, and the tokens that those rules (and our own) ask for.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import tinycss2
from tinycss2.ast import AtRule, FunctionBlock, Node, QualifiedRule

from bot.channels.web.css import asked_of, squeezed, tokens_in, written

_HERE = Path(__file__).parent
_VENDOR = _HERE / "static" / "vendor"
COMPONENTS = _VENDOR / "component-library-css" / "index.css"
THEME = _VENDOR / "voorbeeld-design-tokens" / "theme.css"
OWN = _HERE / "static" / "wegwijs.css"
MADE = _HERE / "static" / "nlds.css"

NOTICE = """/*! From @utrecht/component-library-css 9.0.4 and @nl-design-system-unstable/voorbeeld-design-tokens 7.4.1,
   taken by `python -m bot.channels.web.subset`: only the rules and tokens that are used, spaces and comments left out.
   SPDX-License-Identifier: EUPL-1.2
   Copyright (c) 2020-2025 Gemeente Utrecht, 2020-2025 Frameless B.V. and the NL Design System community.
   The whole files with their licence lie in vendor/. Do not edit: run the command again. */
"""

_CLASS = re.compile(r"(?<![\w./-])utrecht-[a-z0-9_-]*[a-z0-9](?![\w-]*\.)")


def used_classes(folder: Path = _HERE) -> frozenset[str]:
    """Return every class of the design system that a template, a script or a module of the web chat names."""
    files = [path for kind in ("*.html", "*.js", "*.py") for path in folder.rglob(kind) if "vendor" not in path.parts]
    return frozenset(found for path in files for found in _CLASS.findall(path.read_text("utf-8")))


def made() -> str:
    """Return what the file should hold."""
    components, theme, own = (path.read_text("utf-8") for path in (COMPONENTS, THEME, OWN))
    return subset(components, theme, own, used_classes())


def subset(components: str, theme: str, own: str, classes: frozenset[str]) -> str:
    """Return the rules for these classes, and before them the tokens that they and our own rules ask for."""
    rules = "".join(_kept(tinycss2.parse_stylesheet(components, skip_comments=True, skip_whitespace=True), classes))
    tokens = asked_of(tokens_in(theme), rules + own)
    return f"{NOTICE}{written(tokens)}\n{rules}\n"


def _kept(rules: Iterable[Node], classes: frozenset[str]) -> Iterator[str]:
    for rule in rules:
        match rule:
            case QualifiedRule():
                selectors = [one for one in _selectors(rule) if _fits(one, classes)]
                if selectors:
                    prelude = ",".join(tinycss2.serialize(one).strip() for one in selectors)
                    yield squeezed(f"{prelude}{{{tinycss2.serialize(rule.content)}}}")
            case AtRule(lower_at_keyword="media" | "supports") if rule.content:
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
                if kept := "".join(_kept(inner, classes)):
                    yield f"@{rule.at_keyword} {tinycss2.serialize(rule.prelude).strip()}{{{kept}}}"
            case _:
                pass


def _selectors(rule: QualifiedRule) -> list[list[Node]]:
    """Return the selectors of a rule one by one."""
    parts: list[list[Node]] = [[]]
    for node in rule.prelude:
        if node == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _fits(selector: list[Node], classes: frozenset[str]) -> bool:
    """Tell whether something on our pages can be meant: it names a class, and only classes that are used."""
    named = [after.value for dot, after in pairwise(selector) if dot == "."]
    return bool(named) and all(name in classes for name in named) and not _only_others(selector, classes)


def _only_others(selector: list[Node], classes: frozenset[str]) -> bool:
    """Tell whether an :is(…) in the selector names only classes that are not used."""
    for block in selector:
        if isinstance(block, FunctionBlock) and block.lower_name in {"is", "where", "has"}:
            named = [two.value for one, two in pairwise(block.arguments) if one == "."]
            if named and not set(named) & classes:
                return True
    return False


def main() -> None:
    """Write the file."""
    MADE.write_text(made(), "utf-8")


if __name__ == "__main__":
    main()
