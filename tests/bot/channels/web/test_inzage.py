"""A resident downloads in the chat what is kept of the conversation; nobody else does."""

import pytest

from bot.events import Noted


async def test_who_has_the_conversation_downloads_all_that_is_kept_of_it(client, assistant, colleague):
    await client.say("geld, ik kom niet rond")
    happened = (*colleague("Ik help u"), Noted(at=assistant.clock.now(), by="Sanne", text="klinkt gespannen"))
    await assistant.act(f"web:{client.token}", lambda _, __: happened)

    page = await client.get("/")
    people = await client.get("/chat/bewaard?taal=en")
    machines = await client.get("/chat/bewaard?als=json")

    assert 'href="/chat/bewaard?taal=nl"' in page.text
    assert people.headers["content-disposition"] == 'attachment; filename="wegwijs-gesprek.html"'
    assert "geld, ik kom niet rond" in people.text
    assert "Ik help u" in people.text
    assert "What is kept of your conversation" in people.text
    kinds = [row["kind"] for row in machines.json()["kept"]["events"]]
    assert kinds == [event.kind for event in await assistant.store.read(f"web:{client.token}")]
    for told in (people, machines):
        assert "klinkt gespannen" not in told.text
        assert client.token not in told.text, "a file may fall into other hands, and this opens the conversation"


async def test_the_chat_on_another_site_shows_its_token_for_it(client):
    await client.say("geld")
    token = client.token
    client.cookies.clear()

    told = await client.get("/chat/bewaard", headers={"authorization": f"Bearer {token}"})

    assert told.status_code == 200


@pytest.mark.parametrize("cookie", [None, "0" * 32, "geen"])
async def test_who_has_no_conversation_gets_nothing(client, cookie):
    await client.say("geld")
    client.cookies.clear()
    if cookie:
        client.cookies.set("wegwijs", cookie)

    told = await client.get("/chat/bewaard")

    assert told.status_code == 404
    assert "geld" not in told.text
