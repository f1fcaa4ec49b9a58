"""Static files, read once, under an address that changes with their content."""

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from fastapi import Request
from fastapi.responses import Response

from bot.channels.web.stylesheet import plain_sheet, themed_sheet
from bot.channels.web.themes import Theme
from bot.channels.web.words import web_texts

STATIC = Path(__file__).parent / "static"
SCRIPT = "wegwijs.js"  # one file, joined of the parts in chat/
SHEET = "wegwijs.css"  # one file too
_PARTS = {"nlds.css", SHEET}
_SMALL = 500  # bytes up to which packing gains nothing

_FOR_EVER = "public, max-age=31536000, immutable"
_BEFORE = ("open", "close", "away")  # words that the script has before it reached the server
_ASK_AGAIN = "public, max-age=0, must-revalidate"  # an address without the number of this content


@dataclass(frozen=True)
class Asset:
    """A file as it is served. `number` stands for its content."""

    name: str
    content: bytes
    kind: str

    @cached_property
    def number(self) -> str:
        """The first digits of its sha256."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def packed(self) -> bytes:
        """The content as small as gzip makes it; done once, when it is first asked for."""
        return gzip.compress(self.content, 9, mtime=0)

    @property
    def address(self) -> str:
        """Where it may be kept for ever."""
        return f"/static/{self.name}?v={self.number}"


def load_assets(themes: Mapping[str, Theme] = MappingProxyType({}), folder: Path = STATIC) -> Mapping[str, Asset]:
    """Return every file under the folder by its path in it; the parts of the script as one, and so the stylesheet.

    Each theme has a stylesheet of its own.
    """
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent.name != "chat")
    whole = (_read(path, path.relative_to(folder)) for path in files if path.name not in _PARTS)
    plain = plain_sheet(folder)
    sheets = {SHEET: plain, **{sheet_of(name): themed_sheet(plain, theme) for name, theme in themes.items()}}
    styled = (Asset(name, css.encode(), "text/css") for name, css in sheets.items())
    return {asset.name: asset for asset in (*whole, *styled, _joined(folder / "chat"))}


def sheet_of(theme: str | None) -> str:
    """Return the name of the stylesheet in a theme."""
    return f"thema/{theme}.css" if theme else SHEET


def serve(asset: Asset, request: Request) -> Response:
    """Return the file, or only "not modified" to who has it already."""
    current = request.query_params.get("v") == asset.number
    headers = {
        "cache-control": _FOR_EVER if current else _ASK_AGAIN,
        "etag": f'"{asset.number}"',
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",  # a municipality's own site shows the chat
    }
    # Behind gzip the tag that comes back may be marked weak.
    if f'"{asset.number}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", "") and len(asset.content) > _SMALL:
        headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
        return Response(asset.packed, media_type=asset.kind, headers=headers)
    return Response(asset.content, media_type=asset.kind, headers=headers)


def _joined(folder: Path) -> Asset:
    """Return the script: its parts in one closure, with the words that it needs before it reached the server."""
    phrases = web_texts()
    words = {one: {key: phrases(f"widget.{key}", one) for key in _BEFORE} for one in phrases.languages}
    parts = (_without_comments(path.read_text("utf-8")) for path in sorted(folder.glob("*.js")))
    told = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    script = "\n".join(
        ('(() => {\n"use strict";\nconst parts = [];', f"const WORDS = {told};", *parts, "begin();\n})();\n")
    )
    return Asset(name=SCRIPT, content=script.encode(), kind="text/javascript")


def _without_comments(script: str) -> str:
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _read(path: Path, name: Path) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(name=name.as_posix(), content=path.read_bytes(), kind=kind)
