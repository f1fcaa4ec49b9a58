"""Directory upkeep at the desk: who sees what, proposes, decides; and that only what was decided reaches a resident."""

import asyncio
import re
import sys
from html import unescape
from uuid import uuid4

import pytest

from bot.audit import Sought
from bot.ports import StoreAway
from bot.upkeep import Upkeep
from referral.load import DATA, read_texts

DOCK, MANTELZORG, SOCIAAL = "utrecht-dock", "utrecht-mantelzorg", "utrecht-buurtteam-sociaal"
OLD, NEW = "088 855 51 26", "088 855 51 00"
GUIDE = "/staff/directory"
HERE = f"{GUIDE}/organisations/{DOCK}"
SEEN = {"source": "https://www.dock.nl/contact", "note": ""}
DAYS = dict.fromkeys(("ma", "di", "wo", "do", "vr", "za", "zo", "feestdagen"), "")


def text_of(page):
    """Return a page as it is read."""
    plain = re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2])
    return " ".join(unescape(plain).split())


async def csrf_of(client):
    return re.search(r'name="csrf" value="([^"]+)"', (await client.get(GUIDE)).text)[1]


async def send(client, path, **fields):
    return await client.post(path, data={"csrf": await csrf_of(client), "number": uuid4().hex, **fields})


async def form_of(client, organisation, value):
    """Return the address of the form for a contact."""
    page = (await client.get(f"{GUIDE}/organisations/{organisation}")).text
    item = next(part for part in page.split("<li") if value in part and "/contacts/" in part)
    return re.search(r'href="([^"]+/contacts/[0-9a-f]{12})"', item)[1]


async def tell(client, value=OLD, to=NEW, path=None, **fields):
    """Send the form for a contact; returns the answer."""
    path = path or await form_of(client, DOCK, value)
    return await send(client, path, **{"sort": "change", "value": to, **DAYS, **SEEN, **fields})


async def proposed(client, **fields):
    """Propose a change and return its address."""
    answer = await tell(client, **fields)
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


@pytest.fixture
async def staff(desk):
    return await desk.signed_in("Sanne", DOCK)


@pytest.fixture
async def lead(desk):
    return await desk.signed_in("Karin", DOCK, "coordinator")


def shown(desk, organisation=DOCK):
    """Return the contacts that residents are given now."""
    on = desk.clock.now().date()
    return [one.value for one in desk.assistant.minds.guide.contacts(organisation, on)]


# ---------------------------------------------------------------- what is to be done


async def test_a_colleague_sees_what_is_to_be_done_for_their_own_organisation_only(staff):
    page = text_of(await staff.get(GUIDE))

    assert f"Telefoon {OLD} is nooit gecontroleerd." in page
    assert "Zoek op of het klopt, en geef door waar u het zag." in page
    assert "Bron: dock.nl (corona page) (14 april 2020)" in page
    assert "030 236 17 40" not in page


async def test_a_coordinator_sees_all_teams_of_the_organisation(desk):
    client = await desk.signed_in("Karin", SOCIAAL, "coordinator")

    page = text_of(await client.get(GUIDE))

    assert "Joseph Haydnlaan" in page
    assert OLD not in page


async def test_a_beheerder_sees_everything_worst_first_with_the_place_in_the_files(desk):
    client = await desk.signed_in("Bas", DOCK, "beheerder")

    page = text_of(await client.get(GUIDE))

    said = ["Spreekt elkaar tegen", "Loopt af", "Bestaat dit nog", "Opzoeken", "Voorbij"]
    assert [page.index(one) for one in said] == sorted(page.index(one) for one in said)
    assert "staat https://www.u-centraal.nl: de ene keer gecontroleerd, de andere niet." in page
    assert re.search(r"municipalities/utrecht/organisations.yaml, regel \d+", page)


async def test_what_was_not_checked_for_a_year_is_named(desk, staff):
    desk.clock.move(days=400)
    other = await desk.signed_in("Later", DOCK)

    page = text_of(await other.get(GUIDE))

    assert "is voor het laatst nagekeken op 21 november 2026." in page


async def test_an_organisation_of_others_looks_like_one_that_does_not_exist(desk, staff):
    theirs = await staff.get(f"{GUIDE}/organisations/{MANTELZORG}")
    nothing = await staff.get(f"{GUIDE}/organisations/bestaat-niet")

    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert text_of(theirs) == text_of(nothing)


# ---------------------------------------------------------------- to propose


async def test_what_is_proposed_reaches_no_resident(desk, staff):
    before = shown(desk)

    path = await proposed(staff)

    assert shown(desk) == before
    page = text_of(await staff.get(path))
    assert f"Contact {OLD} {NEW}" in re.sub(r"(Nu|Voorstel): ", "", page)
    assert "Een coördinator van de organisatie of de beheerder beslist hierover." in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to": "030 12"}, "Dit is geen telefoonnummer. Schrijf het met het netnummer"),
        ({"to": "javascript:alert(1)"}, "Dit is geen telefoonnummer."),
        ({"to": ""}, "Vul in: het nummer."),
        ({"source": " "}, "Vul in: waar u dit zag."),
        ({"source": "x" * 201}, "Dit is te lang. Gebruik ten hoogste 200 tekens."),
        ({"ma": "van negen tot vijf"}, "De tijden van maandag zijn niet te lezen. Schrijf ze zoals 9.00-12.30"),
        ({"wo": "17-9"}, "De tijden van woensdag kunnen niet: 17-9."),
        ({"do": "9-13 en 12-17"}, "De tijden van een dag overlappen, of staan niet op volgorde."),
        ({"sort": ""}, "Kies wat u wilt doorgeven."),
        ({"sort": "add"}, "Kies wat u wilt doorgeven."),
        ({"sort": "right"}, "U veranderde ook iets."),
    ],
)
async def test_what_cannot_be_is_said_in_the_form_and_nothing_typed_is_lost(desk, staff, fields, said):
    answer = await tell(staff, **fields)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'value="{fields.get("source", SEEN["source"])}"' in answer.text
    assert await desk.kept.directory.proposals() == ()


async def test_check_and_prove_speak_in_the_form(desk, staff):
    """Hours that stand only in words are a fault of `wegwijs check` as soon as residents are to see them."""
    path = await form_of(staff, DOCK, OLD)

    answer = await send(staff, path, sort="right", value=OLD, **DAYS, **SEEN)

    assert answer.status_code == 409
    assert "De openingstijden staan alleen in woorden, en Wegwijs kan er niet mee rekenen." in text_of(answer)
    assert "vul de tijden per dag in" in text_of(answer)
    assert await desk.kept.directory.proposals() == ()


async def test_the_last_way_to_reach_somebody_cannot_be_taken_away(desk):
    client = await desk.signed_in("Bas", DOCK, "beheerder")
    path = await form_of(client, "own-municipality", "Kijk op de website")
    typed = dict(re.findall(r'name="(value|value_en)"[^>]* value="([^"]*)"', (await client.get(path)).text))

    answer = await send(client, path, sort="wrong", **{name: unescape(one) for name, one in typed.items()}, **SEEN)

    assert answer.status_code == 409
    assert "Dan is er geen enkel contact over" in text_of(answer)


async def test_hours_are_typed_as_people_write_them(desk, staff, lead):
    path = await proposed(staff, **{"ma": "9-17", "di": "9:00 – 12:30 en 13.00 tot 17.00 uur", "wo": "dicht"})

    await send(lead, f"{path}/accept")

    (phone,) = [one for one in desk.assistant.minds.guide.organisations[DOCK].contacts if one.value == NEW]
    assert phone.hours == {"nl": "ma 9.00-17.00; di 9.00-12.30 en 13.00-17.00"} | {
        name: said for name, said in phone.hours.items() if name != "nl"
    }
    assert phone.open.written() == {"ma": "9.00-17.00", "di": ["9.00-12.30", "13.00-17.00"]}


async def test_a_new_contact_can_be_told_but_not_twice(desk, staff, lead):
    new = f"{HERE}/contacts/nieuw"
    told = await send(staff, new, kind="email", value="info@dock.nl", **SEEN)
    await send(lead, f"{told.headers['location']}/accept")

    again = await send(staff, new, kind="email", value="info@dock.nl", **SEEN)

    assert "info@dock.nl" in shown(desk)
    assert "Dit contact staat al bij deze organisatie." in text_of(again)


async def test_everything_of_an_organisation_can_be_checked_at_once(desk, staff, lead):
    desk.clock.move(days=400)
    staff, lead = await desk.signed_in("Piet", DOCK), await desk.signed_in("Kees", DOCK, "coordinator")
    told = await send(staff, f"{HERE}/contacts/alles", **SEEN)

    await send(lead, f"{told.headers['location']}/accept")

    one = desk.assistant.minds.guide.organisations[DOCK]
    assert one.checked_on == desk.clock.now().date()
    assert one.source.endswith("; https://www.dock.nl/contact")


# ---------------------------------------------------------------- to decide


async def test_what_a_coordinator_accepts_is_live_at_once_and_has_a_version(desk, staff, lead):
    before = desk.assistant.minds
    path = await proposed(staff)

    answer = await send(lead, f"{path}/accept", why="Zelf gebeld")

    assert answer.status_code == 303
    assert NEW in shown(desk)
    assert desk.assistant.minds.directory != before.directory
    assert desk.assistant.minds.understand is before.understand
    (change,) = await desk.kept.directory.changes()
    assert (change.version, change.by, change.proposed_by, change.why) == (1, "Karin", "Sanne", "Zelf gebeld")
    assert (change.edit.before["value"], change.edit.after["value"]) == (OLD, NEW)
    assert "Aangenomen door Karin" in text_of(await staff.get(path))


async def test_a_receipt_names_the_directory_with_the_change(desk, staff, lead):
    await send(lead, f"{await proposed(staff)}/accept")

    assert desk.assistant.minds.directory.startswith(desk.assistant.minds.guide.version)


async def test_a_colleague_cannot_decide(desk, staff):
    path = await proposed(staff)

    for decision in ("accept", "decline"):
        assert (await send(staff, f"{path}/{decision}", why="zomaar")).status_code == 404
    assert await desk.kept.directory.changes() == ()


async def test_a_coordinator_of_others_sees_no_proposal(desk, staff):
    path = await proposed(staff)
    other = await desk.signed_in("Karin", SOCIAAL, "coordinator")

    assert (await other.get(path)).status_code == 404
    assert (await send(other, f"{path}/accept")).status_code == 404


async def test_nobody_accepts_their_own_while_there_is_another_coordinator(desk, lead):
    await desk.signed_in("Ans", DOCK, "coordinator")
    path = await proposed(lead)

    answer = await send(lead, f"{path}/accept")

    assert answer.status_code == 409
    assert "U kunt uw eigen voorstel niet aannemen." in text_of(answer)
    assert NEW not in shown(desk)


async def test_the_only_coordinator_accepts_their_own_and_the_version_tells(desk, lead):
    path = await proposed(lead)

    assert (await send(lead, f"{path}/accept")).status_code == 303

    assert (await desk.kept.directory.changes())[0].alone
    assert "(kon als enige beslissen)" in text_of(await lead.get(HERE))


async def test_a_beheerder_decides_but_not_about_their_own_while_a_coordinator_can(desk, staff, lead):
    boss = await desk.signed_in("Bas", SOCIAAL, "beheerder")
    path = await form_of(staff, DOCK, OLD)
    own = await proposed(boss, path=path)

    assert (await send(boss, f"{own}/accept")).status_code == 409
    assert (await send(boss, f"{await proposed(staff, path=path)}/accept")).status_code == 303


async def test_declining_needs_a_reason_and_changes_nothing(desk, staff, lead):
    path = await proposed(staff)

    assert "Schrijf op waarom." in text_of(await send(lead, f"{path}/decline", why=" "))
    await send(lead, f"{path}/decline", why="Dit is het nummer van Arnhem")

    assert "Reden Dit is het nummer van Arnhem" in text_of(await staff.get(path))
    assert (await send(lead, f"{path}/accept")).status_code == 409
    assert NEW not in shown(desk)


async def test_a_proposal_can_be_taken_back_by_who_made_it_only(desk, staff, lead):
    path = await proposed(staff)

    assert (await send(lead, f"{path}/withdraw")).status_code == 404
    assert (await send(staff, f"{path}/withdraw")).status_code == 303
    assert (await send(lead, f"{path}/accept")).status_code == 409


async def test_two_who_accept_at_once_make_one_version(desk, staff, lead):
    path = await proposed(staff)
    other = await desk.signed_in("Ans", DOCK, "coordinator")

    answers = await asyncio.gather(send(lead, f"{path}/accept"), send(other, f"{path}/accept"))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(await desk.kept.directory.changes()) == 1


async def test_a_proposal_about_what_has_changed_since_is_not_accepted(desk, staff, lead):
    path = await form_of(staff, DOCK, OLD)
    first, second = await proposed(staff, path=path), await proposed(staff, path=path, to="088 855 51 01")
    await send(lead, f"{first}/accept")

    answer = await send(lead, f"{second}/accept")

    assert answer.status_code == 409
    assert "Dit contact is intussen veranderd." in text_of(answer)


async def test_what_waits_is_counted_at_the_top_of_every_page(staff, lead):
    await proposed(staff)

    assert "Gids (1)" in (await lead.get("/staff")).text
    assert "Gids (1)" not in (await staff.get("/staff")).text


# ---------------------------------------------------------------- to put back


async def test_a_version_can_be_put_back_by_a_new_one(desk, staff, lead):
    before = desk.assistant.minds.guide.organisations[DOCK]
    await send(lead, f"{await proposed(staff)}/accept")

    assert "Schrijf op waarom." in text_of(await send(lead, f"{GUIDE}/changes/1/revert", why=""))
    assert (await send(lead, f"{GUIDE}/changes/1/revert", why="Toch niet")).status_code == 303

    assert desk.assistant.minds.guide.organisations[DOCK] == before
    assert [(one.version, one.kind, one.reverts) for one in await desk.kept.directory.changes()] == [
        (1, "accepted", None),
        (2, "reverted", 1),
    ]


async def test_only_the_last_change_of_a_contact_can_be_put_back(desk, staff, lead):
    await send(lead, f"{await proposed(staff)}/accept")
    await send(lead, f"{await proposed(staff, value=NEW, to='088 855 51 01')}/accept")

    answer = await send(lead, f"{GUIDE}/changes/1/revert", why="Toch niet")

    assert answer.status_code == 409
    assert "Draai eerst die verandering terug." in text_of(answer)


@pytest.mark.parametrize("version", ["0", "1", "2", "-1", "x", "99999999999", "٣"])
async def test_a_version_of_others_looks_like_one_that_does_not_exist(desk, staff, lead, version):
    await send(lead, f"{await proposed(staff)}/accept")
    other = await desk.signed_in("Ans", SOCIAAL, "coordinator")

    assert (await other.get(f"{GUIDE}/changes/{version}")).status_code == 404
    assert (await send(other, f"{GUIDE}/changes/{version}/revert", why="x")).status_code == 404
    assert (await send(staff, f"{GUIDE}/changes/{version}/revert", why="x")).status_code == 404


# ---------------------------------------------------------------- against the files


def files_with(old, new):
    """Return the files of a deployment in which somebody else changed something."""
    file, texts = "municipalities/utrecht/organisations.yaml", read_texts(DATA)
    assert old in texts[file]
    return {**texts, file: texts[file].replace(old, new, 1)}


@pytest.mark.parametrize(("which", "number"), [("ours", NEW), ("theirs", "088 855 51 77")])
async def test_when_the_files_changed_too_a_coordinator_chooses(desk, staff, lead, login, which, number):
    await send(lead, f"{await proposed(staff)}/accept")
    later = desk.again(files=files_with(f"value: {OLD}", "value: 088 855 51 77"))
    coordinator = later.client()
    await login(coordinator, "Karin")

    page = await coordinator.get(GUIDE)
    assert "De bestanden zijn na het besluit ook veranderd." in text_of(page)
    assert "Gids (1)" in page.text
    assert "088 855 51 77" in numbers(later)
    choose = re.search(r'action="([^"]+/choose/[^"]+)"', page.text)[1]
    await desk.signed_in("Ander", "utrecht-buurtteam-sociaal", "coordinator")
    for name in ("Sanne", "Ander"):  # a colleague of the same team, a coördinator of another organisation
        nobody = later.client()
        await login(nobody, name)
        assert (await send(nobody, choose, which=which)).status_code == 404
    assert "088 855 51 77" in numbers(later)
    assert (await send(coordinator, choose, which="beide")).status_code == 404
    assert (await send(coordinator, choose, which=which)).status_code == 303

    assert number in numbers(later)
    assert "Kiezen wat klopt" not in text_of(await coordinator.get(GUIDE))
    assert (await send(coordinator, choose, which=which)).status_code == 404


async def test_while_nobody_chose_nothing_else_about_it_can_be_told(desk, staff, lead, login):
    path = await form_of(staff, DOCK, OLD)
    await send(lead, f"{await proposed(staff)}/accept")
    later = desk.again(files=files_with(f"value: {OLD}", "value: 088 855 51 77"))
    colleague = later.client()
    await login(colleague, "Sanne")

    page = text_of(await colleague.get(HERE))

    assert "Kies eerst hierboven wat klopt." in page
    assert (await colleague.get(path)).status_code == 404


def numbers(desk):
    """Return all contacts of the organisation, also those that residents do not see."""
    return [one.value for one in desk.assistant.minds.guide.organisations[DOCK].contacts]


async def test_another_process_takes_a_change_over(desk, staff, lead):
    """A second process, on the same database, with nothing but its own look every fifth of a second."""
    url = desk.kept.directory._engines.url.render_as_string()
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _OTHER_WORKER, url, DOCK), stdout=asyncio.subprocess.PIPE
    )
    try:
        before = (await other.stdout.readline()).decode()
        await send(lead, f"{await proposed(staff)}/accept")
        after = (await asyncio.wait_for(other.stdout.readline(), 60)).decode()
    finally:
        other.kill()
        await other.wait()

    assert NEW not in before
    assert after.split("|")[0] == desk.assistant.minds.guide.version
    assert NEW in after


_OTHER_WORKER = """
import asyncio, sys
from datetime import UTC, datetime
from bot.assistant import Assistant
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.stores.directory import SqlDirectory
from bot.stores.engines import Engines
from bot.stores.memory import MemoryStore
from bot.upkeep import Upkeep
from referral.load import load_guide

class Clock:
    def now(self): return datetime(2026, 11, 20, 13, 0, tzinfo=UTC)

async def main(url, organisation):
    assistant = Assistant(MemoryStore(), Minds(None, load_guide(), load_phrases()), Clock())
    upkeep, seen = Upkeep(assistant, SqlDirectory(Engines(url))), None
    asyncio.create_task(upkeep.watch(asyncio.Event(), every=0.2))
    while True:
        guide = assistant.minds.guide
        if guide is not seen:
            seen = guide
            print(guide.version, [one.value for one in guide.organisations[organisation].contacts], sep="|", flush=True)
        await asyncio.sleep(0.1)

asyncio.run(main(*sys.argv[1:]))
"""


# ---------------------------------------------------------------- the log, and a store that is away


async def test_everything_is_in_the_audit_log(desk, staff, lead):
    path = await proposed(staff)
    await send(lead, f"{path}/decline", why="Klopt niet")
    await send(lead, f"{await proposed(staff)}/accept")
    await send(lead, f"{GUIDE}/changes/1/revert", why="Toch niet")

    lines = [one.line for one in await desk.accounts.trail.find(Sought(), 100)]

    done = [(one.action, one.who) for one in reversed(lines) if one.action.startswith("directory.")]
    assert [one for one in done if one[0] != "directory.view"] == [
        ("directory.propose", "Sanne"),
        ("directory.reject", "Karin"),
        ("directory.propose", "Sanne"),
        ("directory.accept", "Karin"),
        ("directory.revert", "Karin"),
    ]
    assert ("directory.view", "Sanne") in done


async def test_a_process_whose_database_is_away_keeps_the_guide_it_has(desk, staff, lead, monkeypatch):
    await send(lead, f"{await proposed(staff)}/accept")
    upkeep = Upkeep(desk.assistant, desk.kept.directory)
    await upkeep.refresh()

    async def away(*_args, **_kwargs):
        raise StoreAway

    monkeypatch.setattr(desk.kept.directory, "proposals", away)
    stop = asyncio.Event()
    watching = asyncio.create_task(upkeep.watch(stop, every=0.01))
    await asyncio.sleep(0.05)
    stop.set()
    await watching

    assert NEW in shown(desk)
