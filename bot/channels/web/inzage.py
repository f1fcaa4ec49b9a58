"""The route by which residents download what is kept of their conversation."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from bot.assistant import Assistant
from bot.channels.web.doors import conversation_of
from bot.channels.web.page import Pages
from bot.inzage import Copy, Words, as_html, as_json, for_resident
from bot.queue import case_number
from bot.safe import NOTHING, SAFE

_STYLED = f"{NOTHING}; style-src 'unsafe-inline'"  # should a browser show the file instead of keeping it


def add_inzage(router: APIRouter, assistant: Assistant, pages: Pages) -> None:
    """Add the route: for people, and with ?als=json for machines."""

    @router.get("/chat/bewaard")
    async def kept(request: Request) -> Response:
        conversation = conversation_of(request)
        rows = await assistant.store.everything(conversation) if conversation else {}
        if not rows or not conversation:
            raise HTTPException(404)
        copy = for_resident(Copy(conversation=conversation, made_at=assistant.clock.now(), rows=rows))
        if request.query_params.get("als") == "json":
            return _file(_closed(as_json(copy), conversation), "json", "application/json")
        html = as_html(copy, _words(pages, request.query_params.get("taal")))
        return _file(_closed(html, conversation), "html", "text/html")


def _closed(content: str, conversation: str) -> str:
    """Return the file with the number for logs in place of the one that opens the conversation.

    A file may fall into other hands.
    """
    return content.replace(conversation.removeprefix("web:"), case_number(conversation))


def _words(pages: Pages, asked: str | None) -> Words:
    language = pages.language(asked)
    text = pages.text_in(language)
    return Words(
        title=text("inzage.title"),
        you=text("you"),
        bot=text("bot"),
        stored=text("inzage.stored"),
        language=language.partition("-")[0],
    )


def _file(content: str, ending: str, kind: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="wegwijs-gesprek.{ending}"'}
    return Response(
        content, media_type=f"{kind}; charset=utf-8", headers={**SAFE, "content-security-policy": _STYLED, **headers}
    )
