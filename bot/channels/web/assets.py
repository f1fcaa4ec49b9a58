"""Static files, read once, under an address that changes with their content."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from fastapi.responses import Response

STATIC = Path(__file__).parent / "static"

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, max-age=0, must-revalidate"  # an address without the number of this content


@dataclass(frozen=True)
class Asset:
    """A file as it is served. `number` stands for its content."""

    name: str
    content: bytes
    kind: str

    @property
    def number(self) -> str:
        """The first digits of its sha256."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @property
    def address(self) -> str:
        """Where it may be kept for ever."""
        return f"/static/{self.name}?v={self.number}"


def load_assets(folder: Path = STATIC) -> Mapping[str, Asset]:
    """Return every file under the folder by its path in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {asset.name: asset for asset in (_read(path, path.relative_to(folder)) for path in files)}


def serve(asset: Asset, request: Request) -> Response:
    """Return the file, or only "not modified" to who has it already."""
    current = request.query_params.get("v") == asset.number
    headers = {
        "cache-control": _FOR_EVER if current else _ASK_AGAIN,
        "etag": f'"{asset.number}"',
        "x-content-type-options": "nosniff",
    }
    # Behind gzip the tag that comes back may be marked weak.
    if f'"{asset.number}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.kind, headers=headers)


def _read(path: Path, name: Path) -> Asset:
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(name=name.as_posix(), content=path.read_bytes(), kind=kind)
