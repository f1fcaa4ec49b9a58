"""How often the server dies in these tests: `pytest tests/crash --kills 200` at night, 5 on each database otherwise."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--kills", type=int, default=5, help="how often the server is killed on each database")
    parser.addoption("--seed", type=int, default=8, help="of what residents do and when the server dies")


@pytest.fixture
def kills(request):
    return request.config.getoption("--kills", default=5)


@pytest.fixture
def seed(request):
    return request.config.getoption("--seed", default=8)


@pytest.fixture(autouse=True)
def master_key(monkeypatch):
    """Let the server and who looks at its database from outside have the same key."""
    monkeypatch.setenv("WEGWIJS_MASTER_KEY", "a master key for the tests of dying")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    return f"sqlite:///{tmp_path}/w.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
