"""How often things may happen, as values: no clock, no request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import MOST_KEYS, OFF, Limits, Pace, TooFast, address_of


class Hand:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def limits(hand) -> Limits:
    return Limits(clock=hand)


async def nobody(_conversation: str) -> tuple[()]:
    return ()


async def somebody(_conversation: str) -> tuple[str]:
    return ("an event",)


async def say(limits: Limits, conversation: str, address: str, times: int = 1, exists=somebody) -> int:
    """Return how many of the messages were let through."""
    for done in range(times):
        try:
            await limits.message(conversation, address, exists)
        except TooFast:
            return done
    return times


# ---------------------------------------------------------------- one conversation, one library


async def test_a_conversation_may_say_twenty_things_at_once_and_then_one_in_two_seconds(limits, hand):
    assert await say(limits, "web:anna", "library", 50) == 20
    hand.now += 2
    assert await say(limits, "web:anna", "library", 50) == 1


async def test_who_is_turned_away_hears_how_long_to_wait_and_is_heard_after_that(limits, hand):
    await say(limits, "web:anna", "library", 20)
    with pytest.raises(TooFast) as told:
        await limits.message("web:anna", "library", somebody)

    hand.now += told.value.seconds

    assert await say(limits, "web:anna", "library") == 1


async def test_a_library_with_forty_computers_at_one_address_is_let_through(limits, hand):
    let_in = 0
    for _ in range(30):  # minutes
        for computer in range(40):
            let_in += await say(limits, f"web:{computer}", "library", 6, nobody)
        hand.now += 60

    assert let_in == 30 * 40 * 6


async def test_one_who_says_too_much_takes_nothing_from_the_others_at_the_address(limits):
    await say(limits, "web:noisy", "library", 5000)

    assert [await say(limits, f"web:{one}", "library", 10, nobody) for one in range(50)] == [10] * 50


async def test_new_conversations_are_counted_apart_from_messages_of_those_we_know(limits):
    begun = [await say(limits, f"web:{number}", "library", 1, nobody) for number in range(500)]

    assert sum(begun) == 120
    assert await say(limits, "web:known", "library", 10, somebody) == 10


async def test_a_made_up_token_counts_as_a_new_conversation_each_time(limits):
    guesses = [await say(limits, f"web:{number:032x}", "villain", 1, nobody) for number in range(1000)]

    assert sum(guesses) == 120


async def test_a_conversation_that_was_met_is_not_asked_for_in_the_store_again(limits):
    asked = []

    async def exists(conversation: str) -> bool:
        asked.append(conversation)
        return True

    await say(limits, "web:anna", "home", 5, exists)

    assert asked == ["web:anna"]


async def test_limits_that_are_off_count_nothing_and_ask_nothing():
    assert await say(OFF, "web:anna", "bench", 10_000, None) == 10_000


async def test_limits_can_be_made_wider(hand):
    assert await say(Limits(10, hand), "web:anna", "gateway", 500) == 200


# ---------------------------------------------------------------- streams


def test_a_ninth_stream_of_one_conversation_must_wait_until_one_closes(limits):
    streams = [limits.stream("anna", "home") for _ in range(9)]
    for stream in streams[:8]:
        stream.__enter__()

    with pytest.raises(TooFast):
        streams[8].__enter__()
    streams[0].__exit__(None, None, None)

    with limits.stream("anna", "home"):
        pass


def test_streams_of_one_address_have_an_end_too_and_leave_nothing_behind(limits):
    held = [limits.stream(str(number), "villain") for number in range(400)]
    for stream in held:
        stream.__enter__()

    with pytest.raises(TooFast), limits.stream("another", "villain"):
        pass
    for stream in held:
        stream.__exit__(None, None, None)

    assert not limits._open


# ---------------------------------------------------------------- what is kept


def test_the_number_of_keys_is_bounded_and_who_was_seen_longest_ago_goes_first():
    pace = Pace(burst=1, every=60, most_keys=3)
    for key in "abcd":
        pace.count(key, now=0)

    assert len(pace) == 3
    assert (pace.wait("a", now=0) <= 0, pace.wait("d", now=0) > 0) == (True, True)


async def test_a_flood_of_addresses_keeps_memory_bounded(limits):
    for number in range(MOST_KEYS + 1000):
        await limits.message(f"web:{number}", f"10.{number}", nobody)

    assert {len(limits._conversations), len(limits._beginnings), len(limits._met)} == {MOST_KEYS}


@given(st.lists(st.floats(0, 5), max_size=200), st.integers(1, 10), st.floats(0.1, 3))
def test_no_rhythm_gets_more_through_than_the_burst_and_the_pace(pauses, burst, every):
    pace, now, let_in = Pace(burst, every), 0.0, 0

    for pause in pauses:
        now += pause
        if pace.wait("one", now) <= 0:
            pace.count("one", now)
            let_in += 1

    assert let_in <= burst + now / every + 1


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        (None, "nowhere"),
    ],
)
def test_an_address_counts_as_itself_and_in_ipv6_as_its_64(host, key):
    assert address_of(host) == key
