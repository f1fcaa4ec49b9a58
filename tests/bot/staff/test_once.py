"""A form of the desk counts once, however often it is sent: at the same time, after a restart, to another process."""

import asyncio
import re
from html import unescape
from uuid import uuid4

import pytest

from bot.assistant import Assistant
from bot.bootstrap import SystemClock
from bot.events import (
    Assigned,
    Claimed,
    Closed,
    Consented,
    Corrected,
    HandedOver,
    Noted,
    Released,
    ReminderDone,
    ReminderSet,
    Reopened,
)
from bot.handover import Staff
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.staff import actions
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from intents.model import Understanding

TEAM, DOCK = "utrecht-buurtteam-sociaal", "utrecht-dock"
SANNE = Staff(name="Sanne", team=TEAM)
NUMBER, OTHER = "a" * 32, "b" * 32
NOTE = {"text": "Bel na zes uur", "number": NUMBER}
DAYS = dict.fromkeys(("ma", "di", "wo", "do", "vr", "za", "zo", "feestdagen"), "")


async def happened(desk, kind):
    return [event for event in await desk.store.read("web:anna") if isinstance(event, kind)]


@pytest.fixture
def send(token_of):
    """Send the same form of a case's page, nothing more in it than this."""

    async def sent(client, case, button, **form):
        data = {"csrf": await token_of(client), "number": uuid4().hex, **form}
        return await client.post(f"/staff/cases/{case}/{button}", data=data)

    return sent


@pytest.mark.parametrize(
    ("button", "kind", "form"),
    [
        ("note", Noted, {"text": "Bel na zes uur"}),
        ("remind", ReminderSet, {"day": "2026-12-01", "what": "Bellen"}),
        ("assign", Assigned, {"to": "Bram"}),
        ("correct", Corrected, {"theme1": "schulden", "fact": "age=67+"}),
        ("release", Released, {}),
    ],
)
async def test_what_is_sent_twice_at_once_and_later_again_happens_once(desk, send, button, kind, form):
    number, ours = await desk.hand_over(), await desk.signed_in()
    await desk.signed_in("Bram")
    await send(ours, number, "claim")

    answers = await asyncio.gather(*(send(ours, number, button, number=NUMBER, **form) for _ in range(3)))
    again = await send(ours, number, button, number=NUMBER, **form)

    assert {answer.status_code for answer in (*answers, again)} == {303}
    assert len(await happened(desk, kind)) == 1


async def test_an_old_form_undoes_nothing_that_came_after_it(desk, send):
    number, ours, bram = await desk.hand_over(), await desk.signed_in(), await desk.signed_in("Bram")
    first = {"number": NUMBER}
    await send(ours, number, "claim", **first)
    await send(ours, number, "remind", day="2026-12-01", what="Bellen")
    await send(ours, number, "reminded", **first)
    await send(ours, number, "remind", day="2026-12-02", what="Nog eens bellen")
    await send(ours, number, "close", outcome="helped", **first)
    await send(ours, number, "reopen", reason="Toch nog een vraag", **first)
    await send(ours, number, "remind", day="2026-12-03", what="Brief lezen")

    late = [
        await send(ours, number, "reminded", **first),
        await send(ours, number, "close", outcome="helped", **first),
        await send(ours, number, "reopen", reason="Toch nog een vraag", **first),
    ]
    await send(ours, number, "release")
    late.append(await send(ours, number, "claim", **first))

    assert {answer.status_code for answer in late} == {303}
    counts = [len(await happened(desk, kind)) for kind in (Claimed, ReminderDone, Closed, Reopened)]
    assert counts == [1, 1, 1, 1]
    assert (await desk.assistant.conversation("web:anna")).owner is None
    assert (await desk.assistant.conversation("web:anna")).reminder == "Brief lezen"
    assert (await send(bram, number, "claim", **first)).status_code == 303
    assert (await desk.assistant.conversation("web:anna")).owner == "Bram"


async def test_what_was_carried_out_and_is_sent_again_does_not_wait_again(patient, send):
    number, ours = await patient.hand_over(), await patient.signed_in()
    await send(ours, number, "claim")
    answer, close = {"text": "Dag Anna", "number": NUMBER}, {"outcome": "helped", "number": NUMBER}
    await send(ours, number, "answer", **answer)
    await send(ours, number, "close", **close)
    patient.clock.move(seconds=10)
    await patient.undo.run_due()

    late = [await send(ours, number, "answer", **answer), await send(ours, number, "close", **close)]

    assert {one.status_code for one in late} == {303}
    assert await patient.kept.pendings.of("web:anna") == ()
    assert len(await happened(patient, Closed)) == 1


async def test_what_is_typed_on_an_old_page_is_not_taken_for_what_was_sent_before(desk, send):
    number, ours = await desk.hand_over(), await desk.signed_in()

    await send(ours, number, "note", text="Bel na zes uur", number=NUMBER)
    await send(ours, number, "note", text="Of mail", number=NUMBER)

    assert [note.text for note in await happened(desk, Noted)] == ["Bel na zes uur", "Of mail"]


async def test_a_form_without_its_number_does_nothing_and_keeps_what_was_typed(desk, send):
    number, ours = await desk.hand_over(), await desk.signed_in()

    answer = await send(ours, number, "note", text="Bel na zes uur", number="zomaar")

    assert answer.status_code == 409
    assert "Dit formulier is niet compleet." in answer.text
    assert "Bel na zes uur</textarea>" in answer.text
    assert await happened(desk, Noted) == []


async def test_every_form_of_a_case_has_a_number_that_no_other_page_has(desk, send):
    number, ours = await desk.hand_over(), await desk.signed_in()
    await desk.signed_in("Bram")
    await desk.signed_in("Dirk", team=DOCK)
    seen = {}
    for button, form in (
        (None, {}),
        ("claim", {}),
        ("remind", {"day": "2026-12-01"}),
        ("close", {"outcome": "helped"}),
    ):
        if button:
            await send(ours, number, button, **form)
        page = (await ours.get(f"/staff/cases/{number}")).text
        forms = re.findall(rf'<form[^>]+action="/staff/cases/{number}/(\w+)"(.*?)</form>', page, re.S)
        found = {name: re.search(r'name="number" value="([0-9a-f]{32})"', inside)[1] for name, inside in forms}
        assert not set(found.values()) & set(seen.values())
        seen |= found

    assert set(seen) == {
        *("claim", "assign", "release", "reopen", "answer", "close", "pass", "note", "remind", "reminded", "correct")
    }


async def test_the_same_proposal_about_the_directory_is_kept_once(desk):
    ours = await desk.signed_in("Sanne", DOCK)
    address = f"/staff/directory/organisations/{DOCK}/contacts/nieuw"
    page = (await ours.get(address)).text
    hidden = dict(re.findall(r'<input type="hidden" name="(csrf|number)" value="([^"]*)"', page))
    form = {
        **hidden,
        **DAYS,
        "sort": "add",
        "kind": "phone",
        "value": "030 236 17 40",
        "source": "https://www.dock.nl",
        "note": "",
    }

    answers = await asyncio.gather(*(ours.post(address, data=form) for _ in range(2)))
    again = await ours.post(address, data=form)

    assert [answer.status_code for answer in (*answers, again)] == [303] * 3, unescape(answers[0].text)[-2000:]
    assert len({answer.headers["location"] for answer in (*answers, again)}) == 1
    assert len(await desk.kept.directory.proposals()) == 1


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_two_processes_and_one_after_a_restart_take_the_same_note_once(database, request, tmp_path, guide):
    sqlite = f"sqlite:///{tmp_path}/once.db"
    url = sqlite if database == "sqlite" else request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrate, url)

    def process():
        understands = lambda _text, _language, _asked: Understanding(language="nl")  # noqa: E731
        return Assistant(SqlStore(url), Minds(understands, guide, load_phrases()), SystemClock())

    one, other, later = process(), process(), process()
    try:
        now = one.clock.now()
        handed = (Consented(at=now, organisation=TEAM), HandedOver(at=now, organisation=TEAM))
        await one.act("web:anna", lambda _known, _now: handed)
        await asyncio.gather(*(actions.note(each, "web:anna", SANNE, NOTE) for each in (one, other) * 3))
        await actions.note(later, "web:anna", SANNE, NOTE)
        await actions.note(later, "web:anna", SANNE, {**NOTE, "number": OTHER})
        assert len([event for event in await one.store.read("web:anna") if isinstance(event, Noted)]) == 2
    finally:
        for each in (one, other, later):
            await each.store.close()
