"""The server is killed again and again while a small city talks with it; then it is proved that nothing was lost."""

from tests.crash.proof import prove
from tests.crash.world import world


async def test_whatever_was_acknowledged_is_there_once_however_often_the_server_dies(
    database, kills, seed, tmp_path, capsys
):
    async with world(database, tmp_path, seed) as around:
        await around.live(kills)
        proof = await prove(around)

    with capsys.disabled():
        print(f"\n{database.partition(':')[0]}, seed {seed}\n{proof.table()}")  # noqa: T201 -- the figures are what it is about
    assert {name: found for name, found in proof.wrong.items() if found} == {}
    assert proof.figures["kills"] == kills
    assert len(around.ledger.answers) > 0
    assert len(around.ledger.notes) > 0
    assert around.ledger.widgets
    assert any(told.acknowledged for told in around.ledger.told if told.conversation.startswith("socketio:"))
