"""Every route of the desk, tried by those who may not; and what each answer carries."""

import pytest
from fastapi.routing import iter_route_contexts

from bot.ports import StoreAway

NUMBER = "0123456789abcdef"
STATIC = ("/staff/static/staff.css", "/staff/static/staff.js", "/staff/static/desk.svg")
OPEN = {("GET", "/staff/login"), ("POST", "/staff/login"), ("GET", "/staff/static/{name}")}
ASKED = {
    ("GET", "/staff"),
    ("GET", "/staff/events"),
    ("GET", "/staff/answers"),
    ("POST", "/staff/logout"),
    ("GET", "/staff/cases/{number}"),
    ("POST", "/staff/cases/{number}/claim"),
    ("POST", "/staff/cases/{number}/answer"),
    ("POST", "/staff/cases/{number}/close"),
    ("GET", "/staff/{rest:path}"),
    ("POST", "/staff/{rest:path}"),
}
CASE = sorted(one for one in ASKED if "{number}" in one[1])
FORMS = sorted(one for one in ASKED if one[0] == "POST" and "rest" not in one[1])


def path_to(path: str, number: str = NUMBER) -> str:
    return path.replace("{number}", number).replace("{rest:path}", "iets/anders")


async def test_these_are_all_the_routes_there_are(desk):
    """A new route has to be put in one of the tables of this file, and is then tried by everybody."""
    found = {
        (method, route.path)
        for route in iter_route_contexts(desk.app.routes)
        if route.path and route.path.startswith("/staff")
        for method in route.methods or ()
    }

    assert found == OPEN | ASKED


@pytest.mark.parametrize(("method", "path"), sorted(ASKED))
async def test_nobody_is_sent_to_the_door(desk, method, path):
    number = await desk.hand_over()

    answer = await desk.client().request(method, path_to(path, number))

    if method == "GET":
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/staff/login?next=/staff")
    else:
        assert answer.status_code == 401
        assert "Anna" not in answer.text


@pytest.mark.parametrize(("method", "path"), CASE)
async def test_another_team_sees_the_same_as_when_there_is_nothing(desk, token_of, method, path):
    number = await desk.hand_over()
    other = await desk.signed_in("Bram", team="utrecht-dock")
    fields = {"csrf": await token_of(other), "text": "Dag", "outcome": "helped", "number": "0" * 32}

    theirs = await other.request(method, path_to(path, number), data=fields if method == "POST" else None)
    nothing = await other.request(method, path_to(path), data=fields if method == "POST" else None)

    assert theirs.status_code == nothing.status_code == 404
    assert theirs.text == nothing.text
    assert (await desk.assistant.conversation("web:anna")).state == "waiting"


@pytest.mark.parametrize(("method", "path"), CASE)
async def test_the_team_itself_gets_further(desk, token_of, method, path):
    """The refusals above are for the right reason: the same request of a colleague of the team is carried out."""
    number = await desk.hand_over()
    ours = await desk.signed_in()
    fields = {"csrf": await token_of(ours), "text": "Dag", "outcome": "helped", "number": "0" * 32}

    answer = await ours.request(method, path_to(path, number), data=fields if method == "POST" else None)

    assert answer.status_code in (200, 303, 409)


@pytest.mark.parametrize("csrf", ["", "verkeerd", "é"])
@pytest.mark.parametrize(("method", "path"), FORMS)
async def test_a_form_without_the_token_of_the_session_does_nothing(desk, method, path, csrf):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    answer = await ours.request(method, path_to(path, number), data={"csrf": csrf, "text": "Dag"})

    assert answer.status_code == 403
    assert (await ours.get("/staff")).status_code == 200
    assert (await desk.assistant.conversation("web:anna")).state == "waiting"


async def test_the_token_of_another_session_is_refused(desk, token_of):
    number = await desk.hand_over()
    ours, other = await desk.signed_in("Sanne"), await desk.signed_in("Bram")

    answer = await ours.post(f"/staff/cases/{number}/claim", data={"csrf": await token_of(other)})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://kwaad.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_is_refused_also_at_the_door(desk, token_of, headers):
    number = await desk.hand_over()
    ours = await desk.signed_in()
    fields = {"csrf": await token_of(ours), "name": "Sanne", "password": "een lang wachtwoord"}

    for path in (f"/staff/cases/{number}/claim", "/staff/login"):
        assert (await ours.post(path, data=fields, headers=headers)).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://wegwijs.test"}, {}])
async def test_a_form_of_our_own_page_is_taken(desk, token_of, headers):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    answer = await ours.post(f"/staff/cases/{number}/claim", data={"csrf": await token_of(ours)}, headers=headers)

    assert answer.status_code == 303


async def test_every_page_is_strict_and_kept_nowhere(desk):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    for path in ("/staff", f"/staff/cases/{number}", "/staff/login", "/staff/cases/x", "/staff/niets"):
        headers = (await ours.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", STATIC)
async def test_our_own_files_may_be_kept(desk, path):
    answer = await desk.client().get(path)

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/staff/static/app.py", "/staff/static/..%2Fapp.py", "/staff/static/"])
async def test_no_other_file_is_served(desk, path):
    answer = await (await desk.signed_in()).get(path)

    assert answer.status_code == 404
    assert "import" not in answer.text


async def test_too_large_a_form_is_refused_with_a_sentence(desk):
    answer = await desk.client().post("/staff/login", data={"name": "x" * 200_000})

    assert answer.status_code == 413
    assert "te veel tekst" in answer.text


@pytest.mark.parametrize("body", [b"name=%ff%fe&password=%00", b"\xff\xfe\x00", b"&" * 50, b"a=1&" * 50])
async def test_a_broken_form_gets_a_sentence_and_no_trace(desk, body):
    answer = await desk.client().post("/staff/login", content=body)

    assert answer.status_code in (400, 401)
    assert "Traceback" not in answer.text


async def test_when_the_database_is_away_the_desk_says_so(desk, monkeypatch):
    ours = await desk.signed_in()

    async def away(*_: object, **__: object) -> None:
        raise StoreAway

    monkeypatch.setattr(desk.store, "cases", away)
    answer = await ours.get("/staff")

    assert answer.status_code == 503
    assert "Er is niets bewaard" in answer.text
