"""The small dialogue of a handover: consent first, then it is handed over at once; a name and a number may follow."""

import re
from collections.abc import Mapping
from datetime import datetime

import phonenumbers

from bot.conversation import Conversation
from bot.events import Consented, ContactGiven, Event, HandedOver, Heard, Withdrawn
from bot.masking import EMAIL
from bot.messages import Part, Reply, read_payload
from bot.promise import late_after, promise_in_words, promised
from bot.wording import FRONT_DESK, Wording
from intents.normalise import plain
from intents.slots.read import read_answer
from referral.decide import decide
from referral.model import ELSEWHERE, PLACE, UNKNOWN, Refer, Situation

Step = tuple[tuple[Event, ...], Reply]
Queues = Mapping[str, int]  # organisation -> how many wait there
NOBODY_WAITS: Queues = {}

_LONGEST_NAME = 5  # words; more is a message
_SHORT_NAME = 2
_WORD = re.compile(r"[^\d/@]+")
_NUMBER = re.compile(r"\+?[\d][\d\s()./-]{5,}")
_NOT_OF_THIS = {"human", "complaint_bot", "stop", "privacy", "restart", "language", "why"}


def desk_for(then: Conversation, words: Wording) -> str:
    """Return the organisation whose staff should read this: the first of the referral that has people here.

    Not the one that said just now that it is not theirs.
    """
    guide = words.guide
    city = then.facts.get("city")
    decision = then.decision
    if then.themes and not isinstance(decision, Refer):
        unknown = {name: UNKNOWN for name, fact in guide.facts.items() if name != PLACE and name not in then.facts}
        situation = Situation(themes=then.themes, signals=then.signals, facts={**unknown, **then.facts})
        decision = decide(situation, guide, on=words.on)
    named = [one.organisation for one in decision.referrals] if isinstance(decision, Refer) else []
    refused = then.organisation if then.outcome == "wrong_address" else None
    here = [one for one in named if guide.organisations[one].city not in (None, ELSEWHERE) and one != refused]
    front = f"{city}-gemeente"
    return next(iter(here), front if front in guide.organisations else FRONT_DESK)


def offer(then: Conversation, words: Wording, *, complaint: bool = False) -> Step:
    """Offer a person: who they are, a phone for who has haste, and the question whether they may read along."""
    if then.state == "waiting" and then.organisation:
        return (), _waiting(then.organisation, words)
    organisation = desk_for(then, words)
    name = words.name(organisation)
    sorry = (Part(kind="text", text=words.say("complaint_bot")),) if complaint else ()
    text = Part(
        kind="text",
        text=words.say("handoff.offer", name=name),
        ways=words.line(organisation) or words.front_desk(organisation),
    )
    asked = _consent(organisation, words)
    return (), asked.model_copy(update={"parts": (*sorry, text, *asked.parts)})


def _waiting(organisation: str, words: Wording) -> Reply:
    told = Part(
        kind="text",
        text=words.say("handoff.waiting", name=words.name(organisation)),
        ways=words.line(organisation) or words.front_desk(organisation),
    )
    return Reply(parts=(told,), choices=(words.button("withdraw"),), language=words.language, status="handoff")


def ask_consent(then: Conversation, words: Wording) -> Step:
    """Ask whether staff may read the conversation."""
    return (), _consent(desk_for(then, words), words)


def _consent(organisation: str, words: Wording) -> Reply:
    question = Part(kind="question", text=words.say("handoff.consent", name=words.name(organisation)))
    choices = (words.button("yes", "affirm"), words.button("no", "deny"))
    return Reply(parts=(question,), choices=choices, language=words.language, status="handoff", expects="consent")


def answer(
    before: Conversation, then: Conversation, heard: Heard, typed: str, words: Wording, queues: Queues
) -> Step | None:
    """Return the next step when this message is part of the dialogue, else None."""
    match chosen := read_payload(typed):
        case ("contact" | "call_me", _):
            return offer(then, words) if then.state == "waiting" else ask_consent(then, words)
        case ("withdraw", _) if then.state == "waiting" and then.organisation:
            return _withdrawn(then, then.organisation, words)
        case ("wait", _) if then.state == "waiting" and then.organisation:
            text = words.say("handoff.waits", name=words.name(then.organisation))
            return (), _reply(words, text, None, "withdraw")
    act = heard.understanding.act
    if before.expects in ("name", "reach") and chosen is None:
        if reach := address_in(typed):
            name = ContactGiven(at=words.now, name=_beside(typed) or None, reach=reach)
            return (name,), _noted(reach, words)
        if _is_something_else(before, heard, typed):
            return None
    if act == "affirm" and chosen is None and before.expects == PLACE and _offered_to_call(before):
        return ask_consent(then, words)  # "ja graag" answers that offer, not where somebody lives
    match before.expects:
        case "consent" if act == "affirm":
            return _handed_over(then, words, queues)
        case "consent" if act in ("deny", "rather_not") or read_answer(typed, heard.understanding.language) == "deny":
            return (), words.chat("handoff.declined", words.button("more"), words.button("human"))
        case "name" if chosen is None or chosen[0] == "skip":
            return _named(then, typed if chosen is None and act != "rather_not" else "", words)
        case "reach" if chosen is None or chosen[0] == "chat_only":
            return _reached(before, chosen is not None or act in ("deny", "rather_not"), words)
        case _:
            return None


def _offered_to_call(before: Conversation) -> bool:
    return before.reply is not None and any(
        read_payload(one.payload) == ("call_me", {}) for one in before.reply.choices
    )


def _is_something_else(before: Conversation, heard: Heard, typed: str) -> bool:
    """Tell whether who is asked for a name or number says something else: "stop", "wie ziet dit?", danger.

    One or two words are a name, whatever a reader makes of them: Sam, Jan and Khadija look like yes, no and stop.
    """
    told = heard.understanding
    short = len(typed.split()) <= _SHORT_NAME and before.expects == "name" and told.act not in ("why", "rather_not")
    if short:
        return plain(typed).strip(" .!?") == "stop" or bool(told.signals)
    return told.act in _NOT_OF_THIS or bool(told.signals)


def _handed_over(then: Conversation, words: Wording, queues: Queues) -> Step:
    organisation = desk_for(then, words)
    urgent = decide(Situation(signals=then.alarms), words.guide, on=words.on).urgent
    handed_over = hand_over(organisation, words, urgent=urgent, waiting=queues.get(organisation, 0))
    events = (Consented(at=words.now, organisation=organisation), handed_over)
    assert handed_over.promised  # noqa: S101 -- just set
    when = promise_in_words(handed_over.promised, words.guide, words.now, words.language)
    text = words.say("handoff.done", name=words.name(organisation), when=when)
    done = Part(kind="text", text=text, ways=words.line(organisation) or words.front_desk(organisation))
    asked = _reply(words, words.say("handoff.name"), "name", "skip")
    return events, asked.model_copy(update={"parts": (done, *asked.parts)})


def hand_over(organisation: str, words: Wording, *, urgent: bool = False, waiting: int = 0) -> HandedOver:
    """Return the event that puts a conversation in an organisation's queue, behind `waiting` others."""
    promise = promised(organisation, waiting, words.guide, words.now)
    late = late_after(organisation, promise, words.guide)
    return HandedOver(at=words.now, organisation=organisation, urgent=urgent, promised=promise, late_at=late)


def _withdrawn(then: Conversation, organisation: str, words: Wording) -> Step:
    text = words.say("handoff.withdrawn", name=words.name(organisation))
    choices = words.button("more"), words.button("human")
    part = Part(kind="text", text=text, ways=words.ways(organisation, then.facts.get("wijk")))
    reply = Reply(parts=(part,), choices=choices, language=words.language, status="handoff")
    return (Withdrawn(at=words.now),), reply


def _named(then: Conversation, typed: str, words: Wording) -> Step:
    is_name = 0 < len(typed.split()) <= _LONGEST_NAME and _WORD.fullmatch(typed) is not None
    events = (ContactGiven(at=words.now, name=typed),) if is_name else ()
    question = "handoff.call_reach" if then.alarms else "handoff.reach"
    return events, _reply(words, words.say(question), "reach", "chat_only")


def _beside(typed: str) -> str:
    """Return the words beside a number or address, such as the name in "Fatima 06 12345678"; "" for a sentence."""
    rest = _without_address(typed)
    return rest if len(rest.split()) <= _LONGEST_NAME - 2 else ""


def _without_address(typed: str) -> str:
    return " ".join(_NUMBER.sub(" ", EMAIL.sub(" ", typed)).split()).strip(" ,.:;-")


def _reached(before: Conversation, in_chat: bool, words: Wording) -> Step:
    if in_chat or before.unclear:
        return (), _reply(words, words.say("handoff.in_chat"), None)
    return (), _reply(words, words.say("handoff.reach_again"), "reach", "chat_only")


def _noted(reach: str, words: Wording) -> Reply:
    return _reply(words, words.say("handoff.noted", reach=reach), None)


def address_in(typed: str) -> str | None:
    """Return the e-mail address or Dutch phone number in a text, None when there is none."""
    if found := EMAIL.search(typed):
        return found[0]
    numbers = [match.number for match in phonenumbers.PhoneNumberMatcher(typed, "NL")]
    return phonenumbers.format_number(numbers[0], phonenumbers.PhoneNumberFormat.INTERNATIONAL) if numbers else None


def given_to_staff(typed: str, now: datetime) -> tuple[ContactGiven, ...]:
    """Return the number or address that a resident gives the colleague who asked; the message is kept without it.

    In a longer message it may be somebody else's: "bij 030 2861000 neemt niemand op".
    """
    reach = address_in(typed) if len(_without_address(typed).split()) <= _LONGEST_NAME else None
    return (ContactGiven(at=now, reach=reach),) if reach else ()


def _reply(words: Wording, text: str, expects: str | None, button: str | None = None) -> Reply:
    choices = (*((words.button(button),) if button and button != "withdraw" else ()), words.button("withdraw"))
    part = Part(kind="question" if expects else "text", text=text)
    return Reply(parts=(part,), choices=choices, language=words.language, status="handoff", expects=expects)
