"""The routes of the pages around the conversation, and what search engines ask."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from markupsafe import Markup

from bot.channels.web import answers
from bot.channels.web.page import Pages
from bot.channels.web.papers import PAPERS

_SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>\n'
)


def add_papers(router: APIRouter, pages: Pages, now: Callable[[], datetime]) -> None:
    """Add the routes."""
    for paper in PAPERS:
        router.add_api_route(f"/{paper}", _shown(pages, paper, now), methods=["GET", "HEAD"])

    @router.get("/robots.txt")
    async def robots(request: Request) -> Response:
        base = pages.site.public_url or str(request.base_url)
        return PlainTextResponse(
            "User-agent: *\nAllow: /$\nAllow: /static/\n"
            + "".join(f"Allow: /{paper}\n" for paper in PAPERS)
            + f"Disallow: /\nSitemap: {base.rstrip('/')}/sitemap.xml\n"
        )

    @router.get("/sitemap.xml")
    async def sitemap(request: Request) -> Response:
        base = (pages.site.public_url or str(request.base_url)).rstrip("/")
        addresses = (f"{base}/{path}" for path in ("", *PAPERS))
        listed = Markup("").join(Markup("<url><loc>{}</loc></url>").format(one) for one in addresses)
        return Response(_SITEMAP.format(listed), media_type="application/xml")


def _shown(pages: Pages, paper: str, now: Callable[[], datetime]) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        query = request.query_params
        return answers.html(pages.paper(paper, query.get("taal"), query.get("gemeente"), now()))

    return show
