"""What makes the same form of the desk count once, however often it is sent: by a double click, or after a kill."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from bot.assistant import Assistant, Step
from bot.conversation import Conversation
from bot.events import ByStaff, Event
from bot.handover import NotAllowed, Staff

_NUMBER = re.compile(r"[0-9a-f]{32}")
_OF_THE_SESSION = "csrf"
_INCOMPLETE = "Dit formulier is niet compleet. Probeer het nog eens."

Form = Mapping[str, str]
UNNUMBERED: Form = {}  # of who does something without a page; it counts every time


def mark_of(button: str, who: str, form: Form) -> str:
    """Return what a form of somebody has each time that it is sent, and no other. Raises NotAllowed without a number.

    Each page gives its forms a number. What was typed counts too: should a browser bring an old page back, what is
    typed on it then is not taken for what was sent before.
    """
    if not _NUMBER.fullmatch(form.get("number", "")):
        raise NotAllowed(_INCOMPLETE)
    fields = sorted((name, value) for name, value in form.items() if name != _OF_THE_SESSION)
    return sha256(json.dumps([button, who, fields]).encode()).hexdigest()[:32]


async def act_once(assistant: Assistant, conversation: str, staff: Staff, button: str, form: Form, step: Step) -> None:
    """Carry out what a colleague does on a page, unless this form was before. Raises NotAllowed."""
    await assistant.act(conversation, once(button, staff.name, form, step))


def once(button: str, who: str, form: Form, step: Step) -> Step:
    """Return the step that does nothing when this form was carried out before, and else keeps with it that it was."""
    if not form.get("number"):
        return step
    mark = mark_of(button, who, form)

    def guarded(known: Conversation, now: datetime) -> Sequence[Event]:
        return () if mark in known.forms else [_marked(event, mark) for event in step(known, now)]

    return guarded


def _marked(event: Event, mark: str) -> Event:
    return event.model_copy(update={"form": mark}) if isinstance(event, ByStaff) else event
