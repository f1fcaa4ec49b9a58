"""Who asks what is kept of their conversation gets every row of every table that has one."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import BigInteger, Integer, insert, select

from bot.audit import Line
from bot.events import Closed, ContactGiven, HandedOver, Heard, Noted, Said
from bot.inzage import WITHHELD, Copy, as_html, as_json, for_resident
from bot.messages import Part, Reply
from bot.queue import Case, case_number
from bot.stores.audit import SqlTrail
from bot.stores.tables.base import Moment
from bot.stores.tables.every import METADATA, of_a_conversation
from intents.model import Understanding

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WHO = "telegram:anna"
CASE = Case(
    conversation=WHO, organisation="utrecht-dock", state="closed", urgent=False, owner=None, themes=(), signals=(),
    wijk=None, language="nl", opened_at=AT, last_heard_at=AT, since=AT, name="Anna Voorbeeld",
)  # fmt: skip
EVENTS = (
    Heard(at=AT, id="1", text="ik heb <b>schulden</b>", understanding=Understanding(language="nl")),
    Said(at=AT, id="2", reply=Reply(parts=(Part(kind="text", text="Dat is vervelend"),), language="nl")),
    ContactGiven(at=AT, name="Anna Voorbeeld", reach="06 12345678"),
    HandedOver(at=AT, organisation="utrecht-dock"),
    Noted(at=AT, by="Sanne", text="klinkt gespannen"),
    Closed(at=AT, by="Sanne", outcome="helped", note="gebeld met de schuldeiser"),
)


@pytest.fixture
async def full(sql_store):
    """Return a store in which every table with a conversation has a row of this one, and one of another."""
    for who in (WHO, "telegram:bea"):
        case = CASE.model_copy(update={"conversation": who})
        await sql_store.append(who, EVENTS, after=0, case=case, timers={"follow_up": AT})
    for who in (WHO, "telegram:bea"):
        async with sql_store.engines.writing() as connection:
            for table in of_a_conversation():
                there = select(table.c.conversation).where(table.c.conversation == who).limit(1)
                if await connection.scalar(there) is None:
                    await connection.execute(insert(table).values(**a_row(table, who)))
    told = {"code": "1", "role": "medewerker", "team": "x", "behalf": "", "kind": "case", "deed": "read"}
    line = Line(
        id="a", at=AT, who="Sanne", action="case.view", case=case_number(WHO), outcome="ok", source="", about="", **told
    )
    await SqlTrail(sql_store.engines).add(line)
    return sql_store


def a_row(table, who):
    """Return a row with something in every column that must have it; the number of the event is 2."""
    values = {"conversation": who, "number": 2}
    for column in table.c:
        counts_up = list(table.primary_key.columns) == [column] and isinstance(column.type, Integer | BigInteger)
        if column.name in values or (column.nullable and not column.primary_key) or counts_up:
            continue
        kind = datetime if isinstance(column.type, Moment) else column.type.python_type
        by_kind = {str: f"{who}-{column.name}", int: 2, bool: False, datetime: AT}
        values[column.name] = '{"kept": "here"}' if column.name == "body" else by_kind[kind]
    alone = list(table.primary_key.columns.keys()) == ["number"]  # it counts up by itself
    return {name: value for name, value in values.items() if name in table.c and not (alone and name == "number")}


async def test_every_row_of_every_table_with_a_conversation_is_in_the_copy_and_none_of_another(full):
    copy = await full.everything(WHO)

    async with full.engines.reading() as connection:
        for table in (one for one in METADATA.sorted_tables if "conversation" in one.c):
            rows = (await connection.execute(select(table).where(table.c.conversation == WHO))).all()
            assert rows, f"nothing was planted in {table.name}"
            assert len(copy[table.name]) == len(rows), table.name
            assert all(set(row) == set(table.c.keys()) for row in copy[table.name])
    assert [line["who"] for line in copy["audit"]] == ["Sanne"]
    assert "telegram:bea" not in json.dumps(copy)


async def test_what_was_sealed_can_be_read_in_it_and_what_opens_doors_cannot(full):
    copy = as_json(Copy(conversation=WHO, made_at=AT, rows=await full.everything(WHO)))

    assert "ik heb <b>schulden</b>" in copy
    assert "06 12345678" in copy
    assert "klinkt gespannen" in copy
    assert "g1:" not in copy
    assert copy.count("[geheim]") == 2  # the key and the hash of a link


async def test_what_a_resident_downloads_leaves_out_what_colleagues_wrote_to_each_other_and_says_so(full):
    copy = for_resident(Copy(conversation=WHO, made_at=AT, rows=await full.everything(WHO)))

    told = as_json(copy)
    assert "klinkt gespannen" not in told
    assert "schuldeiser" not in told
    assert copy.rows["audit"][0]["who"] == WITHHELD
    assert [event["kind"] for event in copy.rows["events"]] == [event.kind for event in EVENTS]
    assert "06 12345678" in told


async def test_the_copy_for_people_shows_what_was_said_and_can_do_nothing(full):
    html = as_html(Copy(conversation=WHO, made_at=AT, rows=await full.everything(WHO)))

    assert "ik heb &lt;b&gt;schulden&lt;/b&gt;" in html
    assert "<dd>Dat is vervelend</dd>" in html
    assert "<b>" not in html


async def test_nothing_is_kept_of_who_was_never_here(full):
    assert await full.everything("web:niemand") == {}
