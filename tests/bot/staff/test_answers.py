"""The number that a resident quotes on the phone, and what it opens for staff."""

import pytest

from bot.staff.look_up import look_up
from referral.load import load_guide

RECEIPT = "K7MN-4XWA"


async def test_a_colleague_opens_the_answer_by_its_number(desk):
    await desk.hand_over(receipt=RECEIPT)
    ours = await desk.signed_in()

    page = await ours.get("/staff/answers", params={"number": "k7mn 4xwa"})

    assert page.status_code == 200
    assert RECEIPT in page.text
    assert "Buurtteam" in page.text
    assert "Versie van de gids" in page.text


async def test_the_answer_tells_what_would_change_it(desk):
    await desk.hand_over(receipt=RECEIPT)
    ours = await desk.signed_in()

    page = (await ours.get("/staff/answers", params={"number": RECEIPT})).text

    assert "Wat dit zou veranderen" in page


async def test_another_team_sees_the_answer_and_nothing_of_the_conversation(desk):
    await desk.hand_over(receipt=RECEIPT)
    other = await desk.signed_in("Bram", team="utrecht-dock")

    page = (await other.get("/staff/answers", params={"number": RECEIPT})).text

    assert RECEIPT in page
    assert "Anna" not in page
    assert "durf de post niet" not in page
    assert "12345678" not in page


async def test_an_erased_conversation_takes_its_answer_along(desk):
    await desk.hand_over(receipt=RECEIPT)
    ours = await desk.signed_in()
    await desk.store.forget("web:anna")

    page = await ours.get("/staff/answers", params={"number": RECEIPT})

    assert page.status_code == 404
    assert "geen antwoord met dit nummer" in page.text


@pytest.mark.parametrize("typed", ["0000-0000", "huur", "<script>", "'; drop table answers; --", "K7MN-4XW"])
async def test_what_is_no_number_is_told_so_and_costs_no_try(desk, typed):
    ours = await desk.signed_in()

    for _ in range(10):
        page = await ours.get("/staff/answers", params={"number": typed})

    assert page.status_code == 404
    assert "Zo ziet een nummer er niet uit" in page.text
    assert typed not in page.text or "<" not in typed


async def test_nobody_finds_an_answer_by_guessing(desk):
    await desk.hand_over(receipt=RECEIPT)
    ours = await desk.signed_in()
    for _ in range(5):
        await ours.get("/staff/answers", params={"number": "3333-3333"})

    page = await ours.get("/staff/answers", params={"number": RECEIPT})

    assert page.status_code == 429
    assert "Buurtteam Sociaal (" not in page.text


async def test_the_terminal_shows_who_and_why_and_by_which_rule(desk):
    await desk.hand_over(receipt=RECEIPT)

    lines = await look_up(desk.store, load_guide(), RECEIPT)

    assert RECEIPT in lines[0]
    assert "Buurtteam" in lines[1]
    assert lines[1].endswith("]")
    assert await look_up(desk.store, load_guide(), "3333-3333") == ()


async def test_a_changed_rule_is_told_in_place_of_a_wrong_explanation(desk):
    """The answer stands as it was given; with other rules today the desk says so."""
    *before, _, _, _, _ = desk.story(receipt=RECEIPT)
    heard, decided, said = before
    (first,) = decided.decision.referrals
    moved = first.model_copy(update={"organisation": "utrecht-dock"})
    other = decided.model_copy(update={"decision": decided.decision.model_copy(update={"referrals": (moved,)})})
    await desk.happen("web:anna", heard, other, said)

    lines = await look_up(desk.store, load_guide(), RECEIPT)

    assert any("DOCK" in line for line in lines)
    assert "veranderd" in lines[-1]
