"""The web chat without JavaScript and over HTTP: what the page shows, sends, refuses and forgets."""

import asyncio
import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import quote

import httpx
import pytest

from bot.assistant import Assistant
from bot.channels.web.assets import load_assets
from bot.events import Closed, Heard, Said
from bot.messages import Choice, Incoming, Part, Reply, Way
from bot.phrases import load_phrases
from bot.ports import StoreAway
from intents.model import Understanding

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PHRASES = load_phrases()
FETCH = {"accept": "application/json"}


def fields(page: str) -> dict[str, str]:
    """Return the hidden fields of the form to write in."""
    form = page[page.index('id="schrijf"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def text_of(page: str) -> str:
    """Return what can be read on a page."""
    body = page[page.find("<body") :] if "<body" in page else page
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", body)))


async def send(client: httpx.AsyncClient, text: str, **more: str) -> httpx.Response:
    """Send what somebody types, as the form does, and return where that leads."""
    page = await client.get("/")
    sent = await client.post("/chat", data={**fields(page.text), "message": text, **more})
    assert (sent.status_code, sent.headers["location"].partition("#")[2]) == (303, "laatste")
    return await client.get(sent.headers["location"])


def token(client: httpx.AsyncClient) -> str:
    return client.cookies["wegwijs"]


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_page_says_at_once_what_wegwijs_is_and_what_it_does_with_what_you_type(client, language):
    page = await client.get(f"/?taal={language}")

    shown = text_of(page.text)
    assert f'<html lang="{language}"' in page.text
    assert "Wegwijs" in shown
    for key in ("intro", "intro_privacy", "start"):
        assert PHRASES(key, language) in shown
    assert 'href="tel:112"' in page.text
    assert 'action="/chat/wis"' in page.text
    assert 'href="/?taal=nl"' in page.text
    assert 'href="/?taal=en"' in page.text
    assert page.text.count('name="message" value="') == 6  # examples to start with


async def test_looking_at_the_page_sets_no_cookie(client):
    page = await client.get("/")

    assert "set-cookie" not in page.headers


async def test_an_unknown_language_gives_the_dutch_page(client):
    page = await client.get("/?taal=<script>")

    assert '<html lang="nl"' in page.text
    assert "<script>" not in page.text


async def test_the_page_allows_nothing_from_elsewhere_and_nothing_inline(client):
    await send(client, "Ik heb geen geld")

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
    page = await send(client, "Ik kom niet rond met mijn geld")

    assert "Ik kom niet rond met mijn geld" in text_of(page.text)
    assert "Waar woont u?" in text_of(page.text)
    assert "laatste" in page.text


async def test_after_a_reload_the_whole_conversation_is_there(client):
    await send(client, "Ik kom niet rond met mijn geld")
    first = await send(client, "Overvecht")

    again = await client.get("/")

    assert re.findall(r'id="bericht-\d+"', again.text) == re.findall(r'id="bericht-\d+"', first.text)
    assert len(re.findall(r'id="bericht-\d+"', again.text)) == 4


async def test_the_introduction_is_not_repeated_in_the_conversation(client):
    page = await send(client, "Ik kom niet rond met mijn geld")

    assert text_of(page.text).count(PHRASES("intro", "nl")) == 1


async def test_who_writes_another_language_than_the_page_reads_the_introduction_in_it(client):
    page = await client.get("/?taal=nl")
    sent = await client.post(
        "/chat", data={**fields(page.text), "taal": "nl", "message": "I cannot make ends meet"}, headers=FETCH
    )

    html = sent.json()["html"]
    assert 'lang="en"' in html
    assert PHRASES("intro", "en") in text_of(html)


async def test_only_the_last_reply_has_buttons(client):
    await send(client, "Ik kom niet rond met mijn geld")
    page = await send(client, "Overvecht")

    messages = page.text.split("<article")[1:]
    assert ["ww-choices" in message.partition("</article>")[0] for message in messages] == [
        False,
        False,
        False,
        True,
    ]


async def test_a_chosen_button_stands_in_the_conversation_in_its_own_words(client):
    page = await send(client, "Ik kom niet rond met mijn geld")
    payload = unescape(re.search(r'name="choice" value="([^"]*unknown[^"]*)"', page.text)[1])

    page = await send(client, "", choice=payload)

    assert "Weet ik niet" in text_of(page.text)
    assert "/inform" not in text_of(page.text)


async def test_a_conversation_ends_in_a_referral_with_ways_to_reach_them(client):
    await send(client, "Ik kom niet rond met mijn geld")
    page = await send(client, "Overvecht")
    while "unknown" in page.text:
        page = await send(
            client, "", choice=unescape(re.search(r'name="choice" value="([^"]*unknown[^"]*)"', page.text)[1])
        )

    assert "Buurtteam" in text_of(page.text)
    assert 'class="ww-card"' in page.text
    assert 'href="https://' in page.text


async def test_danger_stands_on_top_of_the_reply_with_numbers_to_call(client):
    page = await send(client, "Soms wil ik dood")

    reply = page.text[page.text.index("ww-message--bot") :]
    assert reply.index("ww-alarm") < reply.index("ww-part")
    assert 'href="tel:113"' in reply


async def test_the_conversation_keeps_its_language_on_the_next_visit(client):
    await send(client, "I cannot make ends meet")

    page = await client.get("/")

    assert '<html lang="en"' in page.text


async def test_a_double_send_counts_once_also_for_the_very_first_message(client, assistant):
    page = await client.get("/")
    form = {**fields(page.text), "message": "Ik kom niet rond met mijn geld"}

    await asyncio.gather(*(client.post("/chat", data=form) for _ in range(3)))

    assert len(assistant.store._events) == 1
    assert len(await assistant.store.read(f"web:{token(client)}")) == 3  # heard, decided, said


async def test_the_script_gets_what_is_new_as_a_piece_of_html(client):
    page = await client.get("/")
    first = await client.post("/chat", data={**fields(page.text), "message": "geld"}, headers=FETCH)
    after = str(first.json()["last"])
    second = await client.post("/chat", data={"message": "Overvecht", "after": after}, headers=FETCH)

    assert re.findall(r'id="bericht-(\d+)"', first.json()["html"]) == ["1", "3"]
    assert re.findall(r'id="bericht-(\d+)"', second.json()["html"]) == ["4", "6"]
    assert "<html" not in second.json()["html"]


async def test_the_cookie_is_a_secret_of_128_bits_that_scripts_cannot_read(client):
    page = await client.get("/")
    sent = await client.post("/chat", data={**fields(page.text), "message": "geld"})

    cookie = sent.headers["set-cookie"]
    assert re.match(r"wegwijs=[0-9a-f]{32};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert token(client) not in (await client.get("/")).text


async def test_over_https_the_cookie_never_travels_in_the_clear(app):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://wegwijs.test") as client:
        sent = await client.post("/chat", data={"message": "geld"})

    assert "Secure" in sent.headers["set-cookie"]


async def test_a_number_of_ones_own_comes_back_masked(client):
    page = await send(client, "Mijn nummer is 06-12345678, ik heb geen geld")

    assert "06-12345678" not in page.text
    assert "[telefoonnummer]" in text_of(page.text)


# ---------------------------------------------------------------- colleagues


async def test_a_colleague_has_a_name_an_organisation_and_another_look(client, assistant, colleague):
    await send(client, "Ik kom niet rond met mijn geld")
    await assistant.act(f"web:{token(client)}", lambda _, __: colleague("Dag, ik kijk mee."))

    page = await client.get("/")

    assert "ww-message--staff" in page.text
    assert "Sanne, medewerker van Gemeente Utrecht" in text_of(page.text)
    assert "U praat nu met een mens." in text_of(page.text)
    assert "ww-choices" not in page.text


async def test_it_is_said_when_the_computer_answers_again(client, assistant, colleague):
    await send(client, "Ik kom niet rond met mijn geld")
    await assistant.act(f"web:{token(client)}", lambda _, __: colleague("Het is geregeld."))
    await assistant.act(f"web:{token(client)}", lambda _, now: (Closed(at=now, by="Sanne", outcome="helped"),))

    page = await client.get("/")

    assert "Sanne heeft dit gesprek afgerond." in text_of(page.text)


async def test_nothing_that_anybody_types_becomes_html(client, assistant, colleague):
    await send(client, "<img src=x onerror=alert(1)>")
    await assistant.act(f"web:{token(client)}", lambda _, __: colleague("<script>alert(2)</script>"))

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
    await send(client, "geld")
    await assistant.act(f"web:{token(client)}", lambda _, now: (Said(at=now, id="s", reply=said),))

    page = await client.get("/")

    assert 'href="tel:14030"' in page.text
    assert "ma-vr 9-17 uur" in text_of(page.text)
    assert "javascript:" not in page.text


async def test_a_part_in_arabic_is_marked_and_runs_from_right_to_left(client, assistant):
    heard = Heard(at=AT, id="a", text="مرحبا", understanding=Understanding(language="ar"))
    await send(client, "geld")
    await assistant.act(f"web:{token(client)}", lambda _, __: (heard,))

    page = await client.get("/?taal=nl")

    assert 'lang="ar" dir="rtl"' in page.text


# ---------------------------------------------------------------- erasing


async def test_wis_alles_leaves_nothing_behind_and_says_so(client, assistant):
    await send(client, "Ik kom niet rond met mijn geld")
    conversation = f"web:{token(client)}"

    gone = await client.post("/chat/wis", data={"taal": "nl"})

    assert PHRASES("forgotten", "nl") in text_of(gone.text)
    assert "Ik kom niet rond met mijn geld</p>" not in gone.text
    assert await assistant.store.read(conversation) == ()
    assert "wegwijs" not in client.cookies


async def test_wis_alles_also_erases_what_a_colleague_holds(client, assistant, colleague):
    await send(client, "Ik kom niet rond met mijn geld")
    conversation = f"web:{token(client)}"
    await assistant.act(conversation, lambda _, __: colleague("Dag."))

    await client.post("/chat/wis")

    assert await assistant.store.read(conversation) == ()
    assert await assistant.store.case(conversation) is None


async def test_erasing_in_the_conversation_says_so_and_drops_the_cookie(client, assistant):
    await send(client, "Ik kom niet rond met mijn geld")

    gone = await client.post("/chat", data={"choice": "/forget", "taal": "nl"}, headers=FETCH)

    assert gone.json()["forgotten"]
    assert PHRASES("forgotten", "nl") in text_of(gone.json()["html"])
    assert "wegwijs" not in client.cookies
    assert assistant.store._events == {}


async def test_wis_alles_before_the_first_message_is_friendly(client):
    gone = await client.post("/chat/wis", data={"taal": "en"})

    assert (gone.status_code, PHRASES("forgotten", "en") in text_of(gone.text)) == (200, True)


@pytest.mark.parametrize("path", ["/chat", "/chat/wis"])
async def test_an_address_of_a_form_leads_back_to_the_page(client, path):
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# ---------------------------------------------------------------- bad input


BAD = {
    "empty": "",
    "spaces": "   \n ",
    "huge": "a" * 100_000,
    "nul": "ik\x00heb geen geld",
    "emoji": "😀" * 2_000,
    "unknown payload": '/doe_iets{"x":"y"}',
    "payload with a wrong theme": '/theme{"theme":"bestaat_niet"}',
    "broken payload": '/inform{"age":',
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
@pytest.mark.parametrize("field", ["message", "choice"])
async def test_strange_input_gets_a_friendly_answer(client, text, field):
    page = await client.get("/")

    sent = await client.post("/chat", data={**fields(page.text), field: text}, headers=FETCH)

    assert sent.status_code == 200
    assert "ww-message--bot" in sent.json()["html"]
    assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "body", [b"message=%ED%A0%80geld", b"message=%FF%FEgeld", b"message=\xff\xfe geld", b"=&&;%%%"]
)
async def test_bytes_that_are_no_text_get_a_friendly_answer(client, body):
    sent = await client.post("/chat", content=body, headers=FETCH)

    assert sent.status_code == 200
    assert "ww-message--bot" in sent.json()["html"]
    assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize(
    "field",
    [{"id": "<b>"}, {"id": "x" * 5000}, {"start": "web:niet-van-u"}, {"after": "-1"}, {"after": "9" * 99}],
)
async def test_a_wrong_hidden_field_does_no_harm(client, field):
    sent = await client.post("/chat", data={"message": "geld", **field}, headers=FETCH)

    assert sent.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", token(client))


@pytest.mark.parametrize("cookie", ["x", "../../etc/passwd", "telegram:42", "A" * 32])
async def test_a_made_up_cookie_opens_nothing(client, cookie):
    page = await client.get("/", headers={"cookie": f"wegwijs={cookie}"})

    assert page.status_code == 200
    assert "<article" not in page.text


@pytest.mark.parametrize("headers", [{}, FETCH])
async def test_a_body_above_300_kilobytes_is_turned_away_in_plain_words(client, assistant, headers):
    sent = await client.post("/chat", data={"message": "a" * 301_000}, headers=headers)

    assert sent.status_code == 413
    assert "te lang" in text_of(sent.json()["html"] if headers else sent.text)
    assert assistant.store._events == {}


async def test_a_body_that_hides_its_length_is_cut_off_too(client):
    async def endless():
        for _ in range(400):
            yield b"a" * 1000

    sent = await client.post("/chat", content=endless())

    assert sent.status_code == 413


# ---------------------------------------------------------------- when the world fails


@pytest.fixture
def away(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object, **__: object) -> None:
        raise StoreAway

    monkeypatch.setattr(assistant.store, "read", nobody)


async def test_when_the_database_is_away_the_resident_keeps_the_words_and_gets_the_numbers(client, away):
    form = {"message": "Ik heb <hulp> nodig", "id": "12345678-abcd", "taal": "nl"}

    sent = await client.post("/chat", data=form)

    assert sent.status_code == 503
    assert PHRASES("away", "nl") in text_of(sent.text)
    for number in ("112", "113", "14030", "08002000", "08000432"):
        assert f'href="tel:{number}"' in sent.text
    assert ">Ik heb &lt;hulp&gt; nodig</textarea>" in sent.text
    assert fields(sent.text)["id"] == "12345678-abcd"
    assert "set-cookie" not in sent.headers


async def test_the_script_hears_that_the_database_is_away(client, away):
    sent = await client.post("/chat", data={"message": "geld", "taal": "en"}, headers=FETCH)

    assert (sent.status_code, PHRASES("away", "en") in text_of(sent.json()["html"])) == (503, True)


async def test_the_page_still_helps_when_the_database_is_away(client, away):
    client.cookies.set("wegwijs", "a" * 32)

    page = await client.get("/")

    assert page.status_code == 503
    assert PHRASES("intro", "nl") in text_of(page.text)
    assert PHRASES("away", "nl") in text_of(page.text)


@pytest.mark.parametrize("headers", [{}, FETCH])
async def test_what_nobody_foresaw_gives_a_sentence_and_no_trace_and_no_text_in_the_log(
    client, assistant, monkeypatch, caplog, headers
):
    async def stumble(incoming: Incoming) -> None:
        raise RuntimeError(incoming.text)

    monkeypatch.setattr(assistant, "handle", stumble)

    sent = await client.post("/chat", data={"message": "geheim van Jansen"}, headers=headers)

    assert sent.status_code == 500
    assert PHRASES("trouble", "nl") in text_of(sent.json()["html"] if headers else sent.text)
    assert "Traceback" not in sent.text
    assert "RuntimeError in conversation" in caplog.text
    assert "geheim" not in caplog.text


# ---------------------------------------------------------------- from elsewhere

ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://ander.wegwijs.test"},
    {"origin": "https://kwaad.example"},
    {"origin": "null"},
]


@pytest.mark.parametrize("path", ["/chat", "/chat/wis"])
@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_another_website_cannot_send_or_erase(client, assistant, path, headers):
    await send(client, "Ik kom niet rond met mijn geld")
    before = await assistant.store.read(f"web:{token(client)}")

    refused = await client.post(path, data={"message": "kwaad"}, headers=headers)

    assert refused.status_code == 403
    assert "andere website" in text_of(refused.text)
    assert await assistant.store.read(f"web:{token(client)}") == before


OURS = [
    {"origin": "http://wegwijs.test", "sec-fetch-site": "same-origin"},
    {"origin": "http://wegwijs.test"},
    {"origin": "null", "sec-fetch-site": "same-origin"},
]


@pytest.mark.parametrize("headers", OURS, ids=str)
async def test_our_own_page_may_send(client, headers):

    sent = await client.post("/chat", data={"message": "geld"}, headers=headers)

    assert sent.status_code == 303


# ---------------------------------------------------------------- files


async def test_files_may_be_kept_for_ever_under_an_address_of_their_content(client):
    page = await client.get("/")
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)

    answers = [await client.get(unescape(address)) for address in addresses]

    assert len(addresses) == 5
    assert {answer.status_code for answer in answers} == {200}
    assert all("immutable" in answer.headers["cache-control"] for answer in answers)


async def test_a_file_without_its_number_is_asked_for_again(client):
    first = await client.get("/static/wegwijs.css")
    again = await client.get("/static/wegwijs.css", headers={"if-none-match": first.headers["etag"]})

    assert "must-revalidate" in first.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["niets.css", "../page.py", quote("../page.py", safe=""), "vendor"])
async def test_only_the_files_of_the_page_are_served(client, name):
    answer = await client.get(f"/static/{name}")

    assert answer.status_code == 404


def test_the_files_of_others_lie_beside_their_licences():
    names = load_assets()

    for folder in ("component-library-css", "voorbeeld-design-tokens"):
        assert "EUROPEAN UNION PUBLIC LICENCE" in names[f"vendor/{folder}/LICENSE.md"].content.decode()
    assert "vendor/README.md" in names
