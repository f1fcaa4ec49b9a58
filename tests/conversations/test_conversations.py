"""Every written conversation goes as it should. The rates stand below: `python -m pytest tests/conversations`."""

import pytest

from bot.minds import Minds
from tests.conversations.play import play
from tests.conversations.rates import Result
from tests.conversations.written import Written, faults, read

CONVERSATIONS = read()


def test_the_files_name_only_what_there_is(minds: Minds):
    assert list(faults(CONVERSATIONS, minds.guide)) == []


def test_every_theme_is_asked_about(minds: Minds):
    needs = {theme for one in CONVERSATIONS for turn in one.turns for theme in turn.need}

    assert needs == set(minds.guide.themes)


@pytest.mark.parametrize("written", CONVERSATIONS, ids=lambda written: written.name)
def test_a_conversation_goes_as_it_should(written: Written, minds: Minds, results: list[Result]):
    played = play(written, minds)
    results.append((written, played))

    if written.known_miss:
        assert played.faults, f"{written.name} goes well now: take its known_miss away"
        pytest.xfail(written.known_miss)
    assert not played.faults, f"\n{played}"
