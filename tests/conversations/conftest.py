"""The trained reader, the real guide and the real sentences, made once; and the rates, printed below the tests."""

import pytest

from bot.bootstrap import load_minds
from bot.minds import Minds
from tests.conversations.rates import Result, report

_RESULTS = pytest.StashKey[list[Result]]()


@pytest.fixture(scope="session")
def minds() -> Minds:
    return load_minds()


@pytest.fixture(scope="session")
def results(pytestconfig: pytest.Config) -> list[Result]:
    """Return the list in which every played conversation is kept for the rates."""
    return pytestconfig.stash.setdefault(_RESULTS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the rates when conversations were played."""
    if played := config.stash.get(_RESULTS, []):
        terminalreporter.section("conversations")
        for line in report(played):
            terminalreporter.write_line(line)
