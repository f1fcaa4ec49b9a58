"""What a resident does with an advice, without JavaScript: keep it, plan a visit, share it, rate it, erase it."""

import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import httpx
import pytest
from icalendar import Calendar
from pypdf import PdfReader

from bot import referring
from bot.counted import Tally
from bot.events import HandedOver, Heard, Rated, Said
from bot.messages import Part
from bot.wording import Wording
from intents.model import Reading, Understanding

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday, 11.00 here
MINE, OTHERS = "a" * 32, "b" * 32
OFFICE = "utrecht-wijkbureaus"  # has a verified address with opening hours in Overvecht
NUMBER = 2  # of the event that is the advice
LETTERS = re.compile(r"/advies/([0-9a-f]{32})")


def advice(assistant, language="nl", organisation=OFFICE, signals=()):
    """Return what happens when somebody in Overvecht asks for an organisation by its name."""
    words = Wording(assistant.minds.phrases, assistant.minds.guide, language, NOW)
    told = Understanding(
        language=language,
        themes=(Reading(theme="gemeentezaken", confidence=0.9),),
        facts={"city": "utrecht", "wijk": "utrecht-overvecht"},
    )
    reply = referring.organisation(words, organisation, words.name(organisation), "utrecht-overvecht")
    help_line = Part(kind="danger", text="Bel Veilig Thuis.")
    reply = reply.model_copy(
        update={"parts": (help_line, *reply.parts), "signals": signals, "themes": ("gemeentezaken",)}
    )
    return Heard(at=NOW, id="1", text="geheim verhaal", understanding=told), Said(at=NOW, id="said", reply=reply)


@pytest.fixture
async def advised(client, assistant):
    """Return a browser whose conversation has one advice."""
    await assistant.store.append(f"web:{MINE}", advice(assistant), after=0)
    client.cookies.set("wegwijs", MINE)
    return client


def under(tail):
    return f"/chat/advies/{NUMBER}/{tail}"


async def share(client):
    """Return the address of a new private link."""
    made = await client.post("/chat/advies/link", data={"nummer": NUMBER})
    return LETTERS.search(made.text)[0]


class LaterClock:
    """A clock that runs ahead."""

    def __init__(self, **ahead):
        self._ahead = timedelta(**ahead)

    def now(self):
        return NOW + self._ahead


# ---------------------------------------------------------------- keeping it


async def test_under_a_referral_stand_quiet_tools_as_links_and_forms(advised):
    page = (await advised.get("/")).text

    for href in ("advies.txt", "advies.pdf", "advies.html", "agenda-1.ics", "link"):
        assert f'href="{under(href)}"' in page
    assert "Route naar Zamenhofdreef 17, Utrecht" in advised.text_of(page)
    assert "Was dit nuttig?" in advised.text_of(page)


async def test_the_copy_is_plain_text_with_the_ways_of_today_and_nothing_of_the_conversation(advised):
    text = (await advised.get(under("advies.txt"))).text

    assert "Adres: Zamenhofdreef 17 (ma 11.00-17.00, di tot en met vr 9.00-17.00)" in text
    assert "Bel Veilig Thuis." in text
    assert "Dit advies is van 23-11-2026." in text
    assert "nu open" not in text
    assert "geheim verhaal" not in text


async def test_the_help_line_is_left_out_where_the_paper_could_betray_who_asked(client, assistant):
    await assistant.store.append(f"web:{MINE}", advice(assistant, signals=("violence_at_home",)), after=0)
    client.cookies.set("wegwijs", MINE)

    kept = await client.get(under("advies.txt"))

    assert "Zamenhofdreef" in kept.text
    assert "Veilig Thuis" not in kept.text


@pytest.mark.parametrize(
    ("language", "letters"),
    [("nl", "Advies van Wegwijs"), ("ar", "\u0646\u0635\u064a\u062d\u0629"), ("ti", "ምኽሪ"), ("uk", "Порада")],
)
async def test_the_pdf_holds_the_letters_of_its_language(client, assistant, language, letters):
    await assistant.store.append(f"web:{MINE}", advice(assistant, language), after=0)
    client.cookies.set("wegwijs", MINE)

    made = await client.get(under("advies.pdf"))

    assert made.headers["content-type"] == "application/pdf"
    assert made.headers["content-disposition"] == 'attachment; filename="advies-wegwijs.pdf"'
    page = PdfReader(io.BytesIO(made.content)).pages[0]
    read = page.extract_text()
    assert letters in read or letters[::-1] in read
    assert "Zamenhofdreef 17" in read
    assert "\ufffd" not in read


async def test_the_saved_page_fetches_nothing(advised):
    made = await advised.get(under("advies.html"))

    assert made.headers["content-disposition"] == 'attachment; filename="advies-wegwijs.html"'
    assert not re.search(r"<script|<link|src=|url\(", made.text)
    assert "Zamenhofdreef 17" in made.text


# ---------------------------------------------------------------- going there


async def test_the_calendar_file_gives_the_next_opening_with_its_place_and_the_rules_of_summer_time(advised):
    made = await advised.get(under("agenda-1.ics"))

    calendar = Calendar.from_ical(made.content)
    (event,) = calendar.walk("VEVENT")
    (zone,) = calendar.walk("VTIMEZONE")
    assert made.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (event["dtstart"].dt.isoformat(), event["dtend"].dt.isoformat()) == (
        "2026-11-24T09:00:00+01:00",  # today it opened already
        "2026-11-24T17:00:00+01:00",
    )
    assert event["location"] == "Zamenhofdreef 17, Utrecht"
    assert event["summary"] == "Wijkbureau: Zamenhofdreef 17"
    assert zone["tzid"] == "Europe/Amsterdam"
    (again,) = Calendar.from_ical((await advised.get(under("agenda-1.ics"))).content).walk("VEVENT")
    assert event["uid"] == again["uid"]
    assert max(map(len, made.content.split(b"\r\n"))) <= 75


async def test_hours_that_were_not_verified_or_never_end_give_no_visit(client, assistant):
    await assistant.store.append(f"web:{MINE}", advice(assistant, organisation="113"), after=0)
    client.cookies.set("wegwijs", MINE)

    page = await client.get("/")

    assert under("advies.pdf") in page.text
    assert ".ics" not in page.text
    assert (await client.get(under("agenda-1.ics"))).status_code == 404


# ---------------------------------------------------------------- sharing it


async def test_a_private_link_shows_the_advice_and_nothing_of_the_conversation(advised, app):
    link = await share(advised)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://wegwijs.test") as somebody:
        shown = await somebody.get(link)
        calendar = await somebody.get(f"{link}/agenda-1.ics")
        paper = await somebody.get(f"{link}/advies.pdf")

    assert "Zamenhofdreef 17" in shown.text
    assert "geheim verhaal" not in shown.text
    assert MINE not in shown.text
    assert "set-cookie" not in shown.headers
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in shown.headers["x-robots-tag"]
    assert calendar.status_code == paper.status_code == 200


async def test_a_link_stops_after_seven_days_and_when_it_is_withdrawn_renewed_or_erased(advised, assistant):
    first = await share(advised)
    second = await share(advised)
    assert [(await advised.get(link)).status_code for link in (first, second)] == [404, 200]

    assistant.clock = LaterClock(days=7)
    assert (await advised.get(second)).status_code == 404

    assistant.clock = LaterClock()
    assert "Er is een link" in (await advised.get(under("link"))).text
    await advised.post("/chat/advies/intrekken", data={"nummer": NUMBER})
    assert (await advised.get(second)).status_code == 404

    third = await share(advised)
    await assistant.store.forget(f"web:{MINE}")
    assert (await advised.get(third)).status_code == 404


async def test_what_is_of_somebody_else_looks_exactly_like_what_does_not_exist(advised, assistant):
    link = await share(advised)
    await advised.post("/chat/advies/intrekken", data={"nummer": NUMBER})
    own = {tail: await advised.get(under(tail)) for tail in ("advies.pdf", "advies.txt", "agenda-1.ics", "link")}
    await assistant.store.append(f"web:{OTHERS}", advice(assistant)[:1], after=0)
    advised.cookies.set("wegwijs", OTHERS)

    strange = [await advised.get(under(tail)) for tail in own]
    strange += [await advised.post(f"/chat/advies/{to}", data={"nummer": NUMBER}) for to in ("link", "intrekken")]
    strange += [await advised.post("/chat/advies/nuttig", data={"nummer": NUMBER, "nuttig": "yes"})]
    strange += [await advised.get(link), await advised.get(f"/advies/{'0' * 32}"), await advised.get("/advies/%27--")]
    strange += [await advised.get(path) for path in ("/chat/advies/99/advies.pdf", f"{link}/advies.pdf")]
    strange += [await advised.post("/chat/advies/link", data={"nummer": wrong}) for wrong in ("", "²", "9" * 40)]

    assert {answer.status_code for answer in own.values()} == {200}
    assert {(answer.status_code, answer.text) for answer in strange} == {(404, strange[0].text)}
    assert len({tuple(sorted(answer.headers.items())) for answer in strange}) == 1


async def test_another_website_cannot_share_or_rate_for_a_resident(advised):
    elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}

    answers = [
        await advised.post(f"/chat/advies/{to}", data={"nummer": NUMBER, "nuttig": "yes"}, headers=elsewhere)
        for to in ("link", "intrekken", "nuttig")
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


# ---------------------------------------------------------------- was it useful?


async def test_an_advice_is_rated_once_and_can_be_rated_anew(advised, assistant):
    for verdict in ("yes", "yes", "no", "unclear"):
        answer = await advised.post("/chat/advies/nuttig", data={"nummer": NUMBER, "nuttig": verdict})
        assert answer.headers["location"].endswith(f"#bericht-{NUMBER}")

    events = await assistant.store.read(f"web:{MINE}")
    kept = [event for event in events if isinstance(event, Rated)]
    counted = [await assistant.store.tallied(kind, ("organisation", "theme", "what")) for kind in ("rated", "unrated")]
    week = Tally(at=NOW, kind="rated").week
    of = (OFFICE, "gemeentezaken")
    assert [event.verdict for event in kept] == ["yes", "no", "unclear"]
    assert counted == [
        {(week, (*of, "yes")): 1, (week, (*of, "no")): 1, (week, (*of, "unclear")): 1},
        {(week, (*of, "yes")): 1, (week, (*of, "no")): 1},
    ]
    page = (await advised.get("/")).text
    assert re.search(r'value="unclear" aria-pressed="true"', page)


async def test_only_the_words_of_the_buttons_count(advised, assistant):
    answer = await advised.post("/chat/advies/nuttig", data={"nummer": NUMBER, "nuttig": "<b>waardeloos</b>"})

    assert answer.status_code == 404
    assert len(await assistant.store.read(f"web:{MINE}")) == NUMBER


# ---------------------------------------------------------------- erasing everything


async def test_after_erasing_a_receipt_says_what_went_and_what_stays(advised, assistant):
    waits = HandedOver(at=NOW, organisation=OFFICE)
    await assistant.act(f"web:{MINE}", lambda _, __: (waits,))
    link = await share(advised)
    page = await advised.get("/")

    gone = await advised.post("/chat/wis", data=advised.fields(page.text))

    name = Wording(assistant.minds.phrases, assistant.minds.guide, "nl", NOW).name(OFFICE)
    told = advised.text_of(gone.text)
    assert "Gewist op 23-11-2026 om 11.00 uur." in told
    assert "Uw berichten: 1. Antwoorden aan u: 1." in told
    assert f"Uw vraag ligt niet meer bij {name}." in told
    assert "Links naar een advies die niet meer werken: 1." in told
    assert f"Het logboek van {name}." in told
    assert "hoogstens 35 dagen" in told
    assert "geheim verhaal" not in gone.text
    saved = unquote(re.search(r'href="data:text/plain;charset=utf-8,([^"]*)"', gone.text)[1])
    assert f"- Uw vraag ligt niet meer bij {name}." in saved
    assert (await advised.get(link)).status_code == 404


async def test_the_receipt_names_only_what_there_was(advised):
    gone = await advised.post("/chat/wis", data={"taal": "nl"})

    told = advised.text_of(gone.text)
    assert "Uw berichten: 1." in told
    for absent in ("Uw vraag ligt niet meer", "Links naar een advies", "logboek"):
        assert absent not in told


async def test_who_had_nothing_gets_no_receipt(client):
    gone = await client.post("/chat/wis", data={"taal": "nl"})

    assert "ww-receipt" not in gone.text


# ---------------------------------------------------------------- all subjects


async def test_every_theme_can_be_chosen_to_start_with_and_has_a_drawing(client, guide):
    page = (await client.get("/")).text
    more = page[page.index("ww-topics") :].partition("</details>")[0]

    assert more.count('name="choice"') == len(guide.themes)
    assert more.count('<svg aria-hidden="true"') == len(guide.themes)
    assert "<use" not in more  # it must be whole in a shadow root too
