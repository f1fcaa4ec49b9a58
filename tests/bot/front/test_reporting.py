"""`/.well-known/security.txt`, as RFC 9116 wants it."""

from datetime import date, datetime, timedelta

import httpx
import pytest
import time_machine

from bot.settings import settings_from

TODAY = date(2026, 11, 23)
NOON = datetime.fromisoformat("2026-11-23T12:00:00+01:00")


async def fetched(app) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://w.test") as client:
        return await client.get("/.well-known/security.txt")


@pytest.fixture
def on_monday():
    with time_machine.travel(NOON, tick=False):
        yield


async def test_it_names_whom_to_tell_and_until_when(make_app, on_monday):
    app = make_app(
        WEGWIJS_SECURITY_CONTACT="mailto:lek@wegwijs.example, https://wegwijs.example/lek",
        WEGWIJS_SECURITY_EXPIRES="2027-06-01",
        WEGWIJS_PUBLIC_URL="https://wegwijs.example/",
    )

    found = await fetched(app)

    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    assert found.text == (
        "Contact: mailto:lek@wegwijs.example\n"
        "Contact: https://wegwijs.example/lek\n"
        "Expires: 2027-06-01T23:59:59Z\n"
        "Preferred-Languages: nl, en\n"
        "Canonical: https://wegwijs.example/.well-known/security.txt\n"
    )


async def test_without_a_contact_there_is_none(make_app):
    assert (await fetched(make_app())).status_code == 404


async def test_after_its_last_day_it_is_gone(make_app, on_monday):
    told = {"WEGWIJS_SECURITY_CONTACT": "mailto:lek@wegwijs.example", "WEGWIJS_SECURITY_EXPIRES": "2026-11-22"}

    assert (await fetched(make_app(**told))).status_code == 404


@pytest.mark.parametrize(
    ("contact", "expires", "told"),
    [
        ("lek@wegwijs.example", "2027-06-01", "must begin with mailto:"),
        ("mailto:lek@wegwijs.example", "", "a day such as"),
        ("mailto:lek@wegwijs.example", "volgend jaar", "a day such as"),
        ("mailto:lek@wegwijs.example", (TODAY + timedelta(days=366)).isoformat(), "more than a year ahead"),
    ],
)
def test_a_slip_in_the_settings_is_told_at_the_start(on_monday, contact, expires, told):
    with pytest.raises(ValueError, match=told):
        settings_from({"WEGWIJS_SECURITY_CONTACT": contact, "WEGWIJS_SECURITY_EXPIRES": expires})
