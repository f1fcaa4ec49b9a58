"""The audit log: it only grows, tampering shows, nothing is shown or done that is not in it, and who may read it."""

import asyncio
import csv
import io
import re
import socket
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from bot.audit import Head, Line, Sought, read_head, verified
from bot.cli import app as command
from bot.ports import StoreAway
from bot.queue import case_number
from bot.staff.audit import ACTIONS, Audit
from bot.staff.spreadsheet import cell, csv_lines
from bot.stores.audit import SqlTrail
from bot.stores.engines import Engines
from bot.stores.migrate import migrate

NOW = datetime(2026, 11, 20, 13, 0, 0, 123456, tzinfo=UTC)
TEAM, SISTER, OTHER_TEAM = "utrecht-buurtteam-sociaal", "utrecht-buurtteam-mbo", "utrecht-dock"
CASE = "0123456789abcdef"
FREE_SQLITE = ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", "DROP TRIGGER audit_no_replace")
FREE_POSTGRES = ("ALTER TABLE audit DISABLE TRIGGER USER",)


def a_line(number: int = 1, **changed: object) -> Line:
    fields = {
        "id": f"{number:032x}", "code": "110110", "at": NOW, "who": "Sanne", "role": "medewerker", "team": TEAM,
        "behalf": TEAM, "action": "case.view", "kind": "case", "deed": "read", "case": CASE, "outcome": "ok",
        "source": "desk", "about": "",
    }  # fmt: skip
    return Line.model_validate({**fields, **changed})


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request, tmp_path):
    """Return the URL of a database of each kind, its tables made."""
    url = f"sqlite:///{tmp_path}/log.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    await asyncio.to_thread(migrate, url)
    return url


@pytest.fixture
async def trail(url):
    engines = Engines(url)
    yield SqlTrail(engines)
    await engines.close()


@pytest.fixture
async def six(trail):
    """Return a log of six lines."""
    for number in range(1, 7):
        await trail.add(a_line(number, who=f"Collega {number}"))
    return trail


@pytest.fixture
def tamper(trail):
    """Return what changes the table behind our back, as somebody can who owns the database."""

    async def run(*statements: str, freed: bool = True) -> None:
        free = FREE_SQLITE if trail._engines.is_file else FREE_POSTGRES
        async with trail._engines.writing() as connection:
            for statement in (*(free if freed else ()), *statements):
                await connection.execute(text(statement))

    return run


# ---------------------------------------------------------------- the chain


async def test_a_line_comes_back_as_it_was_written(trail):
    await trail.add(a_line(who="Zoë", about="naar Dock"))

    (found,) = await trail.find(Sought(), 10)

    assert found.line == a_line(who="Zoë", about="naar Dock")
    assert await trail.head() == Head(1, found.hash)


async def test_an_untouched_log_is_verified_up_to_its_newest_line(six):
    assert await verified(six) == await six.head()
    assert (await six.head()).number == 6


async def test_an_empty_log_is_verified(trail):
    assert await verified(trail) == Head()


async def test_several_processes_write_one_chain(url, trail):
    others = [Engines(url) for _ in range(3)]
    writers = [SqlTrail(engines) for engines in others]

    await asyncio.gather(*(writers[number % 3].add(a_line(number)) for number in range(1, 31)))

    assert (await verified(trail)) == await trail.head()
    assert (await trail.head()).number == 30
    for engines in others:
        await engines.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'iemand' WHERE number = 3",
        "UPDATE audit SET number = 99 WHERE number = 3",
        "DELETE FROM audit WHERE number = 6",
        "DELETE FROM audit",
    ],
)
async def test_the_database_refuses_to_change_or_erase_a_line(six, tamper, statement):
    with pytest.raises((DBAPIError, StoreAway)):
        await tamper(statement, freed=False)

    assert await verified(six) == await six.head()
    assert (await six.head()).number == 6


async def test_the_database_refuses_to_write_over_a_line(six, tamper):
    if six._engines.is_file:
        statement = (
            "INSERT OR REPLACE INTO audit SELECT 3, id || 'x', code, at, 'iemand', role, team, behalf, action, kind,"
            ' deed, "case", outcome, source, about, hash FROM audit WHERE number = 3'
        )
    else:
        statement = "TRUNCATE audit"

    with pytest.raises((DBAPIError, StoreAway)):
        await tamper(statement, freed=False)

    assert await verified(six) == await six.head()


CHANGED = {
    "id": "'ander'", "code": "'110106'", "at": "'2026-11-20 12:00:00.123456'", "who": "'Niemand'",
    "role": "'beheerder'",
    "team": "'utrecht-dock'", "behalf": "'x'", "action": "'case.close'", "kind": "'answer'", "deed": "'update'",
    '"case"': "NULL", "outcome": "'refused'", "source": "'elders'", "about": "'x'", "hash": f"'{'0' * 64}'",
}  # fmt: skip


def test_every_field_of_a_line_is_tried():
    assert {name.strip('"') for name in CHANGED} == {*Line.model_fields, "hash"}


@pytest.mark.parametrize("column", CHANGED)
async def test_a_changed_field_is_found(six, tamper, column):
    await tamper(f"UPDATE audit SET {column} = {CHANGED[column]} WHERE number = 3")  # noqa: S608

    assert await verified(six) == "regel 3 klopt niet: de regel of een eerdere is veranderd"


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["DELETE FROM audit WHERE number = 3"], "regel 3 ontbreekt: na regel 2 komt regel 4"),
        (["DELETE FROM audit WHERE number = 1"], "regel 1 ontbreekt: na regel 0 komt regel 2"),
        (
            ["DELETE FROM audit WHERE number = 5", "UPDATE audit SET number = 5 WHERE number = 6"],
            "regel 5 klopt niet: de regel of een eerdere is veranderd",
        ),
        (
            [
                "UPDATE audit SET number = 99 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 3",
                "UPDATE audit SET number = 3 WHERE number = 99",
            ],
            "regel 2 klopt niet: de regel of een eerdere is veranderd",
        ),
    ],
    ids=["in the middle", "the first", "and renumbered", "two swapped"],
)
async def test_a_line_that_was_taken_out_or_moved_is_found(six, tamper, statements, fault):
    await tamper(*statements)

    assert await verified(six) == fault


async def test_lines_cut_off_at_the_end_are_found_with_a_head_that_was_noted(six, tamper):
    noted = await six.head()

    await tamper("DELETE FROM audit WHERE number >= 5")

    assert await verified(six, [noted]) == "regel 5 tot en met 6 ontbreken"
    assert (await verified(six)).number == 4  # nobody can see it without


async def test_a_log_that_was_written_anew_is_found_with_a_head_that_was_noted(six, tamper):
    for_later = await six.head()
    await tamper("DELETE FROM audit WHERE number >= 3")
    for number in range(3, 9):
        await six.add(a_line(number, who="Iemand anders"))

    found = await verified(six, [for_later])

    assert found == "regel 6 is niet de regel die eerder is genoteerd: het logboek is herschreven"


async def test_a_head_that_was_noted_still_fits_when_the_log_grew(six):
    noted = await six.head()
    await six.add(a_line(7))

    assert (await verified(six, [noted])).number == 7


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # PostgreSQL keeps nothing but moments in this column
async def test_what_cannot_be_read_is_found(six, tamper):
    await tamper("UPDATE audit SET at = 'gisteren' WHERE number = 4")

    assert await verified(six) == "regel 4 is niet te lezen"


@pytest.mark.parametrize("written", ["", "17", "x:" + "a" * 64, "17:" + "g" * 64, "17:abc", "-1:" + "a" * 64])
def test_what_is_no_head_is_refused(written):
    with pytest.raises(ValueError, match="is no head"):
        read_head(written)


# ---------------------------------------------------------------- the command


@pytest.fixture
def wegwijs(url, monkeypatch):
    """Return what runs the command on the log."""
    monkeypatch.setenv("WEGWIJS_DATABASE_URL", url)

    async def run(*arguments: str):
        return await asyncio.to_thread(CliRunner().invoke, command, ["audit", *arguments])

    return run


async def test_the_command_prints_the_newest_line_and_verifies(six, wegwijs):
    head = await six.head()

    printed, fine = await wegwijs("head"), await wegwijs("verify", "--head", str(head))

    assert printed.output == f"{head}\n"
    assert (fine.exit_code, fine.output) == (0, f"Het logboek klopt: 6 regels. Laatste: {head}\n")


async def test_the_command_names_the_first_line_that_does_not_fit_and_exits_with_1(six, wegwijs, tamper):
    await tamper("UPDATE audit SET who = 'Niemand' WHERE number IN (3, 5)")

    answer = await wegwijs("verify")

    assert answer.exit_code == 1
    assert answer.output == "Het logboek klopt niet: regel 3 klopt niet: de regel of een eerdere is veranderd.\n"


async def test_the_command_finds_a_cut_off_end_with_the_head_it_printed(six, wegwijs, tamper):
    noted = (await wegwijs("head")).output.strip()
    await tamper("DELETE FROM audit WHERE number = 6")

    answer = await wegwijs("verify", "--head", noted)

    assert answer.exit_code == 1
    assert "regel 6 tot en met 6 ontbreken" in answer.output


async def test_the_command_refuses_what_is_no_head(six, wegwijs):
    assert (await wegwijs("verify", "--head", "onzin")).exit_code == 2


async def test_what_is_done_with_a_command_is_noted_too(trail, url, monkeypatch):
    monkeypatch.setenv("WEGWIJS_DATABASE_URL", url)

    def run(*arguments: str, typed: str = "") -> int:
        return CliRunner().invoke(command, arguments, input=typed).exit_code

    added = await asyncio.to_thread(run, "staff", "add", "Sanne", "--team", TEAM, typed="een lang wachtwoord\n")
    again = await asyncio.to_thread(run, "staff", "add", "Sanne", "--team", TEAM, typed="een lang wachtwoord\n")
    absent = await asyncio.to_thread(run, "forget", "web:anna")

    told = [one.line for one in reversed(await trail.find(Sought(), 10))]
    assert (added, again, absent) == (0, 1, 1)
    assert [(line.action, line.outcome) for line in told] == [
        ("people.add", "ok"),
        ("people.add", "ok"),
        ("people.add", "refused"),
        ("case.forget", "ok"),
    ]
    assert {line.who for line in told} == {getuser()}
    assert told[0].about == f"Sanne: medewerker, {TEAM}"
    assert told[-1].case == case_number("web:anna")


# ---------------------------------------------------------------- what is noted


async def test_a_line_has_the_fields_of_nen_7513(desk):
    audit = Audit(desk.accounts.trail, desk.clock)

    await audit.note(who="Sanne", role="medewerker", team=TEAM, action="case.close", case=CASE, about="helped")

    (found,) = await desk.accounts.trail.find(Sought(), 1)
    line = found.line
    assert re.fullmatch(r"[0-9a-f]{32}", line.id)
    assert (line.code, line.at) == ("110110", desk.clock.now())
    assert (line.who, line.role, line.team, line.behalf) == ("Sanne", "medewerker", TEAM, TEAM)
    assert (line.kind, line.action, line.deed, line.case) == ("case", "case.close", "update", CASE)
    assert (line.outcome, line.about) == ("ok", "helped")
    assert line.source.startswith(f"desk {socket.gethostname()} ")


@pytest.mark.parametrize("case", ["web:anna", "telegram:12345", "0" * 40, "", None])
async def test_only_the_number_of_a_case_is_kept_never_the_conversation(desk, case):
    audit = Audit(desk.accounts.trail, desk.clock)

    await audit.note(who="Sanne", role="medewerker", team=TEAM, action="case.view", case=case)

    (found,) = await desk.accounts.trail.find(Sought(), 1)
    assert found.line.case is None


async def test_a_reason_is_one_line_and_holds_no_number_of_a_person(desk):
    audit = Audit(desk.accounts.trail, desk.clock)

    about = "bel\n06 12345678\x00 of\u202e mail a@b.nl " + "x" * 500
    await audit.note(who="Sanne", role="medewerker", team=TEAM, action="case.note", about=about)

    (found,) = await desk.accounts.trail.find(Sought(), 1)
    assert found.line.about.startswith("bel [telefoonnummer] of mail [e-mailadres] xxx")
    assert len(found.line.about) <= 200


def test_every_action_that_the_desk_notes_has_words():
    noted = {
        action
        for path in Path("bot/staff").rglob("*.py")
        for action in re.findall(r'\.note(?:_account|_stranger)?\([^"\n]*"(\w+\.\w+)"', path.read_text("utf-8"))
    }

    assert noted
    assert noted <= set(ACTIONS)


ROLES = ("medewerker", "coordinator", "beheerder")
SILENT = {"/staff/static/{name}"}  # our own files say nothing about anybody
AT_THE_DOOR = {  # nobody is signed in there
    "/staff/login",
    "/staff/login/code",
    "/staff/welcome/{secret}",
    "/staff/oidc",
    "/staff/oidc/back",
    "/staff/oidc/leave",
    "/staff/oidc/left",
    "/staff/oidc/logout",
}


@pytest.fixture
def lines(desk):
    """Return what reads the lines that were added behind a head, oldest first."""

    async def read(after: Head) -> list[Line]:
        found = await desk.accounts.trail.find(Sought(), 1000)
        return [one.line for one in reversed(found) if one.number > after.number]

    return read


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_leaves_a_line_for_whoever_is_signed_in(desk, routes, filled, lines, login, token_of, role):
    client = await desk.signed_in("Sanne", role=role)

    missed = []
    for method, path in routes:
        if path in SILENT | AT_THE_DOOR:
            continue
        await login(client, "Sanne")
        form = filled.form(await token_of(client)) if method == "POST" else None
        before = await desk.accounts.trail.head()
        answer = await client.request(method, filled.path(path), data=form)
        added = await lines(before)
        elsewhere = method == "GET" and answer.status_code == 303  # to a page that leaves its own line
        fits = (added or elsewhere) and all((line.who, line.role, line.team) == ("Sanne", role, TEAM) for line in added)
        of_case = "/cases/" not in path or all(line.case == filled.number for line in added)
        right = all((line.outcome == "ok") == (answer.status_code < 400) for line in added[-1:])
        if not (fits and of_case and right):
            missed.append((method, path, answer.status_code, added))

    assert missed == []


async def test_no_route_falls_back_to_a_line_that_only_names_the_page(desk, routes, filled, lines, login, token_of):
    """The guard writes such a line when a route forgot its own; what was done should be said in words."""
    head = await desk.accounts.trail.head()
    for role in ROLES:
        client = await desk.signed_in(f"Collega {role}", role=role)
        for method, path in routes:
            if path not in SILENT:
                await login(client, f"Collega {role}")
                form = filled.form(await token_of(client)) if method == "POST" else None
                await client.request(method, filled.path(path), data=form)

    told = [line.about for line in await lines(head) if line.action in ("page.view", "page.change")]
    assert [about for about in told if "/staff/me" not in about] == []


async def test_no_line_holds_a_text_of_a_resident_a_password_or_a_conversation(
    desk, routes, filled, lines, login, token_of
):
    client = await desk.signed_in("Sanne")
    for method, path in routes:
        await login(client, "Sanne")
        form = filled.form(await token_of(client), text="Geheim antwoord", note="Geheime notitie", password="geheim-ww")
        await client.request(method, filled.path(path), data=form if method == "POST" else None)

    written = "\n".join(line.model_dump_json() for line in await lines(Head()))
    for secret in ("Geheim", "geheim-ww", "web:anna", "Anna", "schulden", "12345678", filled.secret):
        assert secret not in written


@pytest.mark.parametrize("role", ["coordinator", "beheerder"])
async def test_what_cannot_be_noted_is_not_shown_and_not_done(desk, routes, filled, login, token_of, monkeypatch, role):
    clients = {}
    for method, path in routes:
        if path not in SILENT | AT_THE_DOOR:
            clients[method, path] = client = await desk.signed_in(f"Collega {len(clients)}", role=role)
            client.csrf = await token_of(client)

    async def away(_: object) -> None:
        raise StoreAway

    async def kept() -> object:
        accounts = [one.model_copy(update={"second": False}) for one in await desk.accounts.list_staff()]
        return await desk.store.read("web:anna"), accounts, await desk.accounts.sessions("Noor", desk.clock.now())

    before = await kept()
    monkeypatch.setattr(desk.accounts.trail, "add", away)

    for (method, path), client in clients.items():
        form = filled.form(client.csrf) if method == "POST" else None
        answer = await client.request(method, filled.path(path), data=form)

        if (method, answer.status_code) != ("GET", 303):  # sent on to another page
            assert answer.status_code == 503, (method, path)
            assert "Er is niets bewaard" in answer.text
        assert "Anna" not in answer.text
    assert await kept() == before


async def test_who_cannot_be_noted_does_not_come_in(desk, login, monkeypatch):
    await desk.signed_in("Sanne")

    async def away(_: object) -> None:
        raise StoreAway

    monkeypatch.setattr(desk.accounts.trail, "add", away)
    client = desk.client()
    answer = await login(client, "Sanne")

    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers


async def test_signing_in_and_out_and_what_went_wrong_are_noted_without_the_password(desk, login, lines, token_of):
    client = await desk.signed_in("Sanne")
    head = await desk.accounts.trail.head()

    await login(desk.client(), "sanne", "verkeerd wachtwoord")
    await login(desk.client(), "mijn geheime wachtwoord", "x")
    await login(client, "Sanne")
    await client.post("/staff/logout", data={"csrf": await token_of(client)})

    found = [line for line in await lines(head) if line.kind == "session" and line.action != "session.view"]
    told = [(line.action, line.who, line.outcome) for line in found]
    assert told == [
        ("session.login", "Sanne", "wrong"),
        ("session.login", "onbekend", "wrong"),
        ("session.login", "Sanne", "ok"),
        ("session.logout", "Sanne", "ok"),
    ]
    assert "wachtwoord" not in "".join(line.model_dump_json() for line in found)


async def test_who_must_wait_is_noted_once_and_again_when_they_try_after_it(desk, login, lines, clock):
    await desk.signed_in("Sanne")
    head = await desk.accounts.trail.head()

    async def try_often() -> None:
        for _ in range(9):
            await login(desk.client(), "Sanne", "verkeerd wachtwoord")

    await try_often()
    once = [line.outcome for line in await lines(head)].count("wait")
    clock.move(hours=1)
    await try_often()

    assert once == 1
    assert [line.outcome for line in await lines(head)].count("wait") == 2


async def test_trying_the_case_of_another_team_is_noted_as_refused(desk, lines):
    number = await desk.hand_over()
    other = await desk.signed_in("Bram", OTHER_TEAM)
    head = await desk.accounts.trail.head()

    await other.get(f"/staff/cases/{number}")

    (line,) = await lines(head)
    assert (line.who, line.action, line.outcome, line.case) == ("Bram", "page.refused", "refused", number)


async def test_a_case_that_was_taken_already_leaves_a_line_that_it_was_refused(desk, send, lines):
    number = await desk.hand_over()
    sanne, bram = await desk.signed_in("Sanne"), await desk.signed_in("Bram")
    await send(sanne, number, "claim")
    head = await desk.accounts.trail.head()

    await send(bram, number, "claim")

    told = [(line.action, line.outcome) for line in await lines(head) if line.action == "case.claim"]
    assert told == [("case.claim", "ok"), ("case.claim", "refused")]


# ---------------------------------------------------------------- the page


def shown(page) -> list[str]:
    """Return the numbers of the lines on a page."""
    return re.findall(r'<td class="utrecht-table__cell">(\d+)</td>', page.text)


@pytest.fixture
async def log(desk):
    """Return what writes lines of other people."""
    audit = Audit(desk.accounts.trail, desk.clock)

    async def write(who: str, team: str = TEAM, action: str = "case.view", **other: str) -> None:
        await audit.note(who=who, role="medewerker", team=team, action=action, **other)

    return write


async def test_a_beheerder_sees_the_lines_of_all_teams(desk, log):
    await log("Van Sociaal", TEAM)
    await log("Van Dock", OTHER_TEAM)
    beheerder = await desk.signed_in("Baas", role="beheerder")

    page = await beheerder.get("/staff/audit")

    assert page.status_code == 200
    assert "Van Sociaal" in page.text
    assert "Van Dock" in page.text


async def test_a_coordinator_sees_the_lines_of_their_own_organisation_only(desk, log):
    for team in (TEAM, SISTER, OTHER_TEAM):
        await log(f"Van {team}", team)
    coordinator = await desk.signed_in("Coor", role="coordinator")

    page = (await coordinator.get("/staff/audit")).text
    file = (await coordinator.get("/staff/audit.csv")).text

    for seen in (page, file):
        assert f"Van {TEAM}" in seen
        assert f"Van {SISTER}" in seen
        assert f"Van {OTHER_TEAM}" not in seen


async def test_a_medewerker_sees_no_log_and_no_link_to_it(desk):
    sanne = await desk.signed_in("Sanne")

    refused, nothing = await sanne.get("/staff/audit"), await sanne.get("/staff/bestaat-niet")

    assert refused.status_code == 404
    assert refused.text == nothing.text
    assert "/staff/audit" not in (await sanne.get("/staff")).text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("who=Anouk", {"Anouk"}),
        ("who=+Anouk+", {"Anouk"}),
        (f"case={CASE}", {"Anouk", "Bram"}),
        ("action=case.close", {"Bram"}),
        ("action=case.close&who=Anouk", set()),
        ("since=2026-11-22", {"Chris"}),
        ("until=2026-11-21", {"Anouk", "Bram"}),
        ("since=2026-11-21&until=2026-11-21", {"Bram"}),
    ],
)
async def test_lines_are_found_by_person_case_action_and_period(desk, log, query, names):
    await log("Anouk", case=CASE)
    desk.clock.move(days=1)
    await log("Bram", action="case.close", case=CASE)
    desk.clock.move(days=1)
    await log("Chris", case="f" * 16)
    baas = await desk.signed_in("Baas", role="beheerder")

    page, file = await baas.get(f"/staff/audit?{query}"), await baas.get(f"/staff/audit.csv?{query}")

    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert {name for name in ("Anouk", "Bram", "Chris") if f'desk-strong">{name}<' in page.text} == names
    assert {row["wie"] for row in rows} - {"Baas"} == names


async def test_a_colleague_is_found_whatever_the_capitals(desk):
    await desk.signed_in("Sanne")
    baas = await desk.signed_in("Baas", role="beheerder")

    assert 'desk-strong">Sanne<' in (await baas.get("/staff/audit?who=SANNE")).text


@pytest.mark.parametrize(
    "query", ["since=gisteren", "until=2026-13-40", "since=0001-01-01", "case=web:anna", "until=٢"]
)
async def test_what_cannot_be_looked_for_gets_a_sentence(desk, query):
    baas = await desk.signed_in("Baas", role="beheerder")

    for page in ("audit", "audit.csv"):
        answer = await baas.get(f"/staff/{page}?{query}")
        assert answer.status_code == 422
        assert "Een datum ziet er zo uit" in answer.text or "Het nummer van een vraag" in answer.text


@pytest.mark.parametrize("query", ["before=-1", "before=x", "before=99999999999999999999", "who=%E2%80%AE"])
async def test_a_strange_query_is_no_error(desk, query):
    baas = await desk.signed_in("Baas", role="beheerder")

    assert (await baas.get(f"/staff/audit?{query}")).status_code == 200


async def test_pages_follow_each_other_without_a_line_twice_or_missing(desk, log):
    for number in range(230):
        await log("Anouk", about=str(number))
    baas = await desk.signed_in("Baas", role="beheerder")

    pages, address = [], "/staff/audit?who=Anouk"
    while address:
        page = await baas.get(address)
        pages.append(shown(page))
        older = re.search(r'href="(/staff/audit\?[^"]+)" rel="next"', page.text)
        address = older[1].replace("&amp;", "&") if older else None

    assert [len(page) for page in pages] == [100, 100, 30]
    assert [int(number) for page in pages for number in page] == list(range(230, 0, -1))


async def test_looking_in_the_log_is_in_the_log(desk):
    baas = await desk.signed_in("Baas", role="beheerder")

    await baas.get(f"/staff/audit?who=Sanne&case={CASE}")
    await baas.get("/staff/audit.csv")

    export, view = await desk.accounts.trail.find(Sought(), 2)
    assert (view.line.who, view.line.action) == ("Baas", "audit.view")
    assert (view.line.case, view.line.about) == (CASE, "who=Sanne")
    assert (export.line.who, export.line.action) == ("Baas", "audit.export")


async def test_the_file_has_every_field_and_the_chain_can_be_followed_in_it(desk, log):
    await log("Anouk", case=CASE)
    baas = await desk.signed_in("Baas", role="beheerder")

    answer = await baas.get("/staff/audit.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="logboek.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["nummer"] for row in rows] == [str(number) for number in range(len(rows), 0, -1)]
    last = rows[-1]
    assert (last["wie"], last["handeling"], last["soort"], last["vraag"]) == ("Anouk", "case.view", "lezen", CASE)
    (found,) = [one for one in await desk.accounts.trail.find(Sought(), 100) if one.number == 1]
    assert last["hash"] == found.hash


# ---------------------------------------------------------------- spreadsheets


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1+1", "|cmd", "%0A=1", "\ufeff=1"],
)
def test_no_cell_is_a_formula(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "text"), [("Anna", "Anna"), (-5, "-5"), (0, "0"), (None, ""), ("", ""), ("a=b", "a=b")]
)
def test_other_cells_stay_as_they_are(value, text):
    assert cell(value) == text


def test_separators_quotes_and_ends_of_lines_stay_within_a_cell():
    assert list(csv.reader(io.StringIO(csv_lines([['a;"b"', "c\nd"]])), delimiter=";")) == [['a;"b"', "c\nd"]]
