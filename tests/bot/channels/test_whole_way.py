"""The same question over REST, the web page and the terminal ends where the policy says. (Telegram: telegram/.)"""

import asyncio
import io

import httpx
import pytest
from fastapi import FastAPI
from rich.console import Console

from bot.channels.rasa.rest import rasa_routes
from bot.channels.terminal import chat
from bot.channels.web import web_routes

SAID = ["mijn man en ik maken de hele tijd ruzie en nu wil hij scheiden", "lombok", "ja 2 kindjes"]
TEAM = "Buurtteam Jeugd & Gezin (West)"  # relatie, with children at home: the family team of the wijk


@pytest.fixture
def browser(real_assistant):
    app = FastAPI()
    app.include_router(rasa_routes(real_assistant))
    app.include_router(web_routes(real_assistant, shutdown=asyncio.Event()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wegwijs.test", follow_redirects=True)


async def test_rest(browser):
    for number, text in enumerate(SAID):
        sent = {"sender": "anna", "message": text, "message_id": str(number)}
        answer = (await browser.post("/webhooks/rest/webhook", json=sent)).json()

    told = answer[-1]["custom"]["wegwijs"]
    assert (told["status"], told["referrals"], told["wijk"]) == ("refer", ["utrecht-buurtteam-jeugd-gezin"], "West")
    assert any(TEAM in message.get("text", "") for message in answer)


async def test_web(browser):
    page = await browser.get("/")
    for number, text in enumerate(SAID):
        page = await browser.post(
            "/chat", data={"message": text, "id": f"{number:032x}"}, headers={"Sec-Fetch-Site": "same-origin"}
        )

    assert page.status_code == 200
    assert TEAM.replace("&", "&amp;") in page.text


async def test_terminal(real_assistant):
    console = Console(file=io.StringIO(), width=120)

    await chat(real_assistant, "nl", io.BytesIO("\n".join(SAID).encode()), console)

    assert TEAM in console.file.getvalue()
