"""What danger changes in a turn: is it safe to talk here, may somebody call, can what we said be taken away."""

from collections.abc import Set

from bot import contact
from bot.conversation import Conversation
from bot.events import Heard
from bot.messages import Choice, Part, Reply, read_payload
from bot.wording import Wording
from referral.model import Ask

NOT_ALONE = {"violence_at_home", "child_unsafe", "sexual_violence"}  # who did it may be in the room
_STAYS_ON_THE_PHONE = {"telegram"}  # channels where what we said can be read later, and can be taken away


def wants_removal(conversation: Conversation, heard: Heard) -> bool:
    """Tell whether what we said must be taken away."""
    return conversation.channel in _STAYS_ON_THE_PHONE and read_payload(heard.text) == ("remove", {})


def reply_to_safe(before: Conversation, then: Conversation, words: Wording, *, is_safe: bool) -> Reply:
    """Answer whether it is safe to talk: go on with the question that stood, or stop with the numbers to call."""
    if not is_safe:
        lines = tuple(way for one in ("veilig-thuis", "112") for way in words.line(one))
        part = Part(kind="text", text=words.say("danger.safe_later"), ways=lines)
        choices = *_remove_here(then, words), words.button("yes_forget", "forget")
        return Reply(parts=(part,), choices=choices, language=words.language)
    said = Part(kind="text", text=words.say("danger.safe_now"))
    if isinstance(before.decision, Ask):
        return words.ask_afresh(before.decision, then, said)
    choices = words.button("call_me"), words.button("themes", "other")
    return Reply(parts=(said,), choices=choices, language=words.language)


def beside(told_now: Set[str], then: Conversation, words: Wording) -> tuple[tuple[Part, ...], tuple[Choice, ...]]:
    """Offer that somebody calls, and ask whether it is safe to talk where who did it may be in the room."""
    if not told_now or then.state in ("waiting", "staff"):
        return (), ()
    call = Part(kind="text", text=words.say("danger.call_you", name=words.name(contact.desk_for(then, words))))
    if not told_now & NOT_ALONE:
        return (call,), (words.button("call_me"),)
    safe, answers = words.safe_here()
    return (*safe, call), (*answers, *_remove_here(then, words), words.button("call_me"))


def _remove_here(then: Conversation, words: Wording) -> tuple[Choice, ...]:
    """Offer to take away what we said, where it stays to be read."""
    return (words.button("remove_here", "remove"),) if then.channel in _STAYS_ON_THE_PHONE else ()
