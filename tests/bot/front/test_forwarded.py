"""Who asks is who a proxy of ours says, in one header or the other; what anybody else says changes nothing."""

import httpx
import pytest
from fastapi import FastAPI, Request

from bot.server import config_of
from bot.settings import settings_from

PROXY, STRANGER = "10.0.0.5", "203.0.113.9"


def served(app: FastAPI) -> object:
    """Return an application as the server runs it, behind two proxies."""
    told = {"WEGWIJS_DATABASE_URL": "sqlite://", "WEGWIJS_PROXIES": f"{PROXY},10.1.0.0/16"}
    config = config_of(app, settings_from(told))
    config.load()
    return config.loaded_app


@pytest.fixture(scope="module")
def echo():
    app = FastAPI()

    @app.get("/")
    def who(request: Request) -> list[str]:
        return [request.client.host, request.url.scheme]

    return served(app)


async def who(app, peer: str, *headers: tuple[str, str]) -> list[str]:
    """Return the address and the scheme that a request has that comes from this peer."""
    transport = httpx.ASGITransport(app, client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://wegwijs.test") as client:
        return (await client.get("/", headers=list(headers))).json()


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("for=192.0.2.43", "192.0.2.43"),
        ('For="192.0.2.43:4711";by=203.0.113.43', "192.0.2.43"),
        ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=198.51.100.1, for=192.0.2.43", "192.0.2.43"),  # the resident told the first
        ("for=192.0.2.43, for=10.1.2.3", "192.0.2.43"),  # two proxies of ours
        ('for=198.51.100.1;host="x, for=198.51.100.2", for=192.0.2.43', "192.0.2.43"),
        ("for=192.0.2.43, for=unknown", "unknown"),
        ('for="198.51.100.1, for=192.0.2.43', PROXY),  # broken off, to hide what the proxy added
        ("for=198.51.100.1 for=192.0.2.43", PROXY),
        ("", PROXY),
    ],
)
async def test_a_proxy_of_ours_tells_who_asks(echo, told, address):
    assert await who(echo, PROXY, ("forwarded", told)) == [address, "http"]


async def test_it_may_take_several_headers_and_tells_how_the_resident_came(echo):
    told = (("forwarded", "for=198.51.100.1;proto=http"), ("forwarded", "for=192.0.2.43;proto=https"))

    assert await who(echo, PROXY, *told) == ["192.0.2.43", "https"]


async def test_the_older_header_counts_where_both_are_there(echo):
    told = (("forwarded", "for=198.51.100.1;proto=https"), ("x-forwarded-for", "192.0.2.43"))

    assert await who(echo, PROXY, *told) == ["192.0.2.43", "http"]


@pytest.mark.parametrize("name", ["forwarded", "x-forwarded-for"])
async def test_what_anybody_else_tells_changes_nothing(echo, name):
    told = "for=198.51.100.1;proto=https" if name == "forwarded" else "198.51.100.1"

    assert await who(echo, STRANGER, (name, told)) == [STRANGER, "http"]


@pytest.mark.parametrize(("peer", "turned_away"), [(PROXY, False), (STRANGER, True)])
async def test_who_comes_through_a_proxy_of_ours_is_counted_apart_and_who_says_so_is_not(make_app, peer, turned_away):
    transport = httpx.ASGITransport(served(make_app(WEGWIJS_LIMITS="0.01")), client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://wegwijs.test") as client:
        told = [
            (await client.get("/nowhere", headers={"forwarded": f"for=192.0.2.{n}"})).status_code for n in range(16)
        ]

    assert (told[-1] == 429) is turned_away
