"""Sentences that staff use again: from files that people edit, and those of a team, in the resident's language."""

from html import unescape

import pytest

from bot.canned import CannedReply
from bot.phrases import load_phrases
from bot.staff.ready import FOLDER, Canned, load_canned, ready
from bot.stores.kept import kept_over
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore

TEAM, DOCK = "utrecht-buurtteam-sociaal", "utrecht-dock"
DUTCH = """hallo:
  title: Groet
  text: Goedendag. Ik ben {medewerker}.
later:
  title: Later
  text: Ik zoek het uit.
"""


def text_of(answer) -> str:
    return unescape(answer.text)


def reply(title="Groet", language="nl", text="Dag.", team=TEAM, at=None) -> CannedReply:
    return CannedReply(team=team, title=title, language=language, text=text, by="Carla", at=at)


# ---------------------------------------------------------------- the files


def test_our_own_files_are_sound_and_of_languages_that_wegwijs_speaks():
    sentences = load_canned().of("nl")

    assert len(sentences) >= 8
    assert {path.stem for path in FOLDER.glob("*.yaml")} <= set(load_phrases().languages)
    assert {one.language for one in load_canned().of("en")} == {"en"}


def test_a_sentence_that_a_language_lacks_comes_in_dutch(tmp_path):
    (tmp_path / "nl.yaml").write_text(DUTCH)
    (tmp_path / "en.yaml").write_text("later: I am looking into it.\n")

    found = load_canned(tmp_path).of("en")

    assert [(one.key, one.title, one.language, one.text) for one in found] == [
        ("hallo", "Groet", "nl", "Goedendag. Ik ben {medewerker}."),
        ("later", "Later", "en", "I am looking into it."),
    ]
    assert {one.language for one in load_canned(tmp_path).of("so")} == {"nl"}


FAULTS = [
    ("nl", DUTCH + "leeg:\n  title: Leeg\n", "nl.yaml:7: leeg needs a title and a text"),
    ("nl", DUTCH + "los: Een losse zin\n", "nl.yaml:7: los needs a title and a text"),
    ("nl", DUTCH.replace("{medewerker}", "{naam}"), "nl.yaml:1: hallo has {naam}, which is never filled in"),
    ("nl", DUTCH.replace("{medewerker}", "{medewerker"), "nl.yaml:1: hallo has {"),
    ("nl", "hallo: [\n", "nl.yaml:2: this is no YAML"),
    ("nl", "- hallo\n", "nl.yaml:1: this is no list of sentences"),
    ("en", "hallo: Hello.\nnew: New.\n", "en.yaml:2: new is not in bot/staff/canned/nl.yaml"),
    ("en", "hallo:\n", "en.yaml:1: hallo has no sentence"),
    ("en", "hallo: " + "x" * 2001 + "\n", "en.yaml:1: hallo has 2001 characters"),
]


@pytest.mark.parametrize(("language", "text", "fault"), FAULTS)
def test_a_slip_is_told_by_file_and_line(tmp_path, language, text, fault):
    (tmp_path / "nl.yaml").write_text(DUTCH)
    (tmp_path / f"{language}.yaml").write_text(text)

    with pytest.raises(ValueError, match=r"bot/staff/canned") as found:
        load_canned(tmp_path)

    assert fault in str(found.value)


def test_all_slips_are_told_at_once(tmp_path):
    (tmp_path / "nl.yaml").write_text(DUTCH + "los: Een zin\n")
    (tmp_path / "en.yaml").write_text("new: New.\nother: Other.\n")

    with pytest.raises(ValueError, match="los") as found:
        load_canned(tmp_path)

    assert len(str(found.value).splitlines()) == 3


# ---------------------------------------------------------------- what one may choose from


def test_the_sentences_of_the_team_come_first_in_the_language_of_the_resident(clock):
    own = (
        reply("Spreekuur", "nl", "Ons spreekuur is dinsdag.", at=clock.now()),
        reply("Spreekuur", "en", "Our desk is open on Tuesday.", at=clock.now()),
        reply("Groet", "nl", "Dag, {medewerker} van {team}.", at=clock.now()),
    )
    files = Canned({"hallo": "Hallo"}, {"nl": {"hallo": "Hallo."}})

    found = ready(files, own, "en", medewerker="Sanne {team}", team="Dock")

    assert [(one.title, one.language, one.text) for one in found] == [
        ("Spreekuur", "en", "Our desk is open on Tuesday."),
        ("Groet", "nl", "Dag, Sanne Dock van Dock."),
        ("Hallo", "nl", "Hallo."),
    ]


async def test_a_sentence_is_chosen_in_the_resident_s_language_with_the_names_filled_in(desk, send):
    number = await desk.hand_over(language="en")
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    page = text_of(await ours.get(f"/staff/cases/{number}"))

    assert "Good day. I am Sanne of Buurtteam Sociaal." in page


async def test_without_javascript_the_sentence_comes_behind_what_was_typed(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    answer = await send(ours, number, "ready", ready="bellen", text="Dag Anna.")

    assert answer.status_code == 200
    assert "Dag Anna.\n\nIk bel u graag. Op welke dag en tijd kan dat het best?</textarea>" in answer.text
    assert "Ik bel u graag" not in str(await desk.store.read("web:anna"))


async def test_a_sentence_that_does_not_exist_leaves_what_was_typed(desk, send):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    await send(ours, number, "claim")

    answer = await send(ours, number, "ready", ready="verzonnen", text="Dag Anna.")

    assert "Dag Anna.</textarea>" in answer.text


# ---------------------------------------------------------------- the page of the coördinator


async def test_a_coordinator_keeps_sentences_that_the_team_then_chooses_from(desk, send, token_of):
    number = await desk.hand_over()
    ours, chief = await desk.signed_in(), await desk.signed_in("Carla", role="coordinator")
    await send(ours, number, "claim")
    form = {"csrf": await token_of(chief), "team": TEAM, "title": "Spreekuur", "language": "nl"}

    await chief.post("/staff/canned", data={**form, "text": "Kom dinsdag."})
    await chief.post("/staff/canned", data={**form, "text": "Kom dinsdag om tien uur, vraag naar {medewerker}."})
    page = text_of(await ours.get(f"/staff/cases/{number}"))
    listed = text_of(await chief.get("/staff/canned"))
    await chief.post("/staff/canned/drop", data=form)

    assert "Kom dinsdag om tien uur, vraag naar Sanne." in page
    assert "Kom dinsdag." not in page
    assert "Spreekuur" in listed
    assert "Kom dinsdag" not in text_of(await ours.get(f"/staff/cases/{number}"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"team": DOCK}, "Kies eerst een team."),
        ({"language": "xx"}, "Kies eerst een taal."),
        ({"title": " "}, "Schrijf eerst hoe de zin heet."),
        ({"title": "x" * 61}, "hoogstens 60 tekens"),
        ({"text": ""}, "Schrijf eerst de zin."),
        ({"text": "Dag {naam}"}, "{naam} wordt niet ingevuld."),
        ({"text": "Dag {"}, "wordt niet ingevuld."),
    ],
)
async def test_a_sentence_that_is_not_right_is_refused_and_stays_on_the_page(desk, token_of, wrong, why):
    chief = await desk.signed_in("Carla", role="coordinator")
    form = {"team": TEAM, "title": "Groet", "language": "nl", "text": "Dag daar."}

    answer = await chief.post("/staff/canned", data={"csrf": await token_of(chief), **form, **wrong})

    assert answer.status_code == 409
    assert why in text_of(answer)
    assert await desk.kept.canned.of(TEAM) == ()
    assert await desk.kept.canned.of(DOCK) == ()


async def test_the_sentences_of_another_organisation_cannot_be_taken_away(desk, token_of, clock):
    kept = reply(team=DOCK, at=clock.now())
    await desk.kept.canned.put(kept)
    chief = await desk.signed_in("Carla", role="coordinator")

    form = {"csrf": await token_of(chief), "team": DOCK, "title": "Groet", "language": "nl"}
    await chief.post("/staff/canned/drop", data=form)

    assert await desk.kept.canned.of(DOCK) == (kept,)


@pytest.mark.parametrize("role", ["medewerker", "beheerder"])
async def test_only_a_coordinator_has_the_page(desk, token_of, role):
    client = await desk.signed_in("Bram", role=role)

    page = await client.get("/staff/canned")
    nothing = await client.get("/staff/verzonnen")
    sent = await client.post("/staff/canned", data={"team": TEAM, "title": "a", "language": "nl", "text": "b"})

    assert (page.status_code, sent.status_code) == (404, 404)
    assert page.text.split("<main")[1] == nothing.text.split("<main")[1]
    assert await desk.kept.canned.of(TEAM) == ()


@pytest.mark.parametrize("path", ["/staff/canned", "/staff/canned/drop"])
async def test_a_form_without_the_token_of_the_session_changes_nothing(desk, clock, path):
    kept = reply(at=clock.now())
    await desk.kept.canned.put(kept)
    chief = await desk.signed_in("Carla", role="coordinator")

    form = {"team": TEAM, "title": "Groet", "language": "nl", "text": "Anders."}
    answer = await chief.post(path, data={"csrf": "verkeerd", **form})

    assert answer.status_code == 403
    assert await desk.kept.canned.of(TEAM) == (kept,)


async def test_a_sentence_is_text_and_never_markup(desk, send, token_of):
    number = await desk.hand_over()
    ours, chief = await desk.signed_in(), await desk.signed_in("Carla", role="coordinator")
    await send(ours, number, "claim")
    nasty = "<script>alert(1)</script>\" onmouseover='alert(2)'"
    form = {"csrf": await token_of(chief), "team": TEAM, "title": nasty, "language": "nl", "text": nasty}

    await chief.post("/staff/canned", data=form)

    for page in (await ours.get(f"/staff/cases/{number}"), await chief.get("/staff/canned")):
        assert "&lt;script&gt;alert(1)" in page.text
        assert "<script>alert" not in page.text
        assert "\" onmouseover='" not in page.text


# ---------------------------------------------------------------- over every database


@pytest.fixture(params=["sqlite", "postgres"])
async def canned(request, tmp_path):
    """Return the sentences over each database."""
    sqlite = f"sqlite:///{tmp_path}/canned.db"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    migrate(url)
    store = SqlStore(url)
    yield kept_over(store.engines).canned
    await store.close()


async def test_a_sentence_takes_the_place_of_the_one_of_the_same_team_title_and_language(canned, clock):
    now = clock.now()
    kept = (reply("b", at=now), reply("A", "en", at=now), reply("A", "nl", "Nieuw.", at=now))

    for one in (reply("A", "nl", "Oud.", at=now), *kept, reply("A", team=DOCK, at=now)):
        await canned.put(one)

    assert await canned.of(TEAM) == (kept[1], kept[2], kept[0])
    assert await canned.drop(TEAM, "A", "nl")
    assert not await canned.drop(TEAM, "A", "nl")
    assert await canned.of(TEAM) == (kept[1], kept[0])
    assert len(await canned.of(DOCK)) == 1
