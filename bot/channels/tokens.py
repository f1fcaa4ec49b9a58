"""Whether a caller shows the token of this installation."""

import hmac

from fastapi import Request


def shows(request: Request, token: str, told: object = None) -> bool:
    """Tell whether a request has the token: as a Bearer header, as ?token= or in its body (`told`)."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    shown = (bearer, request.query_params.get("token", ""), told)
    return any(isinstance(one, str) and same(one, token) for one in shown)


def same(shown: str, token: str) -> bool:
    """Tell whether these are the same, in a time that tells nothing about how much of it is."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode("utf-8"))
