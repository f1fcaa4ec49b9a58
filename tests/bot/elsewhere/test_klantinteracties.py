"""Handing a case over to a fake Open Klant that checks every call against the published API, under every fault."""

import asyncio
import re
from collections import Counter, defaultdict
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator, oas30_format_checker
from pydantic import SecretStr
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.elsewhere.klantcontact import shorten
from bot.elsewhere.klantinteracties import Klantinteracties
from bot.elsewhere.net import client
from bot.events import ContactGiven, Heard, Passed, Reopened, Withdrawn
from bot.places import Places, TakesOver
from bot.queue import case_number
from intents.model import Understanding

TEAM, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-dock"
TOKEN = "0123456789abcdef0123456789abcdef01234567"


def meant(node):
    """Return a schema as its authors mean it: Open Klant takes null for a nullable "allOf", OpenAPI does not."""
    if isinstance(node, list):
        return [meant(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: meant(value) for name, value in node.items()}
    if node.get("nullable") and "allOf" in node:
        found["anyOf"] = [{"allOf": found.pop("allOf")}, {"enum": [None]}]
    return found


SPEC = meant(yaml.safe_load(Path("tests/vendor/klantinteracties.yaml").read_text("utf-8")))
MADE = {  # what is posted there, and what each object of that room must look like
    "actoren": "Actor",
    "digitaleadressen": "DigitaalAdres",
    "actorklantcontacten": "ActorKlantcontact",
    "internetaken": "InterneTaak",
}
PHONE = r"(0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13})"  # from the description of DigitaalAdres.adres
READ_ONLY = "OnderwerpobjectKlantcontactReadOnly"
POSTED = ["actoren", "maak-klantcontact", "digitaleadressen", "actorklantcontacten", "internetaken"]
FAULTS = ["500", "stored, then silent", "stored, then 409", "409", "stored, then html", "stored, then no uuid"]


class OpenKlant:
    """Keeps what is posted, as Open Klant does; `faults` are what goes wrong with the next calls of a path."""

    def __init__(self):
        self.rooms = defaultdict(dict)
        self.calls = Counter()
        self.faults = defaultdict(list)
        self.silence = asyncio.Event()
        self.elsewhere = "http://127.0.0.1:9/"
        self.changed = []

    async def __call__(self, request):
        path = request.url.path.removeprefix("/klantinteracties/api/v1/")
        room = path.partition("/")[0]
        self.calls[request.method, room] += 1
        if request.headers.get("authorization") != f"Token {TOKEN}":
            return self.problem(401)
        fault = self.faults[request.method, room].pop(0) if self.faults[request.method, room] else ""
        if fault == "redirect":
            return RedirectResponse(self.elsewhere, 302)
        if fault in ("500", "409"):
            return self.problem(int(fault))
        answer = await self.answered(request, room, path)
        if fault == "stored, then silent":
            await self.silence.wait()
        elif fault == "stored, then 409":
            return self.problem(409)
        elif fault == "stored, then html":
            return Response("<h1>Even geduld</h1>", 201)
        elif fault == "stored, then no uuid":
            return JSONResponse({"ok": True}, 201)
        return answer

    async def answered(self, request, room, path):
        template = f"/{room}/{{uuid}}" if "/" in path else f"/{room}"
        call = SPEC["paths"][template][request.method.lower()]
        assert set(request.query_params) <= {one["name"] for one in call.get("parameters", ())}, "unknown parameter"
        one = path.partition("/")[2]
        if one and one not in self.rooms[room]:
            return self.problem(404)
        if request.method == "GET":
            return JSONResponse(self.rooms[room][one]) if one else self.listed(room, request.query_params)
        body = await request.json()
        schema = call["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        if faults := invalid(OAS30WriteValidator, schema, body) or self.own_rules(room, body):
            return self.problem(400, faults)
        if request.method == "PATCH":
            self.rooms[room][one].update(body)
            self.changed.append((room, body))
            return JSONResponse(self.rooms[room][one])
        return JSONResponse(self.contact(body) if room == "maak-klantcontact" else self.made(room, body), 201)

    def own_rules(self, room, body):
        """Return what Open Klant refuses beyond its schema, as was seen there."""
        both = ("toegewezenAanActor" in body) == ("toegewezenAanActoren" in body)
        if room == "internetaken" and both and "aanleidinggevendKlantcontact" in body:  # not when a task is changed
            return ["toegewezenAanActor"]
        if room == "internetaken" and body.get("afgehandeldOp") and body.get("status") != "verwerkt":
            return ["afgehandeldOp"]
        if body.get("soortDigitaalAdres") == "telefoonnummer" and not re.fullmatch(PHONE, body["adres"]):
            return ["adres"]
        return []

    def listed(self, room, by):
        found = [one for one in self.rooms[room].values() if all(self.fits(one, *pair) for pair in by.items())]
        return JSONResponse({"count": len(found), "next": None, "previous": None, "results": found})

    def fits(self, one, name, value):
        match name.rpartition("__"):
            case ("onderwerpobject", _, which):
                key = which.removeprefix("onderwerpobjectidentificator")
                marks = [self.rooms["onderwerpobjecten"][ref["uuid"]] for ref in one["gingOverOnderwerpobjecten"]]
                return any(mark["onderwerpobjectidentificator"][key[0].lower() + key[1:]] == value for mark in marks)
            case (whose, _, "uuid"):
                return one[whose[0].lower() + whose[1:]]["uuid"] == value
            case _:
                key = name.removeprefix("actoridentificator")
                return one["actoridentificator"][key[0].lower() + key[1:]] == value

    def made(self, room, body, schema=None, **more):
        uuid = str(uuid4())
        one = {**body, "uuid": uuid, "url": f"https://openklant.voorbeeld.nl/{room}/{uuid}", **more}
        for name, value in body.items():
            if isinstance(value, dict) and set(value) == {"uuid"}:
                one[name] = value | {"url": f"https://openklant.voorbeeld.nl/x/{value['uuid']}"}
        if room == "internetaken":
            actors = [ref | {"url": "https://openklant.voorbeeld.nl/actoren/x"} for ref in body["toegewezenAanActoren"]]
            one |= {"toegewezenAanActoren": actors, "toegewezenOp": "2026-11-21T20:39:47Z"}
        assert not invalid(OAS30ReadValidator, schema or MADE[room], one)
        self.rooms[room][uuid] = one
        return one

    def contact(self, body):
        empty = {"gingOverOnderwerpobjecten": [], "hadBetrokkenActoren": [], "omvatteBijlagen": [],
                 "hadBetrokkenen": [], "leiddeTotInterneTaken": []}  # fmt: skip
        contact = self.made("klantcontacten", body["klantcontact"], "Klantcontact", **empty)
        ref = {name: contact[name] for name in ("uuid", "url")}
        person = self.made(
            "betrokkenen", body["betrokkene"], "Betrokkene", hadKlantcontact=ref, digitaleAdressen=[], volledigeNaam=""
        )
        mark = self.made("onderwerpobjecten", body["onderwerpobject"], READ_ONLY, klantcontact=ref)
        contact["hadBetrokkenen"] = [{name: person[name] for name in ("uuid", "url")}]
        contact["gingOverOnderwerpobjecten"] = [{name: mark[name] for name in ("uuid", "url")}]
        return {"klantcontact": contact, "betrokkene": person, "onderwerpobject": mark}

    def problem(self, status, faults=()):
        told = [{"name": name, "code": "invalid", "reason": "De waarde +31 6 11 is ongeldig."} for name in faults]
        return JSONResponse({"status": status, "title": "Fout", "invalidParams": told}, status)

    def all(self, room):
        return list(self.rooms[room].values())


def invalid(validator, schema, body):
    """Return the fields that do not fit a schema of the API."""
    if schema == "Actor":  # the schema chooses by this field
        schema = f"{body.get('soortActor')}_ActorSerializer"
    whole = {"$ref": f"#/components/schemas/{schema}", "components": SPEC["components"]}
    found = validator(whole, format_checker=oas30_format_checker).iter_errors(body)
    return [f"{'.'.join(map(str, one.path)) or schema}: {one.message}" for one in found]


@pytest.fixture
async def klant(program):
    open_klant = OpenKlant()
    async with program(open_klant) as base:
        open_klant.base = base
        yield open_klant
        open_klant.silence.set()


@pytest.fixture
async def world(worlds, klant):
    """Return a world in which the cases of one team go to the fake."""
    url = f"{klant.base}/klantinteracties/api/v1"
    place = TakesOver(name="gemeente", url=url, secret="TOKEN", teams=frozenset({TEAM, OTHER_TEAM}))
    places = Places(klantinteracties=(place,), private_hosts=frozenset({"127.0.0.1"}))
    async with worlds(places) as world, client(places.private_hosts, 5) as net:
        secrets = {"TOKEN": SecretStr(TOKEN)}
        hands = Klantinteracties(
            places, secrets, net, world.assistant.conversation, lambda: world.guide, "https://wegwijs.voorbeeld.nl",
            seconds=0.5,
        )  # fmt: skip
        world.hands = world.courier({"klantinteracties": hands})
        yield world


async def test_a_case_becomes_a_contact_and_a_task_for_the_team(world, klant):
    await world.hand_over(urgent=True, text="Ik heb schulden en kan de huur niet betalen")
    await world.give_contact(name="Fatima el Amrani")
    await world.give_contact(reach="+31 6 12345678")
    await world.run(world.hands)

    (contact,), (person,) = klant.all("klantcontacten"), klant.all("betrokkenen")
    (address,), (task,) = klant.all("digitaleadressen"), klant.all("internetaken")
    team, bot = (
        next(one for one in klant.all("actoren") if one["soortActor"] == kind)
        for kind in ("organisatorische_eenheid", "geautomatiseerde_actor")
    )
    assert contact["onderwerp"] == world.guide.themes["geldzorgen"]
    assert "Ik heb schulden en kan de huur niet betalen" in contact["inhoud"]
    assert "Overvecht" in contact["inhoud"]
    assert (contact["taal"], contact["vertrouwelijk"], contact["plaatsgevondenOp"]) == (
        "nld", True, "2026-11-20T13:02:00Z"
    )  # fmt: skip
    assert person["contactnaam"] == {"voornaam": "Fatima", "achternaam": "el Amrani"}
    assert (address["adres"], address["soortDigitaalAdres"]) == ("+31612345678", "telefoonnummer")
    assert address["verstrektDoorBetrokkene"]["uuid"] == person["uuid"]
    assert task["gevraagdeHandeling"].startswith("DRINGEND: Neem contact op over: ")
    assert f"https://wegwijs.voorbeeld.nl/staff/cases/{case_number('web:anna')}" in task["toelichting"]
    assert [one["uuid"] for one in task["toegewezenAanActoren"]] == [team["uuid"]]
    assert task["aanleidinggevendKlantcontact"]["uuid"] == contact["uuid"]
    assert klant.all("actorklantcontacten")[0]["actor"]["uuid"] == bot["uuid"]


@pytest.mark.parametrize("room", POSTED)
@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_there_is_one_contact_and_one_task_in_the_end(world, klant, room, fault):
    klant.faults["POST", room] = [fault]
    await world.hand_over(urgent=True)
    await world.give_contact(name="Fatima", reach="+31 6 12345678")

    await world.run(world.hands)

    rooms = ["klantcontacten", "betrokkenen", "digitaleadressen", "actorklantcontacten", "internetaken"]
    assert {one: len(klant.rooms[one]) for one in rooms} == dict.fromkeys(rooms, 1)
    assert len(klant.rooms["actoren"]) == 2
    assert [row.standing for row in await world.kept()] == ["done"]


@pytest.mark.parametrize("room", ["actoren", "klantcontacten", "internetaken"])
async def test_while_it_cannot_be_looked_up_nothing_is_made_twice(world, klant, room):
    klant.faults["POST", "internetaken"] = ["stored, then silent"]
    klant.faults["GET", room] = ["500", "stored, then html", "stored, then no uuid", "stored, then silent"]
    await world.hand_over(urgent=True)

    await world.run(world.hands)

    assert (len(klant.all("klantcontacten")), len(klant.all("internetaken"))) == (1, 1)


async def test_a_redirect_is_not_followed_and_shown_until_somebody_mends_it(world, klant, program):
    visited = []

    async def thief(request):
        visited.append(request.headers)
        return JSONResponse({})

    async with program(thief) as other:
        klant.elsewhere = f"{other}/steal"
        klant.faults["POST", "maak-klantcontact"] = ["redirect"]
        await world.hand_over(urgent=True)
        await world.run(world.hands)
        (failing,) = await world.deliveries.failing(None)
        assert (failing.standing, failing.problem, klant.all("klantcontacten")) == ("dead", "redirect", [])

        await world.deliveries.again(frozenset({failing.id}), None, world.clock.now())
        await world.run(world.hands)

    assert visited == []
    assert (len(klant.all("klantcontacten")), len(klant.all("internetaken"))) == (1, 1)


async def test_after_a_restart_it_goes_on_with_what_is_there(world, klant):
    klant.faults["POST", "internetaken"] = ["500"]
    await world.hand_over(urgent=True)
    await world.hands.run_due()
    before = klant.calls["POST", "maak-klantcontact"], klant.calls["GET", "klantcontacten"]

    await world.run(world.hands)

    assert (klant.calls["POST", "maak-klantcontact"], klant.calls["GET", "klantcontacten"]) == before
    assert len(klant.all("internetaken")) == 1


async def test_a_name_and_number_that_come_later_are_added_to_the_same_contact(world, klant):
    await world.hand_over(urgent=True)
    await world.run(world.hands)
    assert klant.all("betrokkenen")[0]["contactnaam"] is None

    await world.give_contact(name="Fatima", reach="fatima@voorbeeld.nl")
    await world.run(world.hands)

    assert klant.all("betrokkenen")[0]["contactnaam"] == {"voornaam": "Fatima", "achternaam": ""}
    assert [one["soortDigitaalAdres"] for one in klant.all("digitaleadressen")] == ["email"]
    assert (len(klant.all("klantcontacten")), len(klant.all("internetaken"))) == (1, 1)


async def test_an_address_that_is_not_taken_stands_in_the_task(world, klant):
    await world.hand_over(urgent=True)
    await world.happen(ContactGiven(at=world.clock.now(), name="Fatima", reach="bel mijn zus"))

    await world.run(world.hands)

    assert klant.all("digitaleadressen") == []
    assert "Bereikbaar via bel mijn zus." in klant.all("internetaken")[0]["toelichting"]


async def test_what_is_refused_is_told_by_the_names_of_the_fields_only(world, klant, caplog):
    klant.own_rules = lambda room, body: ["onderwerp"] if room == "maak-klantcontact" else []
    await world.hand_over(urgent=True, text="mijn geheim")

    await world.run(world.hands)

    assert [one.problem for one in await world.deliveries.failing(None)] == ["status:400 onderwerp=invalid"]
    assert not [word for word in (TOKEN, "geheim", "+31 6 11") if word in caplog.text]


async def test_nothing_goes_to_a_team_that_no_longer_has_the_case_or_may_not_read_it(world, klant):
    await world.hand_over()
    await world.claim()
    await world.close()

    await world.run(world.hands)

    assert klant.calls["POST", "maak-klantcontact"] == 0
    assert [row.standing for row in await world.kept()] == ["done"]


async def test_a_case_that_is_passed_on_gets_a_task_for_the_other_team(world, klant):
    await world.hand_over(urgent=True)
    await world.run(world.hands)
    await world.happen(Passed(at=world.clock.now(), by="Sanne", organisation=OTHER_TEAM, reason="hoort daar"))

    await world.run(world.hands)

    assert len({task["toegewezenAanActoren"][0]["uuid"] for task in klant.all("internetaken")}) == 2


CLOSED = {"status": "verwerkt", "afgehandeldOp": "2026-11-20T13:09:00Z"}
OPEN = {"status": "te_verwerken", "afgehandeldOp": None}


async def test_who_closes_a_case_here_closes_the_task_there_and_who_opens_it_again_opens_that_too(world, klant):
    await world.hand_over(urgent=True, text="mijn geheim")
    await world.run(world.hands)
    await world.claim()
    world.clock.move(minutes=7)
    await world.close()
    await world.run(world.hands)
    assert klant.changed == [("internetaken", CLOSED)]

    await world.give_contact(name="Fatima")  # told to Wegwijs, and no longer to them
    await world.run(world.hands)
    assert klant.changed == [("internetaken", CLOSED)]

    await world.happen(Reopened(at=world.clock.now(), by="Sanne", reason="mijn reden"))
    await world.run(world.hands)

    assert [one for one in klant.changed if one[0] == "internetaken"][1:] == [("internetaken", OPEN)]
    assert (len(klant.all("klantcontacten")), len(klant.all("internetaken"))) == (1, 1)
    assert [row.standing for row in await world.kept()] == ["done"]


@pytest.mark.parametrize("call", ["GET", "PATCH"])
@pytest.mark.parametrize("fault", ["500", "stored, then silent", "stored, then 409", "stored, then html"])
async def test_whatever_goes_wrong_there_the_task_is_closed_in_the_end(world, klant, call, fault):
    await world.hand_over(urgent=True)
    await world.run(world.hands)
    klant.faults[call, "internetaken"] = [fault]
    await world.claim()
    await world.close()

    await world.run(world.hands)

    assert [task["status"] for task in klant.all("internetaken")] == ["verwerkt"]
    assert len(klant.changed) == 1
    assert [row.standing for row in await world.kept()] == ["done"]


async def test_a_task_that_was_made_without_our_knowing_is_closed_too(world, klant):
    klant.faults["POST", "internetaken"] = ["stored, then silent"]
    await world.hand_over(urgent=True)
    await world.hands.run_due()
    await world.happen(Withdrawn(at=world.clock.now()))

    await world.run(world.hands)

    assert [task["status"] for task in klant.all("internetaken")] == ["verwerkt"]


async def test_what_they_did_with_the_task_themselves_stays(world, klant):
    await world.hand_over(urgent=True)
    await world.run(world.hands)
    (task,) = klant.all("internetaken")
    task |= {"status": "verwerkt", "afgehandeldOp": "2026-11-20T13:03:00Z"}
    await world.give_contact(reach="+31 6 12345678")
    await world.run(world.hands)
    await world.claim()
    await world.close()
    await world.run(world.hands)
    assert klant.changed == []

    klant.rooms["internetaken"].clear()
    await world.happen(Reopened(at=world.clock.now(), by="Sanne", reason="toch niet"))
    await world.run(world.hands)

    assert (klant.changed, klant.all("internetaken")) == ([], [])
    assert [row.standing for row in await world.kept()] == ["done"]


async def test_a_case_that_comes_back_to_a_team_has_one_task_to_do(world, klant):
    await world.hand_over(urgent=True)
    for team in (OTHER_TEAM, TEAM):
        await world.run(world.hands)
        world.clock.move(minutes=1)
        await world.happen(Passed(at=world.clock.now(), by="Sanne", organisation=team, reason="hoort daar"))
    await world.give_contact(name="Fatima")
    await world.run(world.hands)

    assert [task["status"] for task in klant.all("internetaken")] == ["verwerkt", "verwerkt", "te_verwerken"]


async def test_a_second_question_of_the_same_resident_is_a_contact_of_its_own(world, klant):
    await world.hand_over(urgent=True)
    await world.run(world.hands)
    await world.claim()
    await world.close()
    world.clock.move(days=1)

    await world.happen(*[one.model_copy(update={"id": "2"}) if isinstance(one, Heard) else one
                         for one in world.story(TEAM, True, "Ik heb weer schulden")])  # fmt: skip
    await world.run(world.hands)

    assert (len(klant.all("klantcontacten")), len(klant.all("internetaken"))) == (2, 2)
    assert [task["status"] for task in klant.all("internetaken")] == ["verwerkt", "te_verwerken"]


async def test_a_team_that_the_other_system_knows_by_its_own_number_is_not_made(worlds, klant):
    actor = klant.made("actoren", {
        "naam": "Team", "soortActor": "organisatorische_eenheid", "indicatieActief": True,
        "actoridentificator": {"objectId": "x", "codeObjecttype": "", "codeRegister": "", "codeSoortObjectId": ""},
        "actorIdentificatie": {"omschrijving": "Team"},
    })  # fmt: skip
    place = TakesOver(
        name="gemeente", url=f"{klant.base}/klantinteracties/api/v1/", secret="TOKEN", teams=frozenset({TEAM}),
        actors={TEAM: actor["uuid"]},
    )  # fmt: skip
    places = Places(klantinteracties=(place,), private_hosts=frozenset({"127.0.0.1"}))
    async with worlds(places) as world, client(places.private_hosts, 5) as net:
        hands = Klantinteracties(
            places, {"TOKEN": SecretStr(TOKEN)}, net, world.assistant.conversation, lambda: world.guide
        )
        await world.hand_over(urgent=True)
        await world.run(world.courier({"klantinteracties": hands}))

    assert klant.all("internetaken")[0]["toegewezenAanActoren"][0]["uuid"] == actor["uuid"]


async def test_a_warning_goes_along_when_somebody_at_home_may_read(world, klant):
    danger = Understanding(language="nl", signals=("violence_at_home",))
    await world.hand_over(urgent=True)
    await world.happen(Heard(at=world.clock.now(), id="8", text="hij slaat mij", understanding=danger))

    await world.run(world.hands)

    assert klant.all("internetaken")[0]["toelichting"].startswith("Let op: iemand thuis kan meelezen")


def test_a_long_text_is_cut_behind_a_word():
    assert shorten("een twee drie", 9) == "een…"
    assert shorten("een twee", 9) == "een twee"
    assert len(shorten("x" * 50, 9)) == 9
