"""What every store promises of private links."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.events import Rang
from bot.shared import Link

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
TOKEN, OTHER = "a" * 32, "b" * 32


@pytest.fixture
async def link(store):
    """Return a link to the first event of a conversation."""
    await store.append("web:1", (Rang(at=NOW, timer="late"),) * 2, after=0)
    return Link(conversation="web:1", number=1, expires=LATER)


async def test_a_token_opens_its_advice_until_it_expires(store, link):
    assert await store.shared.share(link, TOKEN)

    assert await store.shared.opened(TOKEN, LATER - timedelta(seconds=1)) == link
    assert await store.shared.opened(TOKEN, LATER) is None
    assert await store.shared.opened(OTHER, NOW) is None
    assert await store.shared.links("web:1", NOW) == {1: LATER}
    assert await store.shared.links("web:1", LATER) == {}
    assert await store.shared.links("web:2", NOW) == {}


async def test_a_new_link_takes_the_place_of_the_one_before(store, link):
    await store.shared.share(link, TOKEN)
    await store.shared.share(link, OTHER)

    assert await store.shared.opened(TOKEN, NOW) is None
    assert await store.shared.opened(OTHER, NOW) == link


async def test_a_withdrawn_link_opens_nothing_and_others_stay(store, link):
    second = link.model_copy(update={"number": 2})
    await store.shared.share(link, TOKEN)
    await store.shared.share(second, OTHER)

    assert await store.shared.withdraw("web:1", 1)

    assert not await store.shared.withdraw("web:1", 1)
    assert await store.shared.opened(TOKEN, NOW) is None
    assert await store.shared.opened(OTHER, NOW) == second


async def test_links_go_with_their_conversation_and_none_is_made_to_what_is_gone(store, link):
    await store.shared.share(link, TOKEN)

    await store.forget("web:1")

    assert await store.shared.opened(TOKEN, NOW) is None
    assert not await store.shared.share(link, TOKEN)
    assert await store.shared.links("web:1", NOW) == {}
