"""What is measured can be scraped by who has the token, adds up, and holds nothing of anybody."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.assistant import Assistant
from bot.messages import Incoming
from bot.ports import StoreAway
from bot.queue import Case
from bot.settings import Settings
from bot.standing import Queue
from bot.stores.memory import MemoryStore
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from bot.watch.metrics import Metrics
from bot.watch.routes import add_watch
from bot.watch.tracing import Tracer

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TOKEN = "0123456789abcdef"
SHOWN = {"authorization": f"Bearer {TOKEN}"}


class SetClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def store(tmp_path):
    url = f"sqlite:///{tmp_path}/wegwijs.db"
    await asyncio.to_thread(migrate, url)
    store = SqlStore(url)
    yield store
    await store.close()


@pytest.fixture
def assistant(real_minds, store) -> Assistant:
    return Assistant(store, real_minds, SetClock())


@pytest.fixture
async def client(assistant):
    app = FastAPI()

    @app.get("/gesprek/{number}")
    async def page(number: str) -> str:
        return number

    add_watch(app, assistant, Settings(database_url="sqlite:///x", metrics_token=TOKEN))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://wegwijs.test") as client:
        yield client


async def figures(client) -> dict[str, float]:
    """Return each figure by its name and labels."""
    text = (await client.get("/metrics", headers=SHOWN)).text
    return {name: float(value) for name, value in re.findall(r"^(wegwijs\S*) (\S+)$", text, re.M)}


def a_case(number: int, promised: datetime, team: str = "utrecht-dock") -> Case:
    at = NOW - timedelta(hours=number)
    return Case(
        conversation=f"web:{number}", organisation=team, state="waiting", urgent=number == 1, owner=None, themes=(),
        signals=(), wijk=None, language="nl", opened_at=at, last_heard_at=at, since=at, promised=promised,
    )  # fmt: skip


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer 0123456789abcdeX"}])
async def test_nobody_without_the_token_sees_figures(client, headers):
    answer = await client.get("/metrics", headers=headers)

    assert answer.status_code == 403
    assert "wegwijs" not in answer.text


async def test_without_a_token_there_is_no_such_door(assistant):
    app = FastAPI()
    add_watch(app, assistant, Settings(database_url="sqlite:///x"))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://wegwijs.test") as client:
        assert (await client.get("/metrics", headers=SHOWN)).status_code == 404


async def test_turns_danger_and_uncertainty_are_counted(client, assistant):
    for number, text in enumerate(("ik heb schulden", "ik wil dood", "hmtja")):
        await assistant.handle(Incoming(id=str(number), conversation="web:anna", text=text))

    found = await figures(client)

    assert found['wegwijs_turns_total{channel="web",outcome="asked"}'] >= 1
    assert sum(value for name, value in found.items() if name.startswith("wegwijs_turns_total")) == 3
    assert found['wegwijs_safety_hits_total{signal="suicide"}'] == 1
    assert found['wegwijs_turn_seconds_count{channel="web"}'] == 3
    assert found["wegwijs_confidence_count"] >= 1


async def test_queues_and_promises_are_told_by_municipality(client, store):
    promises = (NOW - timedelta(minutes=1), NOW + timedelta(hours=3), NOW + timedelta(hours=5))
    for number, promised in enumerate(promises, start=1):
        await store.append(f"web:{number}", (), after=0, case=a_case(number, promised))
    await store.append("web:9", (), after=0, case=a_case(9, promises[2], "amersfoort-gemeente"))

    found = await figures(client)

    assert found['wegwijs_queue_waiting{municipality="utrecht"}'] == 3
    assert found['wegwijs_queue_age_seconds{municipality="utrecht"}'] == 3 * 3600
    assert found['wegwijs_promises_late{municipality="utrecht"}'] == 1
    assert found['wegwijs_promises_at_risk{municipality="utrecht"}'] == 1
    assert found['wegwijs_queue_waiting{municipality="amersfoort"}'] == 1


async def test_postgresql_tells_the_same(postgres_url):
    await asyncio.to_thread(migrate, postgres_url)
    store = SqlStore(postgres_url)
    await store.append("web:1", (), after=0, case=a_case(1, NOW + timedelta(hours=3)))

    found = await store.standing(NOW, lambda _: "utrecht")
    await store.close()

    assert found.queues == (Queue(municipality="utrecht", waiting=1, age=3600.0, at_risk=1, late=0),)
    assert (found.letters, found.dead_letters, found.stuck, found.failing) == (0, 0, 0, 0)


async def test_routes_are_told_as_we_wrote_them_and_not_as_they_were_asked(client):
    await client.get("/gesprek/web:geheim")
    await client.get("/bestaat/niet/06-12345678")

    text = (await client.get("/metrics", headers=SHOWN)).text

    assert 'route="/gesprek/{number}"' in text
    assert 'route="other"' in text
    assert "geheim" not in text
    assert "12345678" not in text


async def test_nothing_that_somebody_typed_or_is_called_stands_among_the_figures(client, assistant):
    texts = ("ik heet Marktekst en heb schulden", "ik woon in MARKTEKST", '/inform{"city": "marktekst"}')
    for number, text in enumerate(texts):
        await assistant.handle(Incoming(id=str(number), conversation="web:marktekst", text=text))

    text = (await client.get("/metrics", headers={**SHOWN, "x-request-id": "marktekst-1"})).text

    assert "marktekst" not in text.lower()


async def test_each_answer_has_the_number_of_its_request_and_a_proxys_number_is_taken_over(client):
    ours = await client.get("/gesprek/1")
    theirs = await client.get("/gesprek/1", headers={"x-request-id": "van-de-proxy-1"})
    strange = await client.get("/gesprek/1", headers={"x-request-id": "<script>alert(1)"})

    assert re.fullmatch(r"[0-9a-f]{16}", ours.headers["x-request-id"])
    assert theirs.headers["x-request-id"] == "van-de-proxy-1"
    assert re.fullmatch(r"[0-9a-f]{16}", strange.headers["x-request-id"])


async def test_the_figures_say_when_only_phone_and_people_are_left_and_when_the_store_is_away(client, assistant):
    assistant.health.broken = frozenset({"understanding"})
    await assistant.store.close()
    assistant.store = Away()

    found = await figures(client)

    assert found["wegwijs_people_only"] == 1
    assert found["wegwijs_up"] == 0


class Away(MemoryStore):
    async def standing(self, now, municipality_of):
        raise StoreAway("weg")


async def test_a_trace_tells_how_long_and_on_which_channel_and_not_what_went_wrong_in_words(real_minds):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    metrics = Metrics(Tracer(provider.get_tracer("wegwijs")))

    with pytest.raises(RuntimeError), metrics.turn("web"):
        raise RuntimeError("marktekst")

    (span,) = exporter.get_finished_spans()
    assert span.name == "turn"
    assert span.attributes == {"wegwijs.channel": "web", "error.type": "RuntimeError"}
    assert "marktekst" not in span.to_json()
