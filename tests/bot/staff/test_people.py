"""Roles: who sees which cases; and the page where a beheerder keeps the accounts."""

import re

import pytest

from bot.accounts import Account
from bot.people import ROLES
from bot.settings import settings_from
from bot.staff.people import let_in_again, person_number
from bot.staff.reach import load_organisations, teams_of

SOCIAAL, MBO, DOCK = "utrecht-buurtteam-sociaal", "utrecht-buurtteam-mbo", "utrecht-dock"
NEW = "vier losse fietsen in mei"


@pytest.mark.parametrize(
    ("role", "team", "sees"),
    [
        ("medewerker", SOCIAAL, {SOCIAAL}),
        ("coordinator", DOCK, {DOCK}),
        ("coordinator", "utrecht-u-pas", {"utrecht-u-pas"}),
        ("coordinator", "utrecht-sociaal-raadslieden", {"utrecht-sociaal-raadslieden"}),
        ("coordinator", "amersfoort-wijkteams", {"amersfoort-wijkteams"}),
        ("coordinator", "een-team-van-vroeger", {"een-team-van-vroeger"}),
        ("beheerder", SOCIAAL, set()),
    ],
)
def test_a_role_and_a_team_say_whose_cases_are_seen(guide, clock, role, team, sees):
    account = Account(name="Sanne", team=team, role=role, password_hash="", created_at=clock.now())

    assert teams_of(account, guide) == sees


def test_a_coordinator_sees_every_team_of_the_organisation(guide, clock):
    account = Account(name="Sanne", team=MBO, role="coordinator", password_hash="", created_at=clock.now())

    assert teams_of(account, guide) == {one for one in guide.organisations if one.startswith("utrecht-buurtteam-")}


def test_the_organisations_that_are_shipped_keep_lokalis_and_incluzio_apart(guide):
    organisations = load_organisations(known=guide.organisations)

    (lokalis,) = [teams for teams in organisations if MBO in teams]
    assert lokalis == {MBO, "utrecht-buurtteam-vo", "utrecht-buurtteam-jeugd-gezin"}
    assert not [teams for teams in organisations if SOCIAAL in teams]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A:\n  - utrecht-dock\nB:\n  - utrecht-dock\n", "orgs.yaml:4: 'utrecht-dock' is in this file twice"),
        ("A:\n  - utrecht-dok\n", "orgs.yaml:2: no organisation is called 'utrecht-dok'"),
        ("A: utrecht-dock\nB: [\n", "orgs.yaml:3: this is no YAML"),
        ("- utrecht-dock\n", "orgs.yaml:1: this is no list of teams"),
    ],
)
def test_a_slip_in_the_file_of_organisations_names_its_line(guide, tmp_path, text, fault):
    path = tmp_path / "orgs.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(ValueError, match=re.escape(fault)):
        load_organisations(path, guide.organisations)


async def test_a_coordinator_opens_the_cases_of_each_team_of_the_organisation_and_no_others(desk):
    numbers = {team: await desk.hand_over(f"web:{team}", team=team) for team in (SOCIAAL, MBO, DOCK)}
    client = await desk.signed_in("Co", team=MBO, role="coordinator")

    seen = {team: (await client.get(f"/staff/cases/{number}")).status_code for team, number in numbers.items()}
    queue = (await client.get("/staff")).text

    assert seen == {SOCIAAL: 200, MBO: 200, DOCK: 404}
    assert {team: number in queue for team, number in numbers.items()} == {SOCIAAL: True, MBO: True, DOCK: False}


async def test_a_beheerder_has_people_where_others_have_questions(desk):
    number = await desk.hand_over()
    client = await desk.signed_in("Mo", role="beheerder")

    assert (await client.get("/staff")).headers["location"] == "/staff/people"
    for path in (f"/staff/cases/{number}", "/staff/events", "/staff/answers?number=K7MN-4XWA"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "Anna" not in answer.text


# ---------------------------------------------------------------- the page


@pytest.fixture
async def mo(desk):
    """Return the browser of a beheerder."""
    return await desk.signed_in("Mo", role="beheerder")


@pytest.fixture
def manage(mo):
    """Return what sends a form of the beheerder."""

    async def send(path: str = "", **fields: str):
        csrf = re.search(r'name="csrf" value="([^"]+)"', (await mo.get("/staff/me")).text)[1]
        return await mo.post(f"/staff/people{path}", data={"csrf": csrf, **fields})

    return send


async def test_somebody_who_was_added_chooses_a_password_and_comes_in(desk, mo, manage, login):
    added = await manage(name="Bram Bakker", team=DOCK, role="coordinator")
    link = re.search(r"http://wegwijs\.test(/staff/welcome/[\w-]+)", added.text)[1]
    client = desk.client()
    assert (await login(client, "Bram Bakker", NEW)).status_code == 401

    await client.post(link, data={"password": NEW})

    assert (await login(client, "Bram Bakker", NEW)).status_code == 303
    account = await desk.accounts.staff("bram bakker")
    assert (account.team, account.role) == (DOCK, "coordinator")
    listed = (await mo.get("/staff/people")).text
    assert "Bram Bakker" in listed
    assert "Coördinator" in listed
    assert link not in listed


@pytest.mark.parametrize(
    ("name", "team", "why"),
    [
        ("mo", DOCK, "al iemand met deze naam"),
        ("Wegwijs", DOCK, "kan geen naam zijn"),
        ("Bram", "utrecht-niets", "geen organisatie"),
        ("Bram", "", "geen organisatie"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_and_what_was_typed_stays(desk, manage, name, team, why):
    refused = await manage(name=name, team=team, role="medewerker")

    assert refused.status_code == 409
    assert why in refused.text
    assert f'value="{name}"' in refused.text
    assert len(await desk.accounts.list_staff()) == 1


async def test_an_unknown_role_becomes_the_one_that_may_do_least(desk, manage):
    await manage(name="Bram", team=DOCK, role="baas")

    assert (await desk.accounts.staff("Bram")).role == "medewerker"


async def test_a_name_is_text_and_no_html(manage, mo):
    await manage(name="<script>alert(1)</script>", team=DOCK, role="medewerker")

    listed = (await mo.get("/staff/people")).text

    assert "<script>alert" not in listed
    assert "&lt;script&gt;alert(1)" in listed


async def test_a_changed_role_and_team_hold_from_the_next_sign_in(desk, manage, login):
    sanne = await desk.signed_in("Sanne")

    await manage(f"/{person_number('Sanne')}/role", role="coordinator", team=DOCK)

    assert (await sanne.get("/staff")).status_code == 303
    account = await desk.accounts.staff("Sanne")
    assert (account.role, account.team) == ("coordinator", DOCK)


async def test_a_closed_account_is_out_and_can_be_opened_again(desk, manage, login):
    sanne, number = await desk.signed_in("Sanne"), person_number("Sanne")

    await manage(f"/{number}/active", active="no")
    out = (await sanne.get("/staff")).status_code, (await login(desk.client(), "Sanne")).status_code
    no_link = await manage(f"/{number}/link")
    await manage(f"/{number}/active", active="yes")

    assert out == (303, 401)
    assert no_link.status_code == 409
    assert (await login(desk.client(), "Sanne")).status_code == 303


async def test_sessions_are_ended_and_the_second_step_is_wiped(desk, manage, login):
    sanne, number = await desk.signed_in("Sanne"), person_number("Sanne")
    await manage(f"/{number}/sessions")
    assert (await sanne.get("/staff")).status_code == 303
    await desk.accounts.keys.set_second("Sanne", "plain:" + "A" * 32, 1, ["x"])
    assert (await login(desk.client(), "Sanne")).headers["location"].startswith("/staff/login/code")

    await manage(f"/{number}/second")

    assert (await login(desk.client(), "Sanne")).headers["location"] == "/staff"


@pytest.mark.parametrize("change", ["role", "active", "second"])
async def test_a_beheerder_changes_everybody_but_themselves(desk, manage, change):
    """So that there is always one left, and nobody gives themselves the cases."""
    await desk.accounts.keys.set_second("Mo", "plain:" + "A" * 32, 1, ["x"])

    refused = await manage(f"/{person_number('Mo')}/{change}", role="coordinator", team=DOCK, active="no")

    assert refused.status_code == 409
    assert "eigen account" in refused.text
    account = await desk.accounts.staff("Mo")
    assert (account.role, account.active, account.second) == ("beheerder", True, True)


async def test_somebody_who_is_not_there_is_not_found(mo, manage):
    assert (await mo.get("/staff/people/0123456789abcdef")).status_code == 404
    assert (await manage("/0123456789abcdef/active", active="no")).status_code == 404


async def test_every_page_of_people_shows_and_is_in_the_log(desk, mo, manage):
    await desk.signed_in("Sanne")

    page = await mo.get(f"/staff/people/{person_number('Sanne')}")
    await manage(f"/{person_number('Sanne')}/role", role="coordinator", team=DOCK)

    assert page.status_code == 200
    assert "1 apparaat" in page.text
    lines = [batch async for batch in desk.accounts.trail.walk()]
    deeds = [(one.line.who, one.line.action) for one in lines]
    assert ("Mo", "people.view") in deeds
    assert ("Mo", "people.role") in deeds
    assert ("Sanne", "session.login") in deeds


async def test_who_lost_both_password_and_telephone_is_let_in_again(desk, login):
    """What `wegwijs staff reset` does, so that the last beheerder is not locked out for ever."""
    client = await desk.signed_in("Sanne")
    await desk.accounts.keys.set_second("Sanne", "plain:" + "A" * 32, 1, ["x"])

    path = await let_in_again(desk.accounts, "sanne", desk.clock.now())

    assert (await client.get("/staff")).status_code == 303
    await client.post(path, data={"password": NEW})
    assert (await login(desk.client(), "Sanne", NEW)).headers["location"] == "/staff"
    assert await let_in_again(desk.accounts, "Niemand", desk.clock.now()) is None


async def test_only_a_beheerder_is_led_to_people(desk):
    for role in ROLES:
        client = await desk.signed_in(f"Iemand {role}", role=role)
        assert ('href="/staff/people"' in (await client.get("/staff/me")).text) is (role == "beheerder")


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"WEGWIJS_STAFF_PASSWORDS": "off"}, "nobody can sign in"),
        ({"WEGWIJS_STAFF_TOTP": "soms"}, "required"),
        ({"WEGWIJS_OIDC_ISSUER": "http://idp.example", "WEGWIJS_OIDC_CLIENT_ID": "x"}, "issuer"),
        ({"WEGWIJS_OIDC_ISSUER": "https://idp.example"}, "client_id"),
        (
            {
                "WEGWIJS_OIDC_ISSUER": "https://i.example",
                "WEGWIJS_OIDC_CLIENT_ID": "x",
                "WEGWIJS_OIDC_ROLE_MAP": "a=baas",
            },
            "role_map",
        ),
    ],
)
def test_settings_that_let_nobody_in_stop_the_start(environment, why):
    with pytest.raises(ValueError, match=why):
        settings_from(environment)


def test_the_map_of_roles_is_read_in_its_order():
    entry = settings_from(
        {
            "WEGWIJS_OIDC_ISSUER": "https://login.microsoftonline.com/tenant/v2.0",
            "WEGWIJS_OIDC_CLIENT_ID": "wegwijs",
            "WEGWIJS_OIDC_ROLE_MAP": "cn=beheer=beheerder, wijk = coordinator,iedereen=medewerker",
        }
    ).entry

    assert list(entry.oidc.role_map.items()) == [
        ("cn=beheer", "beheerder"),
        ("wijk", "coordinator"),
        ("iedereen", "medewerker"),
    ]
    assert entry.oidc.client_secret is None
