"""The trained reader, made once."""

import pytest

from intents.understand import Reader, load_reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader()
