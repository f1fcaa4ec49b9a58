"""Calls another program over HTTP: to public addresses only, no redirects, within a time, an answer of bounded size."""

import asyncio
import ipaddress
import json
import logging
import socket
import ssl
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from bot.elsewhere.problems import Failed, Refused

_MOST_BYTES = 1_000_000  # of an answer
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_NEVER = {400, 404, 405, 410, 413, 415, 422}  # doing the same again gives the same

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddress(Exception):
    """A name led to an address that is not public."""


class OnlyPublic(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to all addresses of the hosts that are allowed.

    The address that was looked at is the one that is connected to, so that a name cannot lead elsewhere in between.
    """

    def __init__(self, private_hosts: AbstractSet[str]) -> None:
        self._private = private_hosts
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the form of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection. Raises PrivateAddress, and ConnectError when nothing answers."""
        problem: Exception = httpcore.ConnectError("no address")
        for address in await self._addresses(host, port):
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as unreachable:
                problem = unreachable
        raise problem

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never connect to a socket of this machine."""
        raise PrivateAddress

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as unknown:
            raise httpcore.ConnectError("unknown name") from unknown
        addresses = list(dict.fromkeys(str(where[0]) for *_, where in found))
        if host not in self._private and not all(map(is_public, addresses)):
            raise PrivateAddress
        return addresses


def is_public(written: str) -> bool:
    """Tell whether an address is one of the public internet, also when an IPv4 address is hidden in it."""
    address: _Address = ipaddress.ip_address(written.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inside = [one for one in hidden if one is not None]
        if not all(one.is_global for one in inside):
            return False
        if address.ipv4_mapped:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's own transport, over connections to public addresses."""

    def __init__(self, private_hosts: AbstractSet[str]) -> None:
        context = ssl.create_default_context()  # the certificates of the machine, so that one's own authority counts
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(ssl_context=context, network_backend=OnlyPublic(private_hosts))


def client(private_hosts: AbstractSet[str], seconds: float) -> httpx.AsyncClient:
    """Return a client that goes to the address it is given only: no proxy, no redirect, no cookie, nothing unpacked."""
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # they log addresses and headers
    return httpx.AsyncClient(
        transport=_Transport(private_hosts),
        headers={"Accept-Encoding": "identity", "User-Agent": "Wegwijs"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        timeout=seconds,
        trust_env=False,
        follow_redirects=False,
    )


async def call(client: httpx.AsyncClient, method: str, url: str, seconds: float, **what: Any) -> bytes:
    """Return the body of a good answer. Raises Failed or Refused. One limit of time holds for all of it."""
    try:
        async with asyncio.timeout(seconds), client.stream(method, url, **what) as answer:
            return _checked(answer, await _body(answer))
    except PrivateAddress:
        raise Refused("private_address") from None
    except (TimeoutError, httpx.TimeoutException):
        raise Failed("too_slow") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError):
        raise Failed("unreachable") from None


def read_object(body: bytes) -> Mapping[str, Any]:
    """Return an answer as an object of JSON. Raises Failed."""
    try:
        read = json.loads(body)
    except ValueError:
        raise Failed("wrong_answer") from None
    if not isinstance(read, dict):
        raise Failed("wrong_answer")
    return read


async def _body(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > _MOST_BYTES:
            raise Failed("wrong_answer", "too large")
    return bytes(read)


def _checked(answer: httpx.Response, body: bytes) -> bytes:
    status = answer.status_code
    if answer.is_success:
        return body
    if 300 <= status < 400:
        raise Refused("redirect")
    raise (Refused if status in _NEVER else Failed)("status", f"{status}{_invalid(body)}")


def _invalid(body: bytes) -> str:
    """Return which fields were refused and why, as names and codes; never the sentences, which may quote a value."""
    try:
        faults = json.loads(body)["invalidParams"]
        return "".join(f" {one['name']}={one['code']}" for one in faults)
    except (ValueError, KeyError, TypeError):
        return ""
