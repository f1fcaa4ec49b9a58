"""From the settings to a server that tells: what `wegwijs serve` puts together."""

import asyncio
import subprocess
import sys
from pathlib import Path

from starlette.responses import Response

from bot.elsewhere.together import courier_for
from bot.places import NOWHERE, Hears, Places
from bot.server import _tell
from bot.settings import settings_from


async def note(delivery):
    """Note nothing."""


async def test_a_server_tells_what_is_due_until_it_stops(worlds, program, secret):
    heard = asyncio.Event()

    async def ear(request):
        heard.set()
        return Response()

    async with program(ear) as base:
        place = Hears(name="oor", url=f"{base}/hook", secret="KEY")
        places = Places(webhooks=(place,), private_hosts=frozenset({"127.0.0.1"}))
        async with worlds(places) as world:
            environment = {"KEY": secret.get_secret_value()}
            courier = courier_for(places, settings_from({}), world.deliveries, world.assistant, note, environment)
            await world.hand_over()
            stop = asyncio.Event()
            telling = asyncio.create_task(_tell(courier, stop))

            await asyncio.wait_for(heard.wait(), 20)
            stop.set()
            await asyncio.wait_for(telling, 20)


async def test_without_places_there_is_nobody_to_tell(worlds):
    async with worlds(NOWHERE) as world:
        assert courier_for(NOWHERE, settings_from({}), world.deliveries, world.assistant, note, {}) is None


def test_the_command_shows_every_fault_and_ends_badly(tmp_path):
    file = tmp_path / "elsewhere.yaml"
    file.write_text("webhooks: [{name: oor, url: 'http://x.nl', secret: KEY}]\nmail: {nobody: [a@b.nl]}", "utf-8")

    done = subprocess.run(
        [Path(sys.executable).with_name("wegwijs"), "elsewhere", "check"],
        capture_output=True, check=False, text=True, timeout=300,
        env={"WEGWIJS_ELSEWHERE": str(file), "HOME": str(tmp_path)},
    )  # fmt: skip

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3
