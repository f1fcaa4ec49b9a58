"""The line: one message through understanding, decision and words. Values in, values out."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bot import contact
from bot.conversation import Conversation, after
from bot.events import Decided, Event, Heard, Said
from bot.hearing import ACTS, FIRST_ACTS, NO_ANSWER, hear
from bot.messages import Incoming, Part, Reply, Value, read_payload
from bot.minds import Minds
from bot.wording import Wording
from intents.normalise import guard
from referral.decide import decide
from referral.explain import explain
from referral.model import Ask, Decision, Refer, Situation
from referral.names import organisations_in
from referral.receipt import receipt

MOST_THEMES = 3  # decided together
_CHAT_ACTS = ACTS - FIRST_ACTS


class Turn(Value):
    """What came of one message. `forget` asks the assistant to erase the conversation instead of keeping this."""

    events: tuple[Event, ...]
    forget: bool = False


def take_turn(conversation: Conversation, incoming: Incoming, minds: Minds, now: datetime) -> Turn:
    """Return what happens on one message of a resident."""
    heard = hear(conversation, incoming, minds, now)
    then = after(conversation, heard)
    words = Wording(minds.phrases, minds.guide, minds.themes, then.language, now)
    if _wants_forgetting(conversation, heard):
        return Turn(events=(heard, _said(heard, words.chat("forgotten"), now)), forget=True)
    if conversation.held_by_staff:
        return Turn(events=(heard,))
    events, reply = respond(conversation, then, heard, guard(incoming.text), minds, words, now)
    return Turn(events=(heard, *events, _said(heard, _framed(reply, conversation, then, words), now)))


def _wants_forgetting(conversation: Conversation, heard: Heard) -> bool:
    chosen = read_payload(heard.text)
    agreed = conversation.expects == "forget" and heard.understanding.act == "affirm"
    return agreed or (chosen is not None and chosen[0] == "forget")


def respond(
    before: Conversation,
    then: Conversation,
    heard: Heard,
    typed: str,
    minds: Minds,
    words: Wording,
    now: datetime,
) -> tuple[tuple[Event, ...], Reply]:
    """Return what happens next, and the words for it."""
    chosen = read_payload(heard.text)
    act = heard.understanding.act
    if not typed:  # a photo, a voice note: what was asked stands
        return (), words.chat("empty", expects=before.expects)
    if (step := contact.answer(before, then, heard, typed, minds.guide, words, now)) is not None:
        return step
    match chosen[0] if chosen else None:
        case "why" if isinstance(before.decision, Ask):
            return _decided(then, minds, words, now, with_reason=True)
        case "why_here" if before.answered:
            return (), words.why_here(explain(_situation(then), minds.guide, now.date()))
        case "other":
            return (), words.all_themes()
        case "more":
            return (), words.chat("start")
    told = heard.understanding
    asked = isinstance(before.decision, Ask)
    answered = asked and bool(told.facts or heard.place)
    put_right = before.answered and not told.themes and then.facts != before.facts  # "ik bedoel Amersfoort"
    no_answer = (asked or before.expects == "theme") and act in NO_ANSWER
    if not (asked or told.themes or told.signals or act in FIRST_ACTS or chosen):
        for named in organisations_in(heard.text, minds.guide, now.date())[:1]:
            return (), words.organisation(named.organisation, named.called, then.facts.get("wijk"))
    told_more = told.themes or told.signals or answered or put_right or no_answer
    if act in FIRST_ACTS or (act in _CHAT_ACTS and not told_more):
        return _acted(act, before, then, minds, words, now)
    if told.signals or answered or put_right or (then.themes and not then.answered):
        return _decided(then, minds, words, now)
    if chosen and not no_answer:
        return (), words.chat("ask.again", words.button("themes", "other"), words.button("human"))
    return (), words.clarify(then)


def _situation(then: Conversation) -> Situation:
    return Situation(themes=then.themes[:MOST_THEMES], signals=then.signals, facts=then.facts)


def _decided(
    then: Conversation, minds: Minds, words: Wording, now: datetime, *, with_reason: bool = False
) -> tuple[tuple[Event, ...], Reply]:
    decision = decide(_situation(then), minds.guide, on=now.date())
    refers = isinstance(decision, Refer) and bool(decision.referrals)
    number = receipt(then.words, now.date(), minds.directory) if refers else None
    reply = _worded(decision, then, words, number)
    if with_reason and isinstance(decision, Ask):
        again = words.ask(decision, _afresh(then))
        reply = again.model_copy(update={"parts": (words.why(decision), *again.parts)})
    event = Decided(at=now, decision=decision, on=now.date(), directory=minds.directory, receipt=number)
    return (event,), reply


def _worded(decision: Decision, then: Conversation, words: Wording, number: str | None) -> Reply:
    match decision:
        case Ask():
            return words.ask(decision, then)
        case Refer():
            reply = words.refer(decision, then.facts, number)
            return reply if decision.referrals or not then.ranking else words.clarify(then)


def _acted(
    act: str | None, before: Conversation, then: Conversation, minds: Minds, words: Wording, now: datetime
) -> tuple[tuple[Event, ...], Reply]:
    """Answer what the resident wants of the conversation itself."""
    match act:
        case "human" | "complaint_bot":
            return contact.offer(then, minds.guide, words, now, complaint=act == "complaint_bot")
        case "stop" | "privacy":
            choices = words.button("yes_forget", "forget"), words.button("no_forget", "keep")
            return (), words.chat(act, *choices, expects="forget")
        case "affirm" if before.expects == "offer":
            return contact.ask_consent(then, minds.guide, words, now)
        case "deny" if before.expects == "forget":
            return (), words.chat("kept")
        case "restart":
            return (), words.chat(act)
        case _ if isinstance(before.decision, Ask) and before.expects == before.decision.fact:
            asked = words.ask(before.decision, _afresh(then))
            said = () if act in ("affirm", "deny") else (Part(kind="text", text=words.say(act or "help")),)
            return (), asked.model_copy(update={"parts": (*said, *asked.parts)})
        case _:
            return (), words.chat(act or "help", words.button("themes", "other"), words.button("human"))


def _afresh(then: Conversation) -> Conversation:
    """Return it as if nothing had been asked, so that the question stands in its own words."""
    return then.model_copy(update={"reply": None})


# ---------------------------------------------------------------- saying


def _framed(reply: Reply, before: Conversation, then: Conversation, words: Wording) -> Reply:
    """Put danger first, the introduction before a first reply, and beside it what a machine may want to know."""
    say_first = decide(Situation(signals=then.signals, facts=then.facts), words.guide, on=words.on).say_first
    shown = say_first if set(then.signals) - set(before.signals) or reply.status == "refer" else ()
    intro = words.intro() if not before.messages else ()
    return reply.model_copy(
        update={
            "parts": (*words.danger(shown), *intro, *reply.parts),
            "say_first": say_first,
            "themes": then.themes[:MOST_THEMES],
            "signals": then.signals,
            "wijk": words.wijk(then.facts.get("wijk")),
        }
    )


def _said(heard: Heard, reply: Reply, now: datetime) -> Said:
    """Return the reply as an event; its number follows from the message, so that a repeat says it once."""
    return Said(at=now, id=uuid5(NAMESPACE_URL, f"reply-to:{heard.id}").hex, reply=reply, answers=heard.id)
