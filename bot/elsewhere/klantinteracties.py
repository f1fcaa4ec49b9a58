"""Hands a case over to a municipality's own system by the Klantinteracties API of VNG (Open Klant).

The API has no key that makes a call count once. So each thing is looked for before it is made, by a mark of ours or
by what it belongs to, and what was found or made is kept: after any fault it goes on from there.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import httpx

from bot.conversation import Conversation
from bot.deliveries import Delivery, Keep
from bot.elsewhere import klantcontact as words
from bot.elsewhere.load import Secrets
from bot.elsewhere.net import call, read_object
from bot.elsewhere.problems import Failed, Refused
from bot.places import Places, TakesOver
from bot.queue import case_number
from referral.guide import Guide

Read = Callable[[str], Awaitable[Conversation]]

SECONDS = 10.0  # for one call


class Klantinteracties:
    """Hands cases over, each to the system of its team."""

    def __init__(
        self,
        places: Places,
        secrets: Secrets,
        client: httpx.AsyncClient,
        read: Read,
        guide: Callable[[], Guide],
        public_url: str | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._places = {place.name: place for place in places.klantinteracties}
        self._secrets = secrets
        self._client = client
        self._read = read
        self._guide = guide
        self._public_url = public_url.rstrip("/") if public_url else None
        self._seconds = seconds

    async def carry(self, delivery: Delivery, keep: Keep) -> None:
        """Hand a case over; when its team no longer has it, end the task that was made for it. Raises Failed."""
        if (place := self._places.get(delivery.place)) is None or delivery.conversation is None:
            raise Refused("no_such_place")
        case = await self._read(delivery.conversation)
        api = Api(self._client, place, self._secrets, self._seconds)
        link = f"{self._public_url}/staff/cases/{case_number(case.id)}" if self._public_url else None
        handing_over = HandingOver(api, place, delivery, case, self._guide(), link, keep)
        if words.still_theirs(case, delivery.team, delivery.made_at):
            await handing_over.run()
        else:
            await handing_over.end()


class Api:
    """The calls, at one system."""

    def __init__(self, client: httpx.AsyncClient, place: TakesOver, secrets: Secrets, seconds: float) -> None:
        self._client = client
        self._base = place.url.rstrip("/")
        self._token = secrets[place.secret]
        self._seconds = seconds

    async def find(self, path: str, **by: str) -> tuple[Mapping[str, Any], ...]:
        """Return what there is (the first page of it)."""
        results = read_object(await self._call("GET", path, params=by)).get("results")
        if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
            raise Failed("wrong_answer")
        return tuple(results)

    async def read(self, path: str) -> Mapping[str, Any]:
        """Return one thing."""
        return read_object(await self._call("GET", path))

    async def make(self, path: str, body: words.Body) -> Mapping[str, Any]:
        """Return what was made."""
        return read_object(await self._call("POST", path, json=body))

    async def change(self, path: str, body: words.Body) -> None:
        """Change what is there."""
        await self._call("PATCH", path, json=body)

    async def _call(self, method: str, path: str, **what: Any) -> bytes:
        signed = {"Authorization": f"Token {self._token.get_secret_value()}"}
        return await call(self._client, method, f"{self._base}/{path}", self._seconds, headers=signed, **what)


class HandingOver:
    """One case on its way over. `known` are the numbers that the other system gave for what is there."""

    def __init__(
        self,
        api: Api,
        place: TakesOver,
        delivery: Delivery,
        case: Conversation,
        guide: Guide,
        link: str | None,
        keep: Keep,
    ) -> None:
        self._api = api
        self._place = place
        self._mark = delivery.id
        self._team = delivery.team
        self._case = case
        self._guide = guide
        self._link = link
        self._keep = keep
        self._known = dict(delivery.progress)

    async def run(self) -> None:
        """See to it that everything is there, once. Raises Failed."""
        bot = await self._actor("bot", words.REGISTER, words.bot_actor())
        if (team := self._place.actors.get(self._team)) is None:
            team = await self._actor("team", self._team, words.actor(self._team, self._guide))
        contact, resident = await self._contact()
        taken = await self._address(resident)
        await self._handled_by(bot, contact)
        await self._task(contact, team, in_text=not taken)
        if self._known.get("status") == words.DONE:  # by us; what they did themselves stays
            await self._stands(self._known["taak"], words.to_do())

    async def end(self) -> None:
        """See to it that no task is left to do, when one was made. Raises Failed."""
        if "taak" not in self._known and "klantcontact" in self._known:  # it may be there without our knowing
            for task in await self._tasks(self._known["klantcontact"]):
                await self._note("taak", uuid_of(task))
        if "taak" in self._known and self._known.get("status") != words.DONE:
            await self._stands(self._known["taak"], words.done(self._case))

    async def _stands(self, task: str, body: words.Body) -> None:
        """Change how a task stands, unless it stands so already or is not there any more."""
        try:
            if (await self._api.read(f"internetaken/{task}")).get("status") != body["status"]:
                await self._api.change(f"internetaken/{task}", body)
        except Refused as refused:
            if refused.problem != "status:404":
                raise
        await self._note("status", body["status"])

    async def _tasks(self, contact: str) -> tuple[Mapping[str, Any], ...]:
        return await self._api.find("internetaken", aanleidinggevendKlantcontact__uuid=contact)

    async def _actor(self, step: str, number: str, body: words.Body) -> str:
        if step not in self._known:
            by = {"actoridentificatorObjectId": number, "actoridentificatorCodeRegister": words.REGISTER}
            found = await self._api.find("actoren", **by)
            await self._note(step, uuid_of(found[0] if found else await self._api.make("actoren", body)))
        return self._known[step]

    async def _contact(self) -> tuple[str, str]:
        """Return the contact and the resident; of one that was there already the name may be newer now."""
        if "klantcontact" in self._known:
            contact, resident = self._known["klantcontact"], self._known["betrokkene"]
            await self._name(resident)
        elif found := await self._api.find("klantcontacten", **self._by_mark()):
            contact, resident = uuid_of(found[0]), uuid_of(_first(found[0], "hadBetrokkenen"))
            await self._name(resident)
        else:
            made = await self._api.make("maak-klantcontact", words.contact(self._case, self._mark, self._guide))
            contact, resident = uuid_of(made.get("klantcontact")), uuid_of(made.get("betrokkene"))
        await self._note("betrokkene", resident)
        await self._note("klantcontact", contact)
        return contact, resident

    def _by_mark(self) -> Mapping[str, str]:
        which = "onderwerpobject__onderwerpobjectidentificator"
        return {f"{which}ObjectId": self._mark, f"{which}CodeRegister": words.REGISTER}

    async def _name(self, resident: str) -> None:
        if self._case.name:
            await self._api.change(f"betrokkenen/{resident}", words.named(self._case))

    async def _address(self, resident: str) -> bool:
        """Tell whether the other system has the address that the resident gave, False when it does not take it."""
        if not self._case.reach:
            return True
        known = await self._api.find("digitaleadressen", verstrektDoorBetrokkene__uuid=resident)
        if any(one.get("adres") == words.bare(self._case.reach) for one in known):
            return True
        try:
            await self._api.make("digitaleadressen", words.address(self._case.reach, resident))
        except Refused as refused:
            if refused.problem.startswith("status:400") and "taak" not in self._known:
                return False
            raise
        return True

    async def _handled_by(self, bot: str, contact: str) -> None:
        if not await self._api.find("actorklantcontacten", actor__uuid=bot, klantcontact__uuid=contact):
            await self._api.make("actorklantcontacten", {"actor": {"uuid": bot}, "klantcontact": {"uuid": contact}})

    async def _task(self, contact: str, team: str, *, in_text: bool) -> None:
        if "taak" in self._known:
            return
        found = await self._tasks(contact)
        task = words.task(self._case, contact, team, self._guide, self._link, reach=in_text)
        await self._note("taak", uuid_of(found[0] if found else await self._api.make("internetaken", task)))

    async def _note(self, step: str, number: str) -> None:
        """Keep a number, so that what comes after a fault goes on from here."""
        if self._known.get(step) != number:
            self._known[step] = number
            await self._keep(self._known)


def uuid_of(thing: object) -> str:
    """Return the number of something in an answer. Raises Failed."""
    try:
        return str(UUID(thing["uuid"]))  # type: ignore[index]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Failed("wrong_answer") from None


def _first(thing: Mapping[str, Any], name: str) -> object:
    found = thing.get(name)
    return found[0] if isinstance(found, list) and found else None
