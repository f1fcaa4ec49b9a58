"""The other websites that may show the chat: who may ask from there, and who may put the page in a frame."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

_ALLOWED = {
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "authorization, last-event-id, content-type",
    "access-control-max-age": "7200",  # seconds; no browser keeps it longer
}
_NO_FRAME = "frame-ancestors 'none'"


class Origins:
    """The listed websites, such as https://www.utrecht.nl."""

    def __init__(self, listed: Sequence[str] = ()) -> None:
        self.listed = tuple(listed)

    def allow(self, request: Request) -> bool:
        """Tell whether a listed website asks."""
        return request.headers.get("origin") in self.listed

    def preflight(self, request: Request) -> Response:
        """Answer a browser that asks whether it may."""
        return Response(status_code=204, headers=_ALLOWED if self.allow(request) else None)

    def dress(self, answer: Response, request: Request) -> Response:
        """Return the answer with what lets a listed website read it and frame it."""
        headers = answer.headers
        if self.listed:
            headers.add_vary_header("Origin")
            if policy := headers.get("content-security-policy"):
                headers["content-security-policy"] = policy.replace(_NO_FRAME, f"frame-ancestors {self._all}")
                del headers["x-frame-options"]  # it knows no list
        if self.allow(request):
            headers["access-control-allow-origin"] = request.headers["origin"]
        return answer

    @property
    def _all(self) -> str:
        return " ".join(("'self'", *self.listed))


def is_elsewhere(request: Request) -> bool:
    """Tell whether another website sent this."""
    site = request.headers.get("sec-fetch-site")  # a browser's own word; no page can change it
    if site == "same-origin":
        return False
    origin = request.headers.get("origin")
    return site == "cross-site" or (origin is not None and urlsplit(origin).netloc != request.headers.get("host"))
