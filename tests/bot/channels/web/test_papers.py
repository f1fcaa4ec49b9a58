"""The pages around the conversation: what they tell, to whom, and what they do not claim."""

import asyncio
import re
from itertools import product

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.web import site_of, web_routes
from bot.channels.web.papers import PAPERS, blocks
from bot.channels.web.themes import BadTheme
from bot.retention import retention_of
from bot.settings import Settings, settings_from


def settings(**given: str) -> Settings:
    return settings_from({f"WEGWIJS_{name.upper()}": value for name, value in given.items()})


@pytest.fixture
def visit(assistant):
    """Return how to ask for a page of an installation with these settings."""

    async def ask(path: str, **given: str) -> httpx.Response:
        app = FastAPI()
        app.include_router(web_routes(assistant, shutdown=asyncio.Event(), site=site_of(settings(**given))))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://wegwijs.test") as client:
            return await client.get(path)

    return ask


async def test_every_page_is_there_in_dutch_easy_dutch_and_english(client):
    for paper, language in product(PAPERS, ["nl", "nl-simple", "en"]):
        page = await client.get(f"/{paper}?taal={language}")

        assert page.status_code == 200
        assert f'<article class="ww-paper" lang="{language[:2]}"' in page.text
        assert "ww-in-dutch" not in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


async def test_who_chose_another_language_reads_so_and_gets_dutch_marked_as_dutch(client):
    page = await client.get("/privacy?taal=ar")

    assert '<html lang="ar" dir="rtl"' in page.text
    assert '<article class="ww-paper" lang="nl" dir="ltr">' in page.text
    assert "هذه الصفحة مكتوبة باللغة الهولندية" in page.text


async def test_privacy_says_of_all_that_is_kept_how_long_by_the_settings(visit, client):
    page = await visit("/privacy", keep_conversation_days="11", elsewhere=__file__)

    told = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.text))
    assert told["Een gesprek waar u niets meer in schrijft"] == "11 dagen"
    assert told["Wie van de medewerkers een gesprek bekeek"] == "5 jaar"
    assert told["Aantallen, zonder namen en zonder gesprekken"] == "blijft staan"
    assert len(told) == len(retention_of(settings()))


async def test_privacy_tells_only_what_is_in_use_here(visit):
    without = await visit("/privacy")
    with_all = await visit(
        "/privacy", telegram_token="1:a", llm_url="http://llm:8000/v1", llm_model="m", elsewhere=__file__
    )

    parts = [re.findall(r'<h2 class="utrecht-heading-2" id="(\w+)"', page.text) for page in (without, with_all)]
    assert set(parts[1]) - set(parts[0]) == {"telegram", "bigger", "elsewhere"}
    assert parts[1] == list(PAPERS["privacy"])


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("fg@stad.example", 'href="mailto:fg@stad.example"'),
        ("https://stad.example/privacy", 'href="https://stad.example/privacy"'),
        ("14 030", 'href="tel:14030"'),
    ],
)
async def test_whom_to_ask_is_a_link_when_it_was_told(visit, contact, link):
    page = await visit("/privacy", privacy_contact=contact)

    assert f'<a class="utrecht-link" {link}>{contact}</a>' in page.text


async def test_whom_to_ask_is_not_made_up(visit):
    page = await visit("/privacy")

    assert "Vraag het de gemeente die deze chat aan u geeft." in page.text
    assert "mailto:" not in page.text


async def test_a_contact_cannot_become_html(visit):
    page = await visit("/toegankelijkheid", accessibility_contact='"><img src=x>@stad.example')

    assert "<img" not in page.text


async def test_accessibility_says_what_was_not_tested_and_claims_no_status(client):
    page = await client.get("/toegankelijkheid")

    text = client.text_of(page.text)
    assert "Er is nog geen status volgens de wet." in text
    assert "Niemand die elke dag een schermlezer gebruikt, heeft de chat geprobeerd." in text


async def test_each_page_leads_to_the_others_and_says_that_it_is_a_computer(client):
    for path in ("/", "/privacy"):
        page = await client.get(f"{path}?taal=en")
        foot = page.text[page.text.index("<footer") :]

        assert re.findall(r'href="([^"]+)"', foot) == [
            "/over?taal=en", "/privacy?taal=en", "/toegankelijkheid?taal=en", "/over?taal=en#source",
        ]  # fmt: skip
        assert "You are talking to a computer" in foot


async def test_the_source_is_linked_where_it_was_told(visit):
    page = await visit("/over", source_url="https://code.stad.example/wegwijs")

    assert page.text.count('href="https://code.stad.example/wegwijs"') == 2


async def test_search_engines_find_the_pages_and_no_conversation(visit):
    robots = await visit("/robots.txt", public_url="https://hulp.stad.example")
    sitemap = await visit("/sitemap.xml", public_url="https://hulp.stad.example")
    page = await visit("/")

    assert "Disallow: /\n" in robots.text
    assert "Sitemap: https://hulp.stad.example/sitemap.xml" in robots.text
    assert re.findall("<loc>(.*?)</loc>", sitemap.text) == [
        f"https://hulp.stad.example/{path}" for path in ("", "privacy", "toegankelijkheid", "over")
    ]
    assert '<meta name="description" content="Vertel wat er is' in page.text
    assert 'hreflang="ar"' in page.text


async def test_a_municipality_keeps_its_look_through_links_and_forms(visit, client):
    folder = "examples/themes"
    page = await visit("/?gemeente=voorbeeldstad", themes=folder)
    other = await visit("/?gemeente=elders", themes=folder)
    default = await visit("/privacy", themes=folder, theme="voorbeeldstad")

    assert "/static/thema/voorbeeldstad.css?v=" in page.text
    assert 'name="gemeente" value="voorbeeldstad"' in page.text
    assert "/privacy?gemeente=voorbeeldstad" in page.text
    assert "/?taal=ar&amp;gemeente=voorbeeldstad" in page.text or "/?gemeente=voorbeeldstad&amp;taal=ar" in page.text
    assert "thema/" not in other.text
    assert "gemeente=elders" not in other.text
    assert "/static/thema/voorbeeldstad.css?v=" in default.text


def test_a_theme_that_is_not_there_is_told_at_the_start():
    with pytest.raises(BadTheme, match="there is no theme elders"):
        site_of(settings(themes="examples/themes", theme="elders"))


def test_lines_with_a_dash_are_one_list():
    assert blocks("Een.\n- twee\n- drie\nVier.") == (("p", ("Een.",)), ("ul", ("twee", "drie")), ("p", ("Vier.",)))
