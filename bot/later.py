"""What the bot says unasked: when a timer goes off, when staff send a question away or on. Values in, values out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bot import follow_up
from bot.conversation import Conversation
from bot.events import Event, HandedOver, Outcome, Rang, Said, Timer
from bot.messages import Part, Reply, Way
from bot.minds import Minds
from bot.promise import days_after, next_word, promise_in_words
from bot.wording import Wording

_OTHER_WAY: dict[Outcome, str] = {"wrong_address": "handoff.refused", "not_reached": "handoff.unanswered"}


def ring(then: Conversation, timer: Timer, minds: Minds, now: datetime) -> Sequence[Event]:
    """Return what happens when a timer goes off; nothing when it was taken away or set to later."""
    due = then.timers.get(timer)
    if due is None or due > now:
        return ()
    words = Wording(minds.phrases, minds.guide, then.answered_in, now)
    if then.held_by_staff:  # the bot is silent; tomorrow it looks again
        return (Rang(at=now, timer=timer, again=days_after(1, now), silent=True),)
    silent = _must_be_silent(then, timer)
    rang = Rang(at=now, timer=timer, again=_again(then, timer, due, minds, now), silent=silent)
    reply = None if silent else _words_of(then, timer, words)
    return (rang, _said(then, timer, due, reply, now)) if reply else (rang,)


def _must_be_silent(then: Conversation, timer: Timer) -> bool:
    """Tell whether somebody may read along and this is not what was agreed for a safe moment."""
    return then.quiet and not (timer == "follow_up" and then.may_ask)


def _words_of(then: Conversation, timer: Timer, words: Wording) -> Reply | None:
    match timer:
        case "follow_up":
            return follow_up.question(then, words)
        case "late" | "unanswered" if then.organisation:
            ways = words.ways(then.organisation, then.facts.get("wijk"))
            ways = ways if timer == "late" else words.front_desk(then.organisation)
            text = words.say(f"handoff.{timer}", name=words.name(then.organisation))
            return _with_choices(text, ways, words, "wait", "withdraw", "themes")
        case _:
            return None


def _again(then: Conversation, timer: Timer, due: datetime, minds: Minds, now: datetime) -> datetime | None:
    if timer == "follow_up":
        once_more = then.asked_after == 0 and not _must_be_silent(then, timer)
        return days_after(follow_up.SECOND - follow_up.FIRST, due) if once_more else None
    return next_word(then.organisation, minds.guide, now) if then.organisation else None


def sent_away(then: Conversation, outcome: Outcome, minds: Minds, now: datetime) -> Sequence[Event]:
    """Return what is said when staff close a question that was not theirs or whose resident they did not reach."""
    if outcome not in _OTHER_WAY or then.organisation is None or then.quiet:
        return ()
    words = Wording(minds.phrases, minds.guide, then.answered_in, now)
    text = words.say(_OTHER_WAY[outcome], name=words.name(then.organisation))
    reply = _with_choices(text, words.front_desk(then.organisation), words, "human", "themes")
    number = uuid5(NAMESPACE_URL, f"sent-away:{then.id}:{then.version}").hex
    return (Said(at=now, id=number, reply=reply),)


def passed_on(then: Conversation, there: HandedOver, words: Wording) -> Sequence[Event]:
    """Return what is said when staff send a question on to another organisation: who has it now, and until when."""
    if then.quiet or there.promised is None:
        return ()
    when = promise_in_words(there.promised, words.guide, words.now, words.language)
    text = words.say("handoff.passed", name=words.name(there.organisation), when=when)
    ways = words.line(there.organisation) or words.front_desk(there.organisation)
    reply = _with_choices(text, ways, words, "withdraw")
    number = uuid5(NAMESPACE_URL, f"passed:{then.id}:{then.version}").hex
    return (Said(at=words.now, id=number, reply=reply),)


def _with_choices(text: str, ways: tuple[Way, ...], words: Wording, *buttons: str) -> Reply:
    choices = tuple(words.button(one, "other" if one == "themes" else one) for one in buttons)
    part = Part(kind="text", text=text, ways=ways)
    return Reply(parts=(part,), choices=choices, language=words.language, status="handoff")


def _said(then: Conversation, timer: Timer, due: datetime, reply: Reply, now: datetime) -> Said:
    number = uuid5(NAMESPACE_URL, f"{timer}:{then.id}:{due.isoformat()}").hex
    return Said(at=now, id=number, reply=reply)
