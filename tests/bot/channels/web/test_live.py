"""What is new reaches an open page: over a real server, since only that streams."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from bot.channels.web import live
from bot.ports import StoreAway


@pytest.fixture
def browser(server) -> Iterator[httpx.Client]:
    """Return a browser that has a conversation."""
    with httpx.Client(base_url=server.address, timeout=5) as client:
        client.post("/chat", data={"message": "Ik kom niet rond met mijn geld"})
        yield client


@contextmanager
def listening(client: httpx.Client, after: int = 0, **headers: str) -> Iterator[Iterator[dict[str, str]]]:
    """Open the stream of news, as a page does."""
    with client.stream("GET", f"/chat/events?taal=nl&na={after}", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield news_of(stream)


def news_of(stream: httpx.Response) -> Iterator[dict[str, str]]:
    """Give each event as its fields; comments keep the line open and are passed by."""
    event: dict[str, str] = {}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if line and not line.startswith(":"):
            event[name] = f"{event[name]}\n{value}" if name in event else value
        elif not line and "data" in event:
            yield event
            event = {}


def test_a_page_that_opens_hears_what_it_has_not_seen(browser):
    with listening(browser, after=1) as news:
        event = next(news)

    assert (event["event"], event["id"]) == ("bericht", "3")
    assert "Waar woont u?" in event["data"]
    assert "<html" not in event["data"]


def test_a_lost_line_goes_on_behind_the_last_event_it_heard(browser, server, colleague):
    server.happens(browser.cookies["wegwijs"], *colleague("Dag, ik kijk mee."))

    with listening(browser, after=0, **{"last-event-id": "6"}) as news:
        event = next(news)

    assert event["id"] == "7"
    assert "Dag, ik kijk mee." in event["data"]


def test_what_a_colleague_says_arrives_by_itself(browser, server, colleague):
    with listening(browser, after=3) as news:
        server.happens(browser.cookies["wegwijs"], *colleague("Dag, ik kijk mee."))
        claimed, said = next(news), next(news)

    assert "U praat nu met een mens." in claimed["data"]
    assert "Sanne, medewerker van Gemeente Utrecht" in said["data"]


def test_a_second_tab_hears_what_is_typed_in_the_first(browser):
    with listening(browser, after=3) as news:
        browser.post("/chat", data={"message": "Overvecht"})
        typed = next(news)

    assert "Overvecht" in typed["data"]


def test_a_tab_that_stays_open_hears_that_all_was_erased(browser):
    with listening(browser, after=3) as news:
        browser.post("/chat/wis", data={}, cookies=dict(browser.cookies))
        event = next(news)

    assert event["event"] == "gewist"


def test_who_has_no_conversation_is_told_not_to_ask_again(server):
    answer = httpx.get(f"{server.address}/chat/events")

    assert answer.status_code == 204


def test_a_stream_does_not_last_for_ever_and_who_asks_again_misses_nothing(browser, monkeypatch):
    monkeypatch.setattr(live, "LONGEST", 0.5)

    with listening(browser, after=0) as news:
        seen = [event["id"] for event in news]
    browser.post("/chat", data={"message": "Overvecht"})
    with listening(browser, **{"Last-Event-ID": seen[-1]}) as news:
        told = "".join(event["data"] for event in news)

    assert "Overvecht" in told
    assert "Ik kom niet rond" not in told


def test_when_the_store_goes_away_the_stream_ends_and_the_browser_asks_again(browser, server, monkeypatch):
    async def nobody(_: str) -> None:
        raise StoreAway

    monkeypatch.setattr(server.assistant.store, "read", nobody)

    with listening(browser, after=0) as news:
        assert list(news) == []


def test_an_open_stream_does_not_hold_up_the_end_of_the_server(browser, server):
    with listening(browser, after=3) as news:
        server.stop()
        began = time.monotonic()
        assert list(news) == []

    assert time.monotonic() - began < 1
