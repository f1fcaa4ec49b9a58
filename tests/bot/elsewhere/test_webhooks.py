"""Webhooks to a program that listens on a port: signed, to public addresses only, never redirected, within a time."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
import standardwebhooks
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bot.elsewhere import webhook
from bot.elsewhere.load import key_of
from bot.elsewhere.net import client, is_public
from bot.elsewhere.webhook import Webhooks, headers
from bot.places import Hears, Places

PRIVATE = frozenset({"127.0.0.1"})


class Ear:
    """Keeps what it hears, and answers with the next of `answers`."""

    def __init__(self):
        self.heard = []
        self.answers = []

    async def __call__(self, request):
        self.heard.append((request.headers, await request.body()))
        return self.answers.pop(0) if self.answers else Response(status_code=204)


@pytest.fixture
async def ear(program):
    ear = Ear()
    async with program(ear) as ear.base:
        yield ear


@pytest.fixture
def telling(worlds, ear, secret):
    """Return what makes a world in which the ear hears, with the courier that tells it."""

    @asynccontextmanager
    async def make(url=None, private=PRIVATE, **place):
        hears = Hears(name="oor", url=url or f"{ear.base}/hook", secret="KEY", **place)
        places = Places(webhooks=(hears,), private_hosts=private)
        async with worlds(places) as world, client(private, 5) as net:
            world.teller = world.courier({"webhook": Webhooks(places, {"KEY": secret}, net, world.clock)})
            yield world

    return make


def test_the_signature_is_that_of_the_example_of_the_specification(secret):
    signed = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', key_of(secret))

    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_library_of_others_accepts_what_we_send(telling, ear, secret, monkeypatch):
    async with telling() as world:
        await world.hand_over()
        await world.run(world.teller)

    ((sent, body),) = ear.heard
    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", _clock(world.clock.now()))
    told = standardwebhooks.Webhook(secret.get_secret_value()).verify(body, dict(sent))
    assert told["type"] == "case.opened"
    assert sent["content-type"] == "application/json"


def _clock(now):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now.astimezone(tz)

    return Clock


async def test_what_is_tried_again_has_the_same_number_and_a_new_moment(telling, ear):
    ear.answers = [Response(status_code=503)]
    async with telling() as world:
        await world.hand_over()
        await world.run(world.teller)

    (first, body), (second, again) = ear.heard
    assert first["webhook-id"] == second["webhook-id"] == json.loads(body)["id"]
    assert body == again
    assert first["webhook-timestamp"] < second["webhook-timestamp"]
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_who_wants_only_some_events_hears_only_those(telling, ear):
    async with telling(events=frozenset({"case.closed"})) as world:
        await world.hand_over()
        await world.claim()
        await world.close()
        await world.run(world.teller)

    assert [json.loads(body)["type"] for _, body in ear.heard] == ["case.closed"]


@pytest.mark.parametrize(
    ("answer", "problem", "standing"),
    [
        (lambda: RedirectResponse("http://127.0.0.1:9/"), "redirect", "dead"),
        (lambda: Response(status_code=410), "status:410", "dead"),
        (lambda: Response(status_code=401), "status:401", "waiting"),
        (lambda: Response(status_code=500), "status:500", "waiting"),
        (lambda: StreamingResponse(b"x" * 100_000 for _ in range(100)), "wrong_answer:too large", "waiting"),
    ],
)
async def test_a_bad_answer_is_told_and_not_followed(telling, ear, answer, problem, standing):
    ear.answers = [answer()]
    async with telling() as world:
        await world.hand_over()
        await world.teller.run_due()

        assert [(one.problem, one.standing) for one in await world.deliveries.failing(None)] == [(problem, standing)]
    assert len(ear.heard) == 1


async def test_an_answer_that_drips_in_is_not_waited_for(telling, ear, monkeypatch):
    async def drops():
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(0.05)

    monkeypatch.setattr(webhook, "SECONDS", 0.3)
    ear.answers = [StreamingResponse(drops())]
    async with telling() as world:
        await world.hand_over()
        await world.teller.run_due()

        assert [one.problem for one in await world.deliveries.failing(None)] == ["too_slow"]


async def test_nothing_goes_to_a_private_address_that_is_not_allowed(telling, ear):
    async with telling(private=frozenset()) as world:
        await world.hand_over()
        await world.teller.run_due()

        assert [one.problem for one in await world.deliveries.failing(None)] == ["private_address"]
    assert ear.heard == []


async def test_a_public_name_that_leads_to_a_private_address_is_found_out(telling, ear):
    url = ear.base.replace("127.0.0.1", "localhost") + "/hook"
    async with telling(url=url) as world:  # 127.0.0.1 is allowed, a name that leads there is not
        await world.hand_over()
        await world.teller.run_due()

        assert [one.problem for one in await world.deliveries.failing(None)] == ["private_address"]
    assert ear.heard == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_seen_in_every_form(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_a_public_address_is_public(address):
    assert is_public(address)


async def test_a_place_that_is_no_longer_in_the_settings_is_shown(telling, ear):
    async with telling() as world:
        await world.hand_over()
        (row,) = await world.kept()
        gone = (await world.deliveries.due("webhook", "oor", world.clock.now()))[0].model_copy(update={"place": "weg"})
        carrier = Webhooks(Places(), {}, client(PRIVATE, 5), world.clock)

        problem = await world.courier({"webhook": carrier})._problem(gone)

        assert (problem.problem, row.kind) == ("no_such_place", "webhook")
