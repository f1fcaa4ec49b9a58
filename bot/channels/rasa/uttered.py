"""What a page sends over Rasa's Socket.IO channel, made sure of at the door."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import uuid4

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from bot.channels.bodies import readable
from bot.messages import Incoming

_NAME = r"^[^\x00-\x1f\x7f]+$"

Named = Annotated[str, Field(min_length=1, max_length=255, pattern=_NAME)]

_NAMED: TypeAdapter[str] = TypeAdapter(Named)


class SocketMessage(BaseModel):
    """What a resident typed or chose. Other keys, such as `customData` and `metadata`, are passed by."""

    model_config = ConfigDict(frozen=True, strict=True)

    message: Annotated[str, BeforeValidator(readable)]
    session_id: Named | None = None
    message_id: Named | None = Field(default=None, description="the same one twice counts once")

    @classmethod
    def of(cls, data: Sequence[object]) -> "SocketMessage":
        """Return the message among the arguments of an event. Raises ValidationError."""
        return cls.model_validate(data[0] if data else None)

    def incoming(self, conversation: str) -> Incoming:
        """Return it as a message to the assistant."""
        number = f"{conversation}:{self.message_id}" if self.message_id else uuid4().hex
        return Incoming(id=number, conversation=conversation, text=self.message)


def session_of(data: Sequence[object]) -> str | None:
    """Return the session that a page asks for, None when it names none that can be one."""
    asked = data[0].get("session_id") if data and isinstance(data[0], Mapping) else None
    try:
        return _NAMED.validate_python(asked, strict=True)
    except ValidationError:
        return None
