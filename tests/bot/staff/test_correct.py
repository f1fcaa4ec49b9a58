"""Putting right what Wegwijs understood: it takes effect, shows who did it, and is learned from only with consent."""

from html import unescape

import pytest

from bot.conversation import replay
from bot.events import Consented, Corrected, Heard
from bot.staff.correcting import correctable, may_learn, renewed
from bot.staff.known import known
from bot.staff.words import Dutch
from intents.model import Reading, Understanding

TEAM = "utrecht-buurtteam-sociaal"


def text_of(answer) -> str:
    return unescape(answer.text)


async def corrections(desk) -> list[Corrected]:
    return [event for event in await desk.store.read("web:anna") if isinstance(event, Corrected)]


# ---------------------------------------------------------------- on the page


async def test_another_theme_takes_effect_and_the_page_shows_who_put_it_right(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    answer = await send(ours, number, "correct", theme1="wonen", theme2="geldzorgen")

    page = text_of(await ours.get(f"/staff/cases/{number}"))
    assert answer.status_code == 303
    assert (await desk.assistant.conversation("web:anna")).themes == ("wonen", "geldzorgen")
    assert (await desk.store.case("web:anna")).themes == ("wonen", "geldzorgen")
    assert "(gecorrigeerd door Sanne)" in page
    assert "Sanne corrigeerde: Onderwerp: Wonen, Geld en schulden." in page
    assert (await corrections(desk))[0].signals is None


async def test_the_page_shows_where_wegwijs_would_refer_to_now(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    before = await ours.get(f"/staff/cases/{number}")

    await send(ours, number, "correct", theme1="buurtcentrum", theme2="")

    page = text_of(await ours.get(f"/staff/cases/{number}"))
    assert "Verwijzing na de correctie" not in before.text
    assert "DOCK" in page.split("Verwijzing na de correctie")[1]


async def test_a_fact_is_put_right_and_the_others_stay(desk, send):
    number = await desk.hand_over(facts={"wijk": "utrecht-overvecht", "age": "23-66"})
    ours = await desk.signed_in()

    await send(ours, number, "correct", theme1="geldzorgen", fact="age=67+")

    now = await desk.assistant.conversation("web:anna")
    assert (now.facts["age"], now.facts["wijk"]) == ("67+", "utrecht-overvecht")
    assert (await corrections(desk))[0].facts == {"age": "67+"}
    assert "Gecorrigeerd door Sanne, vandaag 14:00" in text_of(await ours.get(f"/staff/cases/{number}"))


async def test_another_city_leaves_the_wijk_behind(desk, send):
    number = await desk.hand_over(facts={"wijk": "utrecht-overvecht", "age": "23-66"})

    await send(await desk.signed_in(), number, "correct", theme1="geldzorgen", fact="city=amersfoort")

    now = await desk.assistant.conversation("web:anna")
    assert now.facts["city"] == "amersfoort"
    assert "wijk" not in now.facts


async def test_a_danger_that_was_missed_makes_the_case_urgent_and_a_false_one_no_longer(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    await send(ours, number, "correct", theme1="geldzorgen", **{"signal-suicide": "yes"})
    missed = await desk.store.case("web:anna")
    await send(ours, number, "correct", theme1="geldzorgen")
    false = await desk.store.case("web:anna")

    assert (missed.urgent, missed.signals) == (True, ("suicide",))
    assert (false.urgent, false.signals) == (False, ())


async def test_a_danger_that_is_told_while_the_form_is_open_stays(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    told = Understanding(language="nl", signals=("suicide",))
    heard = Heard(at=desk.clock.now(), id="9", text="ik wil niet meer", understanding=told, urgent=True)
    await desk.happen("web:anna", heard)

    form = {"theme1": "geldzorgen", "signals_before": "", "signal-roof_tonight": "yes"}
    await send(ours, number, "correct", **form)

    assert (await desk.assistant.conversation("web:anna")).alarms == ("suicide", "roof_tonight")


@pytest.mark.parametrize("fact", ["age=honderd", "verzonnen=ja", "age"])
async def test_a_fact_that_does_not_exist_is_refused(desk, send, fact):
    number = await desk.hand_over()

    answer = await send(await desk.signed_in(), number, "correct", theme1="geldzorgen", fact=fact)

    assert answer.status_code == 409
    assert "Kies een antwoord uit de lijst." in answer.text


async def test_a_form_that_changes_nothing_says_so(desk, send):
    number = await desk.hand_over()

    answer = await send(await desk.signed_in(), number, "correct", theme1="geldzorgen")

    assert answer.status_code == 409
    assert "Er is niets veranderd." in answer.text
    assert await corrections(desk) == []


async def test_a_theme_that_does_not_exist_is_not_taken(desk, send):
    number = await desk.hand_over()

    await send(await desk.signed_in(), number, "correct", theme1="verzonnen", theme2="wonen")

    assert (await desk.assistant.conversation("web:anna")).themes == ("wonen",)


# ---------------------------------------------------------------- learning


@pytest.mark.parametrize(
    ("form", "learned"),
    [
        ({"heard": "1", "may_learn": "yes"}, True),
        ({"heard": "1"}, False),
        ({"may_learn": "yes"}, False),  # from which message is not known
        ({"heard": "2", "may_learn": "yes"}, False),  # a button is no sentence
        ({"heard": "verzonnen", "may_learn": "yes"}, False),
    ],
)
async def test_a_message_is_learned_from_only_when_it_is_named_and_the_resident_agreed(desk, send, form, learned):
    number = await desk.hand_over()

    await send(await desk.signed_in(), number, "correct", theme1="wonen", **form)

    found = (await corrections(desk))[0]
    assert found.may_learn is learned
    assert found.heard == (form.get("heard") if form.get("heard") == "1" else None)


async def test_the_tick_is_off_and_not_there_when_somebody_may_read_along(desk, send):
    safe = await desk.hand_over()
    unsafe = await desk.hand_over("web:bea", signals=("violence_at_home",))
    ours = await desk.signed_in()

    page, quiet = [text_of(await ours.get(f"/staff/cases/{number}")) for number in (safe, unsafe)]
    await send(ours, unsafe, "correct", theme1="wonen", heard="1", may_learn="yes")

    events = await desk.store.read("web:bea")
    assert 'name="may_learn" value="yes">' in page
    assert 'name="may_learn"' not in quiet
    assert [event.may_learn for event in events if isinstance(event, Corrected)] == [False]


def test_what_a_resident_agreed_to_for_a_team_is_needed_before_one_can_ask(desk):
    without = desk.story(consent=False)

    assert not may_learn(without, replay("web:anna", without))
    assert may_learn(desk.story(), replay("web:anna", desk.story()))


# ---------------------------------------------------------------- where things came from


def test_each_thing_that_is_known_tells_where_it_came_from(desk, guide):
    now = desk.clock.now()
    told = Understanding(language="nl", themes=(Reading(theme="wonen", confidence=0.9),), facts={"age": "23-66"})
    pressed = Understanding(language="nl", facts={"children_at_home": "yes"})
    events = (
        Heard(at=now, id="1", text="Ik ben 40 en zoek een huis", understanding=told),
        Heard(at=now, id="2", text='/children_at_home{"is":"yes"}', understanding=pressed),
        Consented(at=now, organisation=TEAM),
        Corrected(at=now, by="Sanne", facts={"age": "67+"}),
        Heard(at=now, id="3", text="Dank u", understanding=Understanding(language="nl")),
    )

    found = {(one.label, one.value): (one.source, one.by) for one in known(events, now, Dutch(guide))}

    assert found == {
        ("Onderwerp", "Wonen"): ("Uit het bericht “Ik ben 40 en zoek een huis”, vandaag 14:00", None),
        ("Leeftijd", "67 jaar of ouder"): ("Gecorrigeerd door Sanne, vandaag 14:00", "Sanne"),
        ("Kinderen onder de 18 in huis", "Ja"): ("Gekozen met een knop, vandaag 14:00", None),
    }


def test_a_long_message_is_cut(desk, guide):
    now = desk.clock.now()
    told = Understanding(language="nl", facts={"age": "23-66"})

    found = known((Heard(at=now, id="1", text="ik ben veertig " * 20, understanding=told),), now, Dutch(guide))

    assert "…”" in found[0].source
    assert len(found[0].source) < 110


def test_nothing_was_put_right_then_nothing_is_decided_again(desk, guide):
    events = desk.story()

    assert renewed(events, replay("web:anna", events), Dutch(guide), desk.clock.now().date()) is None


def test_every_fact_with_answers_every_theme_and_every_danger_can_be_put_right(desk, guide):
    events = desk.story()

    found = correctable(events, replay("web:anna", events), Dutch(guide), desk.clock.now())

    assert {theme for theme, _ in found.themes} == set(guide.themes)
    assert {signal for signal, _ in found.signals} == set(guide.signals.ids)
    assert len(found.facts) == sum(bool(fact.values) for fact in guide.facts.values())
    assert [message for message, _ in found.messages] == ["1"]
