"""Links in what is shown: numbers that a tap calls, whom to ask, addresses of our own."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from markupsafe import Markup, escape

# Numbers that stand in sentences about danger, so that a tap calls them.
_TO_CALL = re.compile(r"\b(?:112|113|14 ?0\d{2,3}|0800-\d{4})\b")


def call_links(text: str) -> Markup:
    """Return a text in which the numbers to call are links."""
    pieces, end = [], 0
    for found in _TO_CALL.finditer(text):
        number = found[0]
        link = Markup('<a class="utrecht-link" href="tel:{}">{}</a>').format(_digits(number), number)
        pieces += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def short_web(address: str) -> str:
    """Return an address as people say it: without https://, www. and a last slash."""
    return re.sub(r"^https://(?:www\.)?|/$", "", address)


def safe_href(href: str | None) -> str | None:
    """Return an address that a tap may open, None for any other kind."""
    return href if href and href.startswith(("tel:", "https://", "mailto:")) else None


def html_language(language: str | None) -> str | None:
    """Return the language as HTML names it: easy Dutch is Dutch."""
    return language and language.partition("-")[0]


def address(kept: Mapping[str, str], path: str, **more: str) -> str:
    """Return the address of a page of ours, with what is kept in it."""
    query = urlencode({**kept, **more})
    return f"{path}?{query}" if query else path


def contact_link(text: str, contact: str | None) -> Markup:
    """Return the text with links: whom to ask (an e-mail address, a web address or a number), and numbers to call."""
    if not contact or contact not in text:
        return call_links(text)
    before, _, after = text.partition(contact)
    return call_links(before) + _link_to(contact) + call_links(after)


def _link_to(contact: str) -> Markup:
    if "@" in contact and "/" not in contact:
        href = f"mailto:{contact}"
    elif contact.startswith("https://"):
        href = contact
    else:
        href = f"tel:{'+' if contact.startswith('+') else ''}{_digits(contact)}"
    return Markup('<a class="utrecht-link" href="{}">{}</a>').format(href, contact)


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())
