"""What every store of the directory promises: versions without gaps, one decision a proposal."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.directory import Change, Overtaken, Proposal
from bot.stores.directory import SqlDirectory
from referral.overlay import Edit

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EDIT = Edit(
    organisation="utrecht-dock",
    contact=("phone", "", "088 1"),
    before={"value": "088 1", "open": {"ma-vr": ["9.00-12.00", "13.00-17.00"]}},
    after={"value": "088 2", "hours": {"nl": "dag en nacht", "en": "day and night"}},
)
ASKED = Proposal(
    id="een", sort="change", edit=EDIT, source="dock.nl", by="Sanne", role="medewerker", team="utrecht-dock", at=NOW
)
ACCEPTED = ASKED.model_copy(update={"state": "accepted", "decided_by": "Karin", "decided_at": NOW})


def change(version):
    return Change(version=version, kind="accepted", edit=EDIT, by="Karin", at=NOW, why="", source="dock.nl")


@pytest.fixture
def directory(sql_store):
    return SqlDirectory(sql_store.engines)


async def test_a_change_comes_back_as_it_was(directory):
    await directory.change(change(1))

    assert await directory.changes() == (change(1),)
    assert await directory.version() == 1


async def test_versions_have_no_gap_and_none_comes_twice(directory):
    await directory.change(change(1))

    for version in (1, 3):
        with pytest.raises(Overtaken):
            await directory.change(change(version))
    assert await directory.version() == 1


async def test_of_two_changes_at_once_one_is_made(directory):
    made = await asyncio.gather(*(directory.change(change(1)) for _ in range(5)), return_exceptions=True)

    assert sorted(map(type, made), key=str) == sorted([type(None), *[Overtaken] * 4], key=str)


async def test_a_proposal_is_found_by_its_organisation_and_while_it_is_open(directory):
    other = ASKED.model_copy(
        update={"id": "twee", "edit": EDIT.model_copy(update={"organisation": "u"}), "state": "declined"}
    )
    await directory.propose(ASKED)
    await directory.propose(other)

    assert await directory.proposal("een") == ASKED
    assert await directory.proposal("drie") is None
    assert {one.id for one in await directory.proposals()} == {"een", "twee"}
    assert await directory.proposals(["u"]) == (other,)
    assert await directory.proposals([]) == ()
    assert await directory.proposals(only_open=True) == (ASKED,)


async def test_a_proposal_that_is_sent_twice_at_once_is_kept_once(directory):
    await asyncio.gather(*(directory.propose(ASKED) for _ in range(4)))

    assert await directory.proposals() == (ASKED,)


async def test_a_proposal_is_decided_once(directory):
    await directory.propose(ASKED)
    await directory.decide(ACCEPTED)

    with pytest.raises(Overtaken):
        await directory.decide(ACCEPTED)
    with pytest.raises(Overtaken):
        await directory.change(change(1), ACCEPTED)
    assert await directory.changes() == ()
    assert await directory.proposal("een") == ACCEPTED
