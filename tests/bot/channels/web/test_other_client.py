"""A web chat that others made holds a conversation with our server: rasa-webchat, on a website of another origin."""

import asyncio
import json
import os
import shutil
import subprocess
import tarfile
import threading
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from hashlib import sha512
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi import FastAPI
from platformdirs import user_cache_path
from playwright.sync_api import Browser, Locator, Page, Route, expect

from bot.assistant import Assistant
from bot.channels.rasa.socket_io import Pace, Sockets
from bot.channels.web import web_routes

CLIENT = json.loads((Path(__file__).parent / "rasa-webchat.json").read_text("utf-8"))
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"  # those of the machine, which Node does not read by itself
PAGE = """<!doctype html><html lang="nl"><title>Gemeente</title><h1>Gemeente</h1><script src="client.js"></script>
<script>
const settings = {{ socketUrl: "{address}", socketPath: "/socket.io/", params: {{ storage: "session" }} }};
WebChat.default({{ ...settings, customMessageDelay: () => 0 }}, null); // by itself it waits seconds between messages
</script></html>"""


@pytest.fixture(scope="module")
def client_file(needs) -> Path:
    """Return the script of the client, fetched once into the cache of this user, with the hash that we know."""
    needs(shutil.which("npm"), "there is no npm: apt-get install npm")
    name, version = CLIENT["name"], CLIENT["version"]
    home = user_cache_path("wegwijs") / f"test-{name}-{version}"
    packed = home / f"{name}-{version}.tgz"
    if not packed.exists():
        home.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", f"{name}@{version}", "--pack-destination", str(home), "--silent"]
        environment = {"NODE_EXTRA_CA_CERTS": AUTHORITIES, **os.environ}
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    assert f"sha512-{b64encode(sha512(packed.read_bytes()).digest()).decode()}" == CLIENT["integrity"]
    with tarfile.open(packed) as files:
        files.extract("package/lib/index.js", home, filter="data")
    return home / "package" / "lib" / "index.js"


@pytest.fixture
def app(assistant: Assistant, shutdown: asyncio.Event) -> FastAPI:
    """The server with our own page and with the channel that clients of Rasa speak."""
    sockets = Sockets(assistant, Pace(look=0.1, rest=0.1))

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        speaking = asyncio.create_task(sockets.speak(shutdown))
        yield
        shutdown.set()
        await speaking

    app = FastAPI(lifespan=life)
    app.include_router(web_routes(assistant, shutdown=shutdown))
    sockets.mount_on(app)
    return app


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and tells nobody."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def town(tmp_path: Path, server, client_file: Path) -> Iterator[str]:
    """Return the address of a website of another origin with the client on it."""
    (tmp_path / "index.html").write_text(PAGE.format(address=server.address), "utf-8")
    shutil.copy(client_file, tmp_path / "client.js")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as website:
        thread = threading.Thread(target=website.serve_forever)
        thread.start()
        yield f"http://localhost:{website.server_port}"
        website.shutdown()
        thread.join()


@pytest.fixture
def page(chromium: Browser, server, town: str) -> Iterator[Page]:
    """Return the page; whatever the client asks of others (a font) stays behind."""
    context = chromium.new_context()

    def at_home(route: Route) -> None:
        if route.request.url.startswith((server.address, town)):
            route.continue_()
        else:
            route.abort()

    context.route("**/*", at_home)
    page = context.new_page()
    page.goto(town)
    yield page
    context.close()


def said(page: Page, text: str) -> Locator:
    """Return what the server said, as this client shows it."""
    return page.locator(".rw-response").filter(has_text=text)


def say(page: Page, text: str) -> None:
    page.locator(".rw-new-message").fill(text)
    page.locator(".rw-new-message").press("Enter")


def test_rasa_webchat_on_another_site_asks_answers_with_a_button_and_gets_the_referral(page, server):
    page.locator(".rw-launcher").click()
    say(page, "Ik kom niet rond met mijn geld")
    expect(said(page, "Ik ben een computer, geen mens.")).to_have_count(1)
    expect(said(page, "Waar woont u?")).to_have_count(1)

    say(page, "Overvecht")
    expect(said(page, "Is er al een datum")).to_have_count(1)
    page.locator(".rw-reply", has_text="Weet ik niet").click()
    expect(said(page, "Wonen er kinderen")).to_have_count(1)
    page.reload()  # it asks for its session again
    expect(said(page, "Wonen er kinderen")).to_have_count(1)
    page.locator(".rw-reply", has_text="Weet ik niet").click()

    expect(said(page, "Buurtteam Sociaal (Overvecht)").first).to_be_visible()
    (events,) = server.assistant.store._events.values()
    assert [event.text for event in events if event.kind == "heard"][:2] == [
        "Ik kom niet rond met mijn geld",
        "Overvecht",
    ]
    assert sum(event.kind == "heard" for event in events) == 4
