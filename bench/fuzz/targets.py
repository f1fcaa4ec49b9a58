"""Everything that reads what a stranger sent: bytes in, nothing out; raises only when it broke.

What is foreseen (a sentence that says what is wrong) counts as read. Beside not breaking, each says what must hold.
"""

import json
from collections.abc import Callable, Coroutine, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from telegram import Bot, Update

from bot.channels.bodies import BadBody, read_json
from bot.channels.rasa.parse import parse_message
from bot.channels.rasa.rest import read_message
from bot.channels.rasa.uttered import SocketMessage, session_of
from bot.channels.telegram.hearing import incoming_from
from bot.channels.tokens import shows
from bot.channels.web import doors
from bot.channels.web.links import call_links
from bot.front.rates import cookies_of
from bot.limits import address_of
from bot.masking import mask
from bot.messages import Incoming, payload, read_payload
from bot.minds import Minds
from bot.phrases import load_phrases
from bot.staff import guard as desk
from intents.language import language_of
from intents.model import Understanding
from intents.normalise import guard, plain, words
from intents.signals import patterns_in
from intents.slots import read_facts
from referral.areas import locate
from referral.load import load_guide

SPOKEN = ("nl", "en", "ar")  # the others have the same patterns, with other words
ROOT = Path(__file__).parents[2]
ASKED = (None, "age", "city", "wijk", "home_or_utilities_at_risk", "name", "reach", "consent")


def text_of(data: bytes) -> str:
    """Return bytes as a text, with lone surrogates where there are any, as JSON lets them through."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


# ---------------------------------------------------------------- doors


def form_of_a_resident(data: bytes) -> None:
    """Read the form of the web chat: what comes out is a message that can be stored."""
    message = _now(doors.read_form(_request(data)))
    if message:
        Incoming(id=message.id, conversation="web:x", text=message.text, language=message.language)
        assert doors.token_for(message)


def form_of_a_colleague(data: bytes) -> None:
    """Read a form of the desk: no NUL reaches a database."""
    fields = _now(desk.read_form(_request(data)))
    assert "\0" not in "".join((fields or {}).values())


def headers_of_a_request(data: bytes) -> None:
    """Read cookies, bearer tokens and addresses: a made-up one opens nothing."""
    request = _request(b"", authorization=data, cookie=data, last_event_id=data)
    assert not shows(request, "a token that nobody guesses")
    conversation = doors.conversation_of(request)
    assert conversation is None or len(conversation) == len("web:") + 32
    cookies_of(request.headers)
    doors.events_seen(request)
    address_of(text_of(data))


def message_over_rest(data: bytes) -> None:
    """Read a message of one of Rasa's clients: what comes out can be stored."""
    message = _foreseen(lambda: read_message(data))
    if message:
        assert message.incoming().text.encode("utf-8") is not None


def call_of_rasa(data: bytes) -> None:
    """Read a call of a Rasa server."""
    from bot.channels.rasa.action import read_call  # noqa: PLC0415 -- rasa-sdk, which only this target needs

    _foreseen(lambda: read_call(read_json(data)))


def message_over_socket_io(data: bytes) -> None:
    """Read what a page says over Socket.IO."""
    told = _foreseen(lambda: read_json(data))
    for arguments in ([told], [], [told, told], told if isinstance(told, list) else [None]):
        session_of(arguments)
        message = _foreseen(lambda arguments=arguments: SocketMessage.of(arguments))
        if message:
            message.incoming("socketio:x")


def update_of_telegram(data: bytes) -> None:
    """Read an update of Telegram; the library may refuse it, and what it reads must become a message or nothing."""
    told = _foreseen(lambda: read_json(data))
    if not isinstance(told, dict) or type(told.get("update_id")) is not int:
        return
    try:
        update = Update.de_json(told, _bot())
    except Exception:  # the door passes by what the library stumbles over, and logs it
        return
    incoming_from(update, _phrases())


# ---------------------------------------------------------------- readers


def button(data: bytes) -> None:
    """Read what a button sends."""
    if chosen := read_payload(text_of(data)):
        name, values = chosen
        assert read_payload(payload(name, **values)) == (name, values)


def masked(data: bytes) -> None:
    """Mask a text: what is left can be masked again."""
    mask(mask(text_of(data)))


def language_and_danger(data: bytes) -> None:
    """Read language and signs of danger."""
    text = guard(text_of(data))
    assert language_of(text) == language_of(text)
    patterns_in(text)
    plain(text)
    words(text)


def facts(data: bytes) -> None:
    """Read facts, in a language and in answer to a question that follow from the text."""
    number, text = sum(data), guard(text_of(data))
    read_facts(text, SPOKEN[number % len(SPOKEN)], ASKED[number % len(ASKED)])


def places(data: bytes) -> None:
    """Read where somebody lives."""
    for answering in (True, False):
        locate(guard(text_of(data)), _guide().areas, answering)


def parsed_for_rasa(data: bytes) -> None:
    """Read a message as Rasa's NLU: entities lie within the text."""
    text = text_of(data).encode("utf-8", "replace").decode("utf-8")
    parsed = parse_message(text, _quick_minds())
    assert all(0 <= one.start <= one.end <= len(text) for one in parsed.entities)
    json.dumps(parsed.model_dump())


def shown(data: bytes) -> None:
    """Put a text into a page: nothing of it becomes HTML."""
    html = str(call_links(text_of(data)))
    assert "<" not in html.replace('<a class="utrecht-link" href="tel:', "").replace("</a>", "")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        form_of_a_resident, form_of_a_colleague, headers_of_a_request, message_over_rest, call_of_rasa,
        message_over_socket_io, update_of_telegram, button, masked, language_and_danger, facts, places,
        parsed_for_rasa, shown,
    )
}  # fmt: skip


def seeds() -> list[bytes]:
    """Return what people and programs really send, to begin from."""
    typed = [line for path in sorted((ROOT / "tests/conversations").rglob("*.yaml"))[:40] for line in _typed(path)]
    chat = {"id": 7, "type": "private"}
    update = {"update_id": 1, "message": {"message_id": 2, "date": 1, "chat": chat, "text": "/taal tr"}}
    tap = {"update_id": 2, "callback_query": {"id": "3", "chat_instance": "x", "data": "/ja", "from": {"id": 7}}}
    call = {"next_action": "action_wegwijs_refer", "tracker": {"sender_id": "x", "slots": {}, "events": []}}
    made = [
        {"sender": "anna", "message": "ik heb schulden", "metadata": {}}, update, tap, call,
        {"message": "hallo", "session_id": "anna"}, [{"session_id": None}],
    ]  # fmt: skip
    fixed = [
        b"message=geld&id=12345678-abcd&taal=nl&after=3&start=" + b"0" * 32,
        b"csrf=x&text=Dag&number=" + b"0" * 32,
        b"wegwijs=" + b"a" * 32,
        b"Bearer " + b"0" * 32,
        b'/inform{"age":"67+"}',
        b"2001:db8::1%eth0",
        b"mijn bsn is 111222333, bel 06-12345678 of NL91ABNA0417164300, geboren 1-2-1980, Kerkstraat 12a 3511AB",
    ]
    return [*fixed, *(json.dumps(one).encode() for one in made), *(line.encode() for line in typed)]


# ---------------------------------------------------------------- what they need


def _typed(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    return [line.partition("resident:")[2].strip() or line.strip() for line in lines if line.strip()][:60]


def _request(body: bytes, **headers: bytes) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    told = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": told}, receive)


def _now(step: Coroutine[Any, Any, Any]) -> Any:
    """Return what a step gives that waits for nothing; None when it refused."""
    try:
        step.send(None)
    except StopIteration as done:
        return done.value
    except (doors.Refused, desk.Refused):
        return None
    raise AssertionError("it waits for something")


def _foreseen(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (BadBody, ValidationError):
        return None


@lru_cache
def _bot() -> Bot:
    return Bot("1:token")


_phrases = lru_cache(load_phrases)
_guide = lru_cache(load_guide)


@lru_cache
def _quick_minds() -> Minds:
    def understand(text: str, language: str | None, _asked: str | None) -> Understanding:
        text = guard(text)
        found = language or language_of(text)
        known = found if found in SPOKEN else SPOKEN[0]
        return Understanding(language=found, signals=tuple(patterns_in(text)), facts=read_facts(text, known, None))

    return Minds(understand, _guide(), _phrases())
