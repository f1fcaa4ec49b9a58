"""What each answer of the desk carries, and what is no form or file of ours. Who may what: test_attacks.py."""

import pytest

from bot.ports import StoreAway

STATIC = ("/staff/static/staff.css", "/staff/static/staff.js", "/staff/static/desk.svg")


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://wegwijs.test"}, {}])
async def test_a_form_of_our_own_page_is_taken(desk, token_of, headers):
    number = await desk.hand_over()
    ours = await desk.signed_in()

    form = {"csrf": await token_of(ours), "number": "0" * 32}
    answer = await ours.post(f"/staff/cases/{number}/claim", data=form, headers=headers)

    assert answer.status_code == 303


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
