"""What goes out over HTTP: pages and pieces of them, with the headers that keep them safe."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from bot.safe import SAFE

HEADERS: Mapping[str, str] = {
    **SAFE,
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",  # for who wants to dictate
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
}


def wants_json(request: Request) -> bool:
    """Tell whether the script of the page asks; a plain form gets a page."""
    return "application/json" in request.headers.get("accept", "")


def html(content: str, status: int = 200) -> Response:
    """Return a page."""
    return HTMLResponse(content, status_code=status, headers=dict(HEADERS))


def json(content: Mapping[str, Any], status: int = 200) -> Response:
    """Return what the script of the page asked."""
    headers = {name: HEADERS[name] for name in ("cache-control", "x-content-type-options")}
    return JSONResponse(content, status_code=status, headers=headers)
