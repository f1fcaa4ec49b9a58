"""What somebody is told who is turned away at the front: a sentence with numbers to call, in their language."""

from fastapi.responses import HTMLResponse, JSONResponse, Response
from markupsafe import Markup
from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

from bot.channels.web.links import call_links, html_language
from bot.phrases import DUTCH, Phrases

_PAGE = Markup(
    '<!doctype html>\n<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Wegwijs</title><main><p dir="auto">{sentence}</p></main></html>\n'
)
_PIECE = Markup(  # as failure.html of the web chat
    '<div class="utrecht-alert utrecht-alert--error ww-alarm" lang="{language}">'
    '<p class="utrecht-paragraph" dir="auto">{sentence}</p></div>'
)
_RIGHT_NOW = 2  # languages of a browser that are looked at


class Telling:
    """Makes such an answer, for a person as a page, for a program as JSON (`html` is what the chat shows)."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases

    def tell(self, scope: Scope, status: int, key: str, seconds: int | None = None) -> Response:
        """Return the answer with the sentence of this key."""
        headers = Headers(scope=scope)
        language = self._language(scope, headers)
        sentence = self.phrases(key, language)
        words = {"language": html_language(language), "sentence": call_links(sentence)}
        more = {"retry-after": str(seconds)} if seconds else {}
        if "text/html" in headers.get("accept", ""):
            return HTMLResponse(_PAGE.format(**words), status, headers=more)
        return JSONResponse({"error": sentence, "html": _PIECE.format(**words)}, status, headers=more)

    def _language(self, scope: Scope, headers: Headers) -> str:
        understood = headers.get("accept-language", "").split(",")[:_RIGHT_NOW]
        asked = [QueryParams(scope["query_string"]).get("taal", ""), *(one.strip()[:2] for one in understood)]
        return next((one for one in asked if one in self.phrases.languages), DUTCH)
