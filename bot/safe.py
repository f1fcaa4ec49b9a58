"""The headers that keep an answer safe in a browser, for every answer there is."""

from collections.abc import Mapping

SAFE: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    # Not "no-referrer": a browser then sends "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"  # for what is no page
ONLY_HTTPS = "max-age=31536000"  # a year; not for subdomains, which are not ours to decide on
