"""The body of a request as JSON, or a sentence that says what is wrong with it, and how OpenAPI is told of it."""

import json
import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from pydantic import BaseModel

MOST_BYTES = 4_000_000  # 100,000 emoji written as JSON escapes are 1.2 million


class Problem(BaseModel):
    """Why a request was refused, as a program reads it."""

    error: str


class BadBody(Exception):
    """The request cannot be read; `status` and the sentence go back to who sent it."""

    def __init__(self, what: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(what)
        self.status = status


def told_as(schema: Mapping[str, object]) -> dict[str, Any]:
    """Return what OpenAPI is told of a body that a route reads by itself."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """Return the body of a request, inflated where it was deflated; raise BadBody above `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return _inflated(bytes(body), most) if request.headers.get("content-encoding") == "deflate" else bytes(body)


def read_json(body: bytes) -> object:
    """Return what is in a body; raise BadBody when it is no JSON in UTF-8."""
    try:
        return json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadBody("the body is not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadBody("the body is no JSON") from None


def readable(text: object) -> Any:
    """Return a text without lone surrogates, which JSON lets through and no encoding does."""
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else text


def _inflated(body: bytes, most: int) -> bytes:
    inflate = zlib.decompressobj()
    try:
        inflated = inflate.decompress(body, most + 1)
    except zlib.error:
        raise BadBody("the body is not deflated, though its Content-Encoding says so") from None
    if len(inflated) > most:
        raise _too_large(most)
    return inflated


def _too_large(most: int) -> BadBody:
    return BadBody(f"the body is larger than {most} bytes", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
