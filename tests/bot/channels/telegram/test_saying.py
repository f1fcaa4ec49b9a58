import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.saying import LONGEST, data_of, payload_of, pieces
from bot.messages import Choice


def units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.lists(st.text("ab 😀\n", max_size=3000), max_size=5).map("".join))
def test_every_piece_fits_and_no_word_is_lost(text):
    found = list(pieces(text))

    assert all(0 < units(piece) <= LONGEST for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a" * LONGEST, ["a" * LONGEST]),
        ("a" * LONGEST + "b", ["a" * LONGEST, "b"]),
        ("a" * LONGEST + "\nb", ["a" * LONGEST, "b"]),
        ("a\nb b" + "c" * LONGEST, ["a", "b", "b" + "c" * (LONGEST - 1), "c"]),
        ("a b" + "c" * LONGEST, ["a", "b" + "c" * (LONGEST - 1), "c"]),
        ("😀" * LONGEST, ["😀" * (LONGEST // 2)] * 2),
    ],
    ids=["empty", "fits", "one more", "line end", "early line end", "space", "emoji"],
)
def test_a_text_is_cut_at_a_line_end_else_at_a_space_else_anywhere(text, expected):
    assert list(pieces(text)) == expected


def test_a_payload_that_fits_is_the_data_itself():
    choice = Choice(title="Ja", payload="/" + "é" * 31)

    assert data_of(choice) == choice.payload


def test_a_longer_payload_has_a_short_key_that_stays_the_same():
    choice = Choice(title="Ja", payload="/" + "é" * 32)

    assert data_of(choice) == data_of(choice.model_copy(update={"title": "Nee"}))
    assert data_of(choice).startswith("#")
    assert len(data_of(choice).encode()) <= 64


def test_a_key_of_another_conversation_says_nothing():
    assert payload_of("#abc", ()) == "#abc"
