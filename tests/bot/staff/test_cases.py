"""What staff see of a case, and what they do with it."""

import asyncio
from html import unescape

from bot.events import Consented, HandedOver, Heard, Said
from bot.messages import Incoming

TEAM = "utrecht-buurtteam-sociaal"
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onmouseover='alert(3)' schuld"


def text_of(answer) -> str:
    return unescape(answer.text)


# ---------------------------------------------------------------- one case


async def test_a_case_shows_everything_in_dutch(desk):
    number = await desk.hand_over(signals=("violence_at_home",), urgent=True)
    desk.clock.move(minutes=10)

    page = text_of(await (await desk.signed_in()).get(f"/staff/cases/{number}"))

    for words in (
        "Ik heb schulden en durf de post niet open te maken",  # in the resident's own words
        "Laat hen contact met mij opnemen",  # the button, not what it sends
        "Wegwijs (computer)",
        "vandaag 14:00",
        "Gevaar thuis",
        "Geld en schulden",
        "23 tot en met 66 jaar",
        "Overvecht",
        'href="tel:+31612345678"',
        "Buurtteam Sociaal mag meelezen (vandaag 14:00)",
        "Buurtteam Sociaal (Overvecht)",
        "utrecht-geldzorgen-iedereen",
        "referral_policy version 1",
        "20 november 2026",
        "2026-11-20.1",
        "Zo kwam Wegwijs hierbij",
        "Dit past.",
        "Wacht 10 minuten. Nog niemand heeft deze vraag opgepakt.",
        "Anna gaf Buurtteam Sociaal toestemming om het gesprek te lezen.",
        "Het gesprek werd als dringend doorgegeven aan Buurtteam Sociaal.",
        "Anna liet weten: te noemen als Anna en te bereiken via +31 6 12345678.",
        "Herkend gevaar: gevaar thuis.",
    ):
        assert words in page, words
    assert "/contact" not in page
    assert "web:anna" not in page


async def test_rules_that_changed_since_are_not_explained_as_if_they_had_decided(desk, monkeypatch):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    monkeypatch.setattr("bot.staff.grounds.MOST_THEMES", 0)

    page = text_of(await ours.get(f"/staff/cases/{number}"))

    assert "De regels zijn sinds deze verwijzing veranderd." in page
    assert "Zo kwam Wegwijs hierbij" not in page


async def test_a_case_without_a_referral_says_so(desk):
    events = [event for event in desk.story() if event.kind != "decided"]
    await desk.happen("web:anna", *events)
    number = await desk.hand_over("web:other")
    ours = await desk.signed_in()
    page = text_of(await ours.get("/staff"))
    numbers = [part[:16] for part in page.split("/staff/cases/")[1:]]

    page = text_of(await ours.get(f"/staff/cases/{next(one for one in numbers if one != number)}"))

    assert "Wegwijs heeft nog nergens naar verwezen." in page


async def test_what_a_resident_types_is_text_and_never_markup(desk, send):
    number = await desk.hand_over(text=XSS, name=XSS, reach=XSS)
    ours = await desk.signed_in()
    await send(ours, number, "claim")
    await send(ours, number, "answer", text=XSS)
    await send(ours, number, "close", outcome="helped", note=XSS)

    pages = [await ours.get(path) for path in ("/staff?tab=gesloten", f"/staff/cases/{number}")]

    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert "' onmouseover=" not in page.text
        assert '" onmouseover=' not in page.text
        assert "&lt;script&gt;" in page.text


async def test_nobody_sees_a_conversation_without_consent(desk):
    number = await desk.hand_over(consent=False)

    assert (await (await desk.signed_in()).get(f"/staff/cases/{number}")).status_code == 404


async def test_consent_for_one_team_is_none_for_another(desk):
    now = desk.clock.now()
    number = await desk.hand_over("web:anna", team="utrecht-dock")
    await desk.happen("web:anna", HandedOver(at=now, organisation=TEAM))
    ours = await desk.signed_in()

    assert (await ours.get(f"/staff/cases/{number}")).status_code == 404
    await desk.happen("web:anna", Consented(at=now, organisation=TEAM))
    assert (await ours.get(f"/staff/cases/{number}")).status_code == 200


async def test_after_another_team_took_over_the_first_no_longer_reads_along(desk):
    now = desk.clock.now()
    number = await desk.hand_over()
    ours = await desk.signed_in()

    await desk.happen(
        "web:anna",
        Consented(at=now, organisation="utrecht-dock"),
        HandedOver(at=now, organisation="utrecht-dock"),
    )

    assert (await ours.get(f"/staff/cases/{number}")).status_code == 404


async def test_what_is_typed_after_a_case_was_closed_is_not_the_teams_to_read(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")
    await send(ours, number, "close", outcome="helped")

    await desk.happen("web:anna", desk.story(text="Iets heel anders, voor niemand")[0].model_copy(update={"id": "9"}))
    page = text_of(await ours.get(f"/staff/cases/{number}"))

    assert "Gesloten door Sanne, vandaag 14:00: geholpen." in page
    assert "Iets heel anders" not in page


async def test_a_conversation_that_was_erased_is_gone_from_the_desk(desk):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    await desk.store.forget("web:anna")

    assert (await ours.get(f"/staff/cases/{number}")).status_code == 404
    assert "Er wacht niemand." in (await ours.get("/staff")).text


# ---------------------------------------------------------------- actions


async def test_claiming_gives_the_case_an_owner(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    answer = await send(ours, number, "claim")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/cases/{number}#antwoord")
    assert (await desk.assistant.conversation("web:anna")).owner == "Sanne"
    assert "U heeft deze vraag opgepakt." in (await ours.get(f"/staff/cases/{number}")).text


async def test_two_who_claim_at_once_give_one_owner_and_a_clear_sentence(desk, token_of):
    number = await desk.hand_over()
    people = [await desk.signed_in(name) for name in ("Sanne", "Bram", "Carla", "Dirk")]
    tokens = [await token_of(one) for one in people]

    answers = await asyncio.gather(
        *(
            one.post(f"/staff/cases/{number}/claim", data={"csrf": token, "number": "a" * 32})
            for one, token in zip(people, tokens, strict=True)
        )
    )

    owner = (await desk.assistant.conversation("web:anna")).owner
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            assert f"{owner} heeft deze vraag al opgepakt." in answer.text


async def test_an_answer_reaches_the_conversation_under_the_colleagues_name(desk, send):
    number = await desk.hand_over("telegram:42")
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    answer = await send(ours, number, "answer", text="  Dag Anna,\r\nik bel u morgen.\x00  ")

    said = [event for event in await desk.store.read("telegram:42") if isinstance(event, Said)][-1]
    assert answer.status_code == 303
    assert (said.by, said.reply.plain) == ("Sanne", "Dag Anna,\nik bel u morgen.")
    assert said in [one for _, one in await desk.store.undelivered("telegram")]
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    assert "nog onderweg" in page
    assert "Sanne antwoordde." in page


async def test_a_double_click_says_it_once(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    answers = await asyncio.gather(*(send(ours, number, "answer", text="Dag Anna", number="a" * 32) for _ in range(4)))

    said = [event for event in await desk.store.read("web:anna") if isinstance(event, Said) and event.by == "Sanne"]
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len(said) == 1


async def test_only_the_owner_answers_and_what_was_typed_stays(desk, send):
    number = await desk.hand_over()
    ours, other = await desk.signed_in("Sanne"), await desk.signed_in("Bram")
    before = await send(other, number, "answer", text="Mijn <antwoord>")
    await send(ours, number, "claim")

    after = await send(other, number, "answer", text="Mijn <antwoord>")

    for answer in (before, after):
        assert answer.status_code == 409
        assert "Pak de vraag eerst op." in answer.text
        assert "Mijn &lt;antwoord&gt;</textarea>" in answer.text
    assert "Mijn" not in str(await desk.store.read("web:anna"))


async def test_an_empty_or_endless_answer_is_not_sent(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    for text, why in ((" \n ", "Typ eerst een antwoord."), ("x" * 4001, "hoogstens 4000 tekens")):
        answer = await send(ours, number, "answer", text=text)
        assert answer.status_code == 409
        assert why in answer.text


async def test_while_a_colleague_holds_it_what_the_resident_types_appears_and_the_bot_is_silent(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    said = await desk.assistant.handle(Incoming(id="7", conversation="web:anna", text="Dank u, tot morgen"))

    assert said == ()
    assert "Dank u, tot morgen" in (await ours.get(f"/staff/cases/{number}")).text


async def test_closing_keeps_the_outcome_and_the_note(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    answer = await send(ours, number, "close", outcome="not_reached", note="Drie keer gebeld")

    closed, another_way = (await desk.store.read("web:anna"))[-2:]
    assert answer.status_code == 303
    assert (another_way.kind, another_way.by) == ("said", "bot")
    assert (closed.at, closed.by) == (desk.clock.now(), "Sanne")
    assert (closed.outcome, closed.note) == ("not_reached", "Drie keer gebeld")
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    assert "Sanne sloot de vraag: niet bereikt. Notitie: Drie keer gebeld" in page
    assert "Oppakken" not in page


async def test_closing_needs_an_outcome_and_the_owner(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    early = await send(ours, number, "close", outcome="helped")
    await send(ours, number, "claim")

    without = await send(ours, number, "close", outcome="verzonnen", note="Mijn notitie")

    assert (early.status_code, without.status_code) == (409, 409)
    assert "Kies eerst hoe het afliep." in without.text
    assert "Mijn notitie</textarea>" in without.text
    assert (await desk.assistant.conversation("web:anna")).state == "staff"


async def test_an_answer_that_comes_after_the_session_ended_is_shown_again(desk, token_of):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    csrf = await token_of(ours)
    desk.clock.move(hours=1)

    answer = await ours.post(
        f"/staff/cases/{number}/answer", data={"csrf": csrf, "text": "Een lang antwoord", "number": "0" * 32}
    )

    assert answer.status_code == 401
    assert "Een lang antwoord</textarea>" in answer.text
    assert "Anna" not in answer.text


async def test_a_message_without_text_is_still_a_line(desk):
    heard = desk.story()[0]
    assert isinstance(heard, Heard)
    await desk.happen("web:anna", heard.model_copy(update={"text": "", "id": "0"}))
    number = await desk.hand_over()

    assert "(geen tekst)" in (await (await desk.signed_in()).get(f"/staff/cases/{number}")).text
