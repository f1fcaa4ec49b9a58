"""What another website may ask of the chat, and what it weighs there."""

import gzip
import re

import pytest
from fastapi import FastAPI

from bot.channels.web import web_routes
from bot.settings import settings_from

TOWN = "https://www.utrecht.nl"
FROM_TOWN = {"origin": TOWN, "sec-fetch-site": "cross-site", "accept": "application/json"}
KEY = {"authorization": f"Bearer {'a' * 32}"}
MOST_BYTES = 30_000  # of script, stylesheet and HTML together, gzipped


@pytest.fixture
def app(assistant, shutdown) -> FastAPI:
    app = FastAPI()
    app.include_router(web_routes(assistant, shutdown=shutdown, sites=(TOWN, "https://utrecht.nl")))
    return app


async def test_a_listed_site_holds_a_conversation_with_its_own_key_and_without_a_cookie(client, assistant):
    fragment = await client.get("/widget?gemeente=utrecht&taal=nl", headers=FROM_TOWN)
    token = re.search(r'data-start="([0-9a-f]{32})"', fragment.text)[1]
    key = {"authorization": f"Bearer {token}"}

    sent = await client.post("/chat", data={"message": "geld"}, headers={**FROM_TOWN, **key})
    again = await client.get("/widget?taal=nl", headers={**FROM_TOWN, **key})

    assert sent.headers["access-control-allow-origin"] == TOWN
    assert "Waar woont u?" in client.text_of(sent.json()["html"])
    assert "Waar woont u?" in client.text_of(again.text)
    assert "<html" not in fragment.text + again.text
    assert set(assistant.store._events) == {f"web:{token}"}
    assert not any("set-cookie" in answer.headers for answer in (fragment, sent, again))


async def test_a_cookie_of_ours_counts_for_nothing_on_another_site(client, assistant):
    await client.say("Ik kom niet rond met mijn geld")
    before = dict(assistant.store._events)

    without_key = await client.post("/chat", data={"message": "kwaad"}, headers=FROM_TOWN)
    with_key = await client.post("/chat/wis", headers={**FROM_TOWN, **KEY})

    assert (without_key.status_code, with_key.status_code) == (403, 200)
    assert assistant.store._events == before


@pytest.mark.parametrize("origin", ["https://kwaad.example", "null", "https://www.utrecht.nl.kwaad.example"])
async def test_a_site_that_is_not_listed_reads_nothing_and_says_nothing(client, assistant, origin):
    headers = {**FROM_TOWN, **KEY, "origin": origin}

    fragment = await client.get("/widget", headers=headers)
    may = await client.options("/chat", headers=headers)
    sent = await client.post("/chat", data={"message": "kwaad"}, headers=headers)

    assert sent.status_code == 403
    assert not any("access-control-allow-origin" in answer.headers for answer in (fragment, may, sent))
    assert "access-control-allow-headers" not in may.headers
    assert assistant.store._events == {}


@pytest.mark.parametrize("path", ["/widget", "/chat", "/chat/wis", "/chat/events"])
async def test_a_browser_that_asks_beforehand_hears_what_a_listed_site_may_send(client, path):
    may = await client.options(path, headers={"origin": TOWN, "access-control-request-headers": "authorization"})

    assert may.status_code == 204
    assert may.headers["access-control-allow-origin"] == TOWN
    assert {"authorization", "last-event-id"} <= set(may.headers["access-control-allow-headers"].split(", "))
    assert "access-control-allow-credentials" not in may.headers


async def test_only_listed_sites_put_our_page_in_a_frame(client):
    page = await client.get("/")

    assert f"frame-ancestors 'self' {TOWN} https://utrecht.nl" in page.headers["content-security-policy"]
    assert "x-frame-options" not in page.headers


async def test_a_refusal_and_no_conversation_can_be_read_by_a_listed_site_too(client):
    refused = await client.post("/chat", data={"message": "geld"}, headers=FROM_TOWN)
    nothing = await client.get("/chat/events", headers=FROM_TOWN)

    assert (refused.status_code, nothing.status_code) == (403, 204)
    assert {one.headers["access-control-allow-origin"] for one in (refused, nothing)} == {TOWN}


async def test_script_stylesheet_and_html_weigh_less_than_30_kilobytes_together(client):
    fragment = await client.get("/widget?taal=nl")
    styles = re.search(r'data-styles="([^"]+)"', fragment.text)[1].split()
    files = [await client.get(path) for path in ("/wegwijs.js", *styles)]

    assert sum(len(gzip.compress(one.content, mtime=0)) for one in (fragment, *files)) < MOST_BYTES


async def test_the_script_asks_again_whether_it_is_still_the_newest(client):
    first = await client.get("/wegwijs.js")
    again = await client.get("/wegwijs.js", headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["content-type"].startswith("text/javascript")


def test_the_list_is_read_from_the_environment():
    settings = settings_from({"WEGWIJS_ORIGINS": "https://www.utrecht.nl/, https://utrecht.nl, http://localhost:8000"})

    assert settings.origins == ("https://www.utrecht.nl", "https://utrecht.nl", "http://localhost:8000")


@pytest.mark.parametrize(
    "wrong", ["*", "www.utrecht.nl", "http://utrecht.nl", "https://utrecht.nl/chat", "https://a;b"]
)
def test_what_is_no_website_is_named_with_its_mend(wrong):
    with pytest.raises(ValueError, match=r"WEGWIJS_ORIGINS: .* is no website\. Write https://"):
        settings_from({"WEGWIJS_ORIGINS": wrong})
