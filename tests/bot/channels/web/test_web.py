"""The web chat without JavaScript and over HTTP: what the page shows, sends, refuses and forgets."""

import asyncio
import re
from datetime import UTC, datetime
from html import unescape

import httpx
import pytest

from bot.events import Closed, Heard, Said
from bot.messages import Choice, Part, Reply, Way
from bot.phrases import load_phrases
from intents.model import Understanding

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PHRASES = load_phrases()
FETCH = {"accept": "application/json"}


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_page_says_at_once_what_wegwijs_is_and_what_it_does_with_what_you_type(client, language):
    page = await client.get(f"/?taal={language}")

    shown = client.text_of(page.text)
    assert f'<html lang="{language}"' in page.text
    assert "Wegwijs" in shown
    for key in ("intro", "intro_privacy", "start"):
        assert PHRASES(key, language) in shown
    assert 'href="tel:112"' in page.text
    assert 'action="/chat/wis"' in page.text
    assert 'href="/?taal=nl"' in page.text
    assert 'href="/?taal=en"' in page.text
    assert page.text.partition("ww-topics")[0].count('name="choice" value="/theme{') == 6  # examples to start with


async def test_looking_at_the_page_sets_no_cookie(client):
    page = await client.get("/")

    assert "set-cookie" not in page.headers


async def test_an_unknown_language_gives_the_dutch_page(client):
    page = await client.get("/?taal=<script>")

    assert '<html lang="nl"' in page.text
    assert "<script>" not in page.text


async def test_the_page_allows_nothing_from_elsewhere_and_nothing_inline(client):
    await client.say("Ik heb geen geld")

    page = await client.get("/")

    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)
    assert not re.search(r'(?:src|<link[^>]*href)="https?:', page.text)


async def test_a_search_engine_may_ask_for_the_headers_alone(client):
    page = await client.head("/")

    assert page.status_code == 200


# ---------------------------------------------------------------- a conversation


async def test_a_message_is_answered_without_javascript(client):
    page = await client.say("Ik kom niet rond met mijn geld")

    assert "Ik kom niet rond met mijn geld" in client.text_of(page.text)
    assert "Waar woont u?" in client.text_of(page.text)
    assert "laatste" in page.text


async def test_after_a_reload_the_whole_conversation_is_there(client):
    await client.say("Ik kom niet rond met mijn geld")
    first = await client.say("Overvecht")

    again = await client.get("/")

    assert re.findall(r'id="bericht-\d+"', again.text) == re.findall(r'id="bericht-\d+"', first.text)
    assert len(re.findall(r'id="bericht-\d+"', again.text)) == 4


async def test_the_introduction_is_not_repeated_in_the_conversation(client):
    page = await client.say("Ik kom niet rond met mijn geld")

    assert client.text_of(page.text).count(PHRASES("intro", "nl")) == 1


async def test_who_writes_another_language_than_the_page_reads_the_introduction_in_it(client):
    page = await client.get("/?taal=nl")
    sent = await client.post(
        "/chat", data={**client.fields(page.text), "taal": "nl", "message": "I cannot make ends meet"}, headers=FETCH
    )

    html = sent.json()["html"]
    assert 'lang="en"' in html
    assert PHRASES("intro", "en") in client.text_of(html)


def buttons(page: str) -> list[list[tuple[str, bool]]]:
    """Return the buttons under each reply: what they say, and whether they are marked as chosen."""
    found = r'<button[^>]*name="choice" value="[^"]*"([^>]*)>([^<]*)<'
    replies = [one.partition("</article>")[0] for one in page.split('<article class="ww-message ww-message--bot"')[1:]]
    return [[(unescape(title), "aria-pressed" in marks) for marks, title in re.findall(found, one)] for one in replies]


async def test_of_an_earlier_reply_the_answers_stay_and_the_chosen_one_is_marked(client):
    page = await client.say("Ik kom niet rond met mijn geld")
    asked = buttons(page.text)
    payload = unescape(re.search(r'name="choice" value="([^"]*unknown[^"]*)"', page.text)[1])

    page = await client.say("", choice=payload)

    assert ("Waarom vraagt u dit?", False) in asked[0]  # of the question that stands
    assert buttons(page.text)[0] == [("Weet ik niet", True)]
    assert ("Waarom deze organisatie?", False) in buttons(page.text)[1]


async def test_pressing_another_answer_of_an_earlier_reply_puts_the_first_one_right(client):
    await client.say("Ik kom niet rond met mijn geld")
    await client.say("Overvecht")
    await client.say("", choice='/inform{"home_or_utilities_at_risk":"yes"}')

    page = await client.say("", choice='/inform{"home_or_utilities_at_risk":"no"}')

    chosen = [title for reply in buttons(page.text) for title, marked in reply if marked]
    assert chosen == ["Nee"]


async def test_the_page_says_when_the_machine_is_unsure_and_not_when_the_list_was_asked_for(client):
    unsure = await client.say("hmmm vreemd")
    listed = await client.say("", choice="/other")

    assert unsure.text.count("De computer weet niet zeker wat u bedoelt.") == 1
    assert listed.text.count("De computer weet niet zeker wat u bedoelt.") == 1


async def test_starting_again_keeps_the_conversation_and_begins_with_a_new_question(client, assistant):
    await client.say("Ik kom niet rond met mijn geld")

    page = await client.say("", choice="/restart")

    assert "Begin opnieuw" in client.text_of(page.text[page.text.rindex("ww-message--resident") :])
    assert PHRASES("restart", "nl") in client.text_of(page.text)
    assert (await assistant.conversation(f"web:{client.token}")).themes == ()


async def test_a_chosen_button_stands_in_the_conversation_in_its_own_words(client):
    page = await client.say("Ik kom niet rond met mijn geld")
    payload = unescape(re.search(r'name="choice" value="([^"]*unknown[^"]*)"', page.text)[1])

    page = await client.say("", choice=payload)

    assert "Weet ik niet" in client.text_of(page.text)
    assert "/inform" not in client.text_of(page.text)


async def test_a_conversation_ends_in_a_referral_with_ways_to_reach_them(client):
    await client.say("Ik kom niet rond met mijn geld")
    page = await client.say("Overvecht")
    while "unknown" in (reply := page.text[page.text.rindex("<article") :]):
        page = await client.say("", choice=unescape(re.search(r'name="choice" value="([^"]*unknown[^"]*)"', reply)[1]))

    assert "Buurtteam" in client.text_of(page.text)
    assert 'class="ww-card"' in page.text
    assert 'href="https://' in page.text


async def test_danger_stands_on_top_of_the_reply_with_numbers_to_call(client):
    page = await client.say("Soms wil ik dood")

    reply = page.text[page.text.index("ww-message--bot") :]
    assert reply.index("ww-alarm") < reply.index("ww-part")
    assert 'href="tel:113"' in reply


async def test_the_conversation_keeps_its_language_on_the_next_visit(client):
    await client.say("I cannot make ends meet")

    page = await client.get("/")

    assert '<html lang="en"' in page.text


async def test_a_double_send_counts_once_also_for_the_very_first_message(client, assistant):
    page = await client.get("/")
    form = {**client.fields(page.text), "message": "Ik kom niet rond met mijn geld"}

    await asyncio.gather(*(client.post("/chat", data=form) for _ in range(3)))

    assert len(assistant.store._events) == 1
    assert len(await assistant.store.read(f"web:{client.token}")) == 3  # heard, decided, said


async def test_the_script_gets_what_is_new_as_a_piece_of_html(client):
    page = await client.get("/")
    first = await client.post("/chat", data={**client.fields(page.text), "message": "geld"}, headers=FETCH)
    after = str(first.json()["last"])
    second = await client.post("/chat", data={"message": "Overvecht", "after": after}, headers=FETCH)

    assert re.findall(r'id="bericht-(\d+)"', first.json()["html"]) == ["1", "3"]
    assert re.findall(r'id="bericht-(\d+)"', second.json()["html"]) == ["4", "6", "3"]  # 3 has other buttons
    assert "<html" not in second.json()["html"]


async def test_the_cookie_is_a_secret_of_128_bits_that_scripts_cannot_read(client):
    page = await client.get("/")
    sent = await client.post("/chat", data={**client.fields(page.text), "message": "geld"})

    cookie = sent.headers["set-cookie"]
    assert re.match(r"wegwijs=[0-9a-f]{32};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert client.token not in (await client.get("/")).text


async def test_over_https_the_cookie_never_travels_in_the_clear(app):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://wegwijs.test") as client:
        sent = await client.post("/chat", data={"message": "geld"})

    assert "Secure" in sent.headers["set-cookie"]


async def test_a_number_of_ones_own_comes_back_masked(client):
    page = await client.say("Mijn nummer is 06-12345678, ik heb geen geld")

    assert "06-12345678" not in page.text
    assert "[telefoonnummer]" in client.text_of(page.text)


# ---------------------------------------------------------------- colleagues


async def test_a_colleague_has_a_name_an_organisation_and_another_look(client, assistant, colleague):
    await client.say("Ik kom niet rond met mijn geld")
    await assistant.act(f"web:{client.token}", lambda _, __: colleague("Dag, ik kijk mee."))

    page = await client.get("/")

    assert "ww-message--staff" in page.text
    assert "Sanne, medewerker van Gemeente Utrecht" in client.text_of(page.text)
    assert "U praat nu met een mens." in client.text_of(page.text)
    assert "ww-choices" not in page.text


async def test_it_is_said_when_the_computer_answers_again(client, assistant, colleague):
    await client.say("Ik kom niet rond met mijn geld")
    await assistant.act(f"web:{client.token}", lambda _, __: colleague("Het is geregeld."))
    await assistant.act(f"web:{client.token}", lambda _, now: (Closed(at=now, by="Sanne", outcome="helped"),))

    page = await client.get("/")

    assert "Sanne heeft dit gesprek afgerond." in client.text_of(page.text)


async def test_nothing_that_anybody_types_becomes_html(client, assistant, colleague):
    await client.say("<img src=x onerror=alert(1)>")
    await assistant.act(f"web:{client.token}", lambda _, __: colleague("<script>alert(2)</script>"))

    page = await client.get("/")

    assert "<img src=x" not in page.text
    assert "<script>alert" not in page.text


async def test_only_safe_addresses_become_links(client, assistant):
    ways = (
        Way(label="Telefoon", value="14 030", href="tel:14030", hours="ma-vr 9-17 uur"),
        Way(label="Kwaad", value="klik", href="javascript:alert(1)"),
    )
    said = Reply(
        parts=(Part(kind="referral", title="Loket", text="Helpt.", ways=ways),),
        choices=(Choice(title="Ja", payload="/affirm"),),
    )
    await client.say("geld")
    await assistant.act(f"web:{client.token}", lambda _, now: (Said(at=now, id="s", reply=said),))

    page = await client.get("/")

    assert 'href="tel:14030"' in page.text
    assert "ma-vr 9-17 uur" in client.text_of(page.text)
    assert "javascript:" not in page.text


async def test_a_part_in_arabic_is_marked_and_runs_from_right_to_left(client, assistant):
    heard = Heard(at=AT, id="a", text="مرحبا", understanding=Understanding(language="ar"))
    await client.say("geld")
    await assistant.act(f"web:{client.token}", lambda _, __: (heard,))

    page = await client.get("/?taal=nl")

    assert 'lang="ar" dir="rtl"' in page.text


# ---------------------------------------------------------------- erasing


async def test_wis_alles_leaves_nothing_behind_and_says_so(client, assistant):
    await client.say("Ik kom niet rond met mijn geld")
    conversation = f"web:{client.token}"

    gone = await client.post("/chat/wis", data={"taal": "nl"})

    assert PHRASES("forgotten", "nl") in client.text_of(gone.text)
    assert "Ik kom niet rond met mijn geld</p>" not in gone.text
    assert await assistant.store.read(conversation) == ()
    assert "wegwijs" not in client.cookies


async def test_wis_alles_also_erases_what_a_colleague_holds(client, assistant, colleague):
    await client.say("Ik kom niet rond met mijn geld")
    conversation = f"web:{client.token}"
    await assistant.act(conversation, lambda _, __: colleague("Dag."))

    await client.post("/chat/wis")

    assert await assistant.store.read(conversation) == ()
    assert await assistant.store.case(conversation) is None


async def test_erasing_in_the_conversation_says_so_and_drops_the_cookie(client, assistant):
    await client.say("Ik kom niet rond met mijn geld")

    gone = await client.post("/chat", data={"choice": "/forget", "taal": "nl"}, headers=FETCH)

    assert gone.json()["forgotten"]
    assert PHRASES("forgotten", "nl") in client.text_of(gone.json()["html"])
    assert "wegwijs" not in client.cookies
    assert assistant.store._events == {}


async def test_wis_alles_before_the_first_message_is_friendly(client):
    gone = await client.post("/chat/wis", data={"taal": "en"})

    assert (gone.status_code, PHRASES("forgotten", "en") in client.text_of(gone.text)) == (200, True)


@pytest.mark.parametrize("path", ["/chat", "/chat/wis"])
async def test_an_address_of_a_form_leads_back_to_the_page(client, path):
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
