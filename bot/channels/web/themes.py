"""The look of a municipality: a css file with tokens, made sure of before it is served.

`<gemeente>.css` in the folder of WEGWIJS_THEMES. It may be a theme of the NL Design System as it was published, or a
few lines by hand: custom properties in `:root` or `.<name>-theme`, those for the dark in
`@media (prefers-color-scheme: dark)`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import tinycss2
from pydantic import Field
from tinycss2.ast import AtRule, Declaration, Node, ParseError, QualifiedRule
from tinycss2.color4 import parse_color

from bot.channels.web.css import asked_in, asked_of
from bot.messages import Value

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MOST_BYTES = 1_000_000
_SELECTOR = re.compile(r":root|:host|\.[\w-]+-theme")
_DARK = re.compile(r"(?:screen\s+and\s+)?\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_FETCHES = re.compile(r"\b(?:url|src|image|image-set|-webkit-image-set|cross-fade|element|paint)\s*\(", re.IGNORECASE)
_GENERIC = re.compile(r"\b(?:sans-serif|serif|monospace|system-ui|cursive|fantasy|inherit|initial)\b|var\(")


class Theme(Value):
    """Tokens by name: those of the light side, which hold for everything, and what is otherwise in the dark."""

    name: str
    light: Mapping[str, str] = Field(default_factory=dict)
    dark: Mapping[str, str] = Field(default_factory=dict)


class BadTheme(ValueError):
    """Files that cannot be served; each line names the file, the line, what is wrong and how to mend it."""


def load_themes(folder: Path | None, plain: str) -> Mapping[str, Theme]:
    """Return the themes in a folder by the name of the municipality; raise BadTheme with all faults.

    `plain` is the stylesheet that they are for.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        raise BadTheme(f"WEGWIJS_THEMES: there is no folder {folder}. Make it, or leave the setting out.")
    themes, faults = {}, []
    for path in sorted(folder.glob("*.css")):
        try:
            themes[path.stem] = read_theme(path.stem, path.read_bytes(), plain)
        except BadTheme as wrong:
            faults += str(wrong).splitlines()
    if faults:
        raise BadTheme("\n".join(faults))
    return themes


def read_theme(name: str, content: bytes, plain: str) -> Theme:
    """Return the theme that a file holds, without what is for components that we do not have.

    Raises BadTheme with all faults.
    """
    read = _Reading()
    faults = [f"{name}.css:{line}: {what}" for line, what in read.all(name, content)]
    light, dark = asked_of(read.light, plain), asked_of(read.dark, plain)
    faults += [
        f"{name}.css:{read.fetch[one]}: {one} fetches a file. Leave it out: a theme holds colours, sizes and names."
        for one in sorted({*light, *dark} & read.fetch.keys())
    ]
    if faults:
        raise BadTheme("\n".join(faults))
    return Theme(name=name, light=light, dark=dark)


def has_colour(name: str, tokens: Mapping[str, str]) -> bool:
    """Tell whether a token is a colour, or stands for one of the same theme."""
    value = tokens.get(name, "")
    if parse_color(value) is not None:
        return True
    return any(one != name and has_colour(one, {**tokens, name: ""}) for one in asked_in(value))


class _Reading:
    """What was found in a file: tokens by day and by night, and the line of those that fetch something."""

    def __init__(self) -> None:
        self.light: dict[str, str] = {}
        self.dark: dict[str, str] = {}
        self.fetch: dict[str, int] = {}

    def all(self, name: str, content: bytes) -> Iterator[tuple[int, str]]:
        """Read a file; give line and fault for what is no token."""
        if not NAME.fullmatch(name):
            yield 1, "a name has only a-z, 0-9 and -. Name the file after the municipality: utrecht.css."
        if len(content) > _MOST_BYTES:
            yield 1, f"the file has more than {_MOST_BYTES:,} bytes. Leave out the tokens that are not needed."
            return
        css = content.decode("utf-8", errors="replace")
        for node in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
            match node:
                case AtRule(lower_at_keyword="charset"):
                    pass
                case AtRule(lower_at_keyword="media") if node.content and _DARK.fullmatch(_written(node.prelude)):
                    for inner in tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True):
                        yield from self._rule(inner, self.dark)
                case AtRule():
                    yield (
                        node.source_line,
                        f"@{node.at_keyword} cannot be used here, only @media (prefers-color-scheme: dark).",
                    )
                case _:
                    yield from self._rule(node, self.light)

    def _rule(self, node: Node, tokens: dict[str, str]) -> Iterator[tuple[int, str]]:
        if not isinstance(node, QualifiedRule):
            yield _unread(node)
            return
        selectors = [one.strip() for one in _written(node.prelude).split(",")]
        if strange := [one for one in selectors if not _SELECTOR.fullmatch(one)]:
            yield node.source_line, f'"{strange[0]}" cannot be used here. Put the tokens in :root {{ … }}.'
        for line in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
            if not isinstance(line, Declaration):
                yield _unread(line)
            elif not line.name.startswith("--"):
                yield line.source_line, f'"{line.name}" is no token. Leave it out: a token begins with --.'
            else:
                tokens[line.name] = _with_generic(line.name, value := _written(line.value))
                if _FETCHES.search(value):
                    self.fetch[line.name] = line.source_line


def _with_generic(name: str, value: str) -> str:
    """Return the value; a font that is not on the device may not become one with serifs."""
    return f"{value}, sans-serif" if "font-family" in name and not _GENERIC.search(value) else value


def _written(nodes: Iterable[Node]) -> str:
    return str(tinycss2.serialize([node for node in nodes if node.type != "comment"])).strip()


def _unread(node: Node) -> tuple[int, str]:
    what = node.message.rstrip(".") if isinstance(node, ParseError) else f"a {node.type} was not expected"
    return node.source_line, f"{what}. Write :root {{ --name: value; }}."
