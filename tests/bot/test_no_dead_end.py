"""From every state that a resident can reach, a person, a phone number or an address is one step away.

The graph is walked: from the first message, every button of every reply is pressed and the same few things are typed
in each state. Two states are the same when the same can follow: what was said, what is expected, and who holds it.
"""

from collections import deque
from datetime import UTC, datetime

from bot.conversation import Conversation, after
from bot.events import Claimed
from bot.messages import Incoming, Reply, payload, read_payload
from bot.turn import take_turn

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TYPED = (
    "ja",
    "nee",
    "weet ik niet",
    "Overvecht",
    "ik wil een mens spreken",
    "stop",
    "mijn man slaat mij",
    "gkjhsdf",
    "",
)
STARTS = ("huurschuld", "ik voel me zo alleen", "hallo", "ik wil niet meer leven", "mijn kind van 14 spijbelt")
PERSON = {"human", "contact", "call_me", "withdraw"}
MOST = 150


def step(then: Conversation, text: str, minds):
    incoming = Incoming(id=str(then.version), conversation=then.id, text=text)
    turn = take_turn(then, incoming, minds, MONDAY)
    for event in turn.events:
        then = after(then, event)
    return None if turn.forget else then


def state(then: Conversation) -> tuple:
    reply = then.reply
    assert reply
    said = tuple((part.kind, part.title, part.text) for part in reply.parts if part.kind != "notice")
    return said, tuple(one.payload for one in reply.choices), reply.expects, then.state, then.unclear, then.quiet


def in_sight(reply: Reply) -> bool:
    """Tell whether a person, a phone or an address is in the reply itself."""
    buttons = {read_payload(one.payload)[0] for one in reply.choices}
    return bool(buttons & PERSON) or any(part.ways for part in reply.parts)


def walk(minds):
    """Yield every state once, with what was done last."""
    queue = deque((step(Conversation(id="walk:1"), text, minds), text) for text in STARTS)
    met = set()
    while queue and len(met) < MOST:
        then, did = queue.popleft()
        if then is None or (key := state(then)) in met:
            continue
        met.add(key)
        yield then, did
        for text in (*(one.payload for one in then.reply.choices), *TYPED):
            queue.append((step(then, text, minds), text))


def test_from_every_state_help_is_one_step_away(real_minds):
    states = list(walk(real_minds))
    stuck = []
    for then, did in states:
        if in_sight(then.reply):
            continue
        following = (step(then, one.payload, real_minds) for one in then.reply.choices)
        if not any(one is not None and in_sight(one.reply) for one in following):
            stuck.append((did, then.reply.plain[:200]))

    assert stuck == []
    assert len(states) > 100


def test_asking_for_a_person_helps_in_every_state(real_minds):
    for then, did in walk(real_minds):
        asked = step(then, payload("human"), real_minds)

        assert asked is not None
        assert in_sight(asked.reply), (did, then.reply.plain[:200])


def test_the_bot_keeps_silent_in_every_state_that_staff_hold(real_minds):
    for then, did in walk(real_minds):
        if then.state == "waiting":
            held = after(then, Claimed(at=MONDAY, by="Noor"))
            turn = take_turn(held, Incoming(id="x", conversation="walk:1", text="hallo?"), real_minds, MONDAY)

            assert [event.kind for event in turn.events] == ["heard"], did
