"""A number that a resident gives to be reached by is kept in the case and not in the text; others are kept nowhere."""

import pytest

from bot.conversation import after
from bot.events import Claimed, Consented, ContactGiven, HandedOver, Heard


@pytest.fixture
def held(talk):
    """Return a talk that a colleague holds."""
    talk.say("ik heb schulden in Utrecht")
    at = talk.turn.events[0].at
    for event in (
        Consented(at=at, organisation="utrecht-gemeente"),
        HandedOver(at=at, organisation="utrecht-gemeente"),
        Claimed(at=at, by="Sanne"),
    ):
        talk.conversation = after(talk.conversation, event)
    return talk


@pytest.mark.parametrize(
    ("typed", "text", "reach"),
    [
        ("06 12345678", "[telefoonnummer]", "+31 6 12345678"),
        ("ja mail maar: anna@example.nl", "ja mail maar: [e-mailadres]", "anna@example.nl"),
        ("bij de gemeente op 030 2861000 neemt nooit iemand op", None, None),
        ("mijn bsn is 111222333", "mijn bsn is [bsn]", None),
    ],
)
def test_the_colleague_who_holds_the_conversation_gets_the_number_that_is_given(held, typed, text, reach):
    held.say(typed)

    (heard, *given) = held.turn.events
    assert isinstance(heard, Heard)
    assert text is None or heard.text == text
    assert [event.reach for event in given if isinstance(event, ContactGiven)] == ([reach] if reach else [])


def test_what_somebody_writes_into_a_button_of_their_own_is_masked_too(talk):
    talk.say('/inform{"city": "bsn 111222333"}')

    assert "111222333" not in talk.turn.model_dump_json()
