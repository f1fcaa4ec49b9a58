"""The line: one message through understanding, decision and words. Values in, values out."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bot import contact, danger, follow_up, referring
from bot.contact import NOBODY_WAITS, Queues, Step
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


def take_turn(
    conversation: Conversation, incoming: Incoming, minds: Minds, now: datetime, queues: Queues = NOBODY_WAITS
) -> Turn:
    """Return what happens on one message of a resident; `queues` tells how many wait for each organisation."""
    heard = hear(conversation, incoming, minds, now)
    then = after(conversation, heard)
    words = Wording(minds.phrases, minds.guide, then.answered_in, now)
    if _wants_forgetting(conversation, heard):
        return Turn(events=(heard, _said(heard, words.chat("forgotten"), now)), forget=True)
    if conversation.held_by_staff and not danger.wants_removal(conversation, heard):
        return Turn(events=(heard, *contact.given_to_staff(guard(incoming.text), now)))
    typed = heard.text if read_payload(heard.text) else guard(incoming.text)
    events, reply = respond(conversation, then, heard, typed, minds, words, queues)
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
    queues: Queues = NOBODY_WAITS,
) -> Step:
    """Return what happens next, and the words for it."""
    if not typed:  # a photo, a voice note: what was asked stands
        choices = before.reply.choices if before.reply else ()
        return (), words.chat("empty", *choices, expects=before.expects)
    if (step := contact.answer(before, then, heard, typed, words, queues)) is not None:
        return step
    if (step := follow_up.answer(then, typed, words)) is not None:
        return step
    if (step := _pressed(before, then, heard, minds, words)) is not None:
        return step
    return _answered(before, then, heard, minds, words)


def _pressed(before: Conversation, then: Conversation, heard: Heard, minds: Minds, words: Wording) -> Step | None:
    """Return what a button of the conversation itself does, None for another one and for what was typed."""
    chosen = read_payload(heard.text)
    match chosen[0] if chosen else None:
        case "why" if isinstance(before.decision, Ask):
            return _decided(then, minds, words, with_reason=True)
        case "why_here" if before.answered:
            return (), referring.why_here(words, explain(_situation(then), minds.guide, words.on))
        case "other":
            return (), words.all_themes()
        case "more":
            return (), words.chat("start")
        case "safe":
            return (), danger.reply_to_safe(before, then, words, is_safe=chosen != ("safe", {"here": "no"}))
        case "remove" if danger.wants_removal(then, heard):
            return (), words.chat("danger.removed")
        case "language" if chosen and chosen[1] and then.chosen in words.phrases.languages:
            return (), _in_chosen_language(before, then, words)
        case _:
            return None


def _answered(before: Conversation, then: Conversation, heard: Heard, minds: Minds, words: Wording) -> Step:
    """Return what follows on what was told, by a button or in words."""
    chosen = read_payload(heard.text)
    act = heard.understanding.act
    told = heard.understanding
    asked = isinstance(before.decision, Ask)
    answered = asked and bool(told.facts or heard.place)
    put_right = before.answered and not told.themes and then.facts != before.facts  # "ik bedoel Amersfoort"
    no_answer = (asked or before.expects == "theme") and act in NO_ANSWER
    if not (asked or told.themes or told.signals or act in FIRST_ACTS or chosen or heard.place):
        for named in organisations_in(heard.text, minds.guide, words.on)[:1]:
            return (), referring.organisation(words, named.organisation, named.called, then.facts.get("wijk"))
    if act in ("safe", "unsafe"):
        return (), danger.reply_to_safe(before, then, words, is_safe=act == "safe")
    told_more = told.themes or told.signals or answered or put_right or no_answer
    if act in ("why", "privacy") and (step := _why(act, before, then, minds, words)) is not None:
        return step
    if then.state == "waiting" and not told_more and act not in FIRST_ACTS:  # "hallo, is daar al iemand?"
        return contact.offer(then, words)
    if act in FIRST_ACTS or (act in _CHAT_ACTS and not told_more):
        return _acted(act, before, then, words)
    if told.signals or answered or put_right or (then.themes and not then.answered):
        new = bool(told.themes) or (chosen is not None and chosen[0] == "theme")
        step = _decided(then.afresh if new else then, minds, words)
        return _with_what_came_beside(step, before, then, words) if new and asked else step
    if chosen and not no_answer:
        return (), words.chat("ask.again", words.button("themes", "other"), words.button("human"))
    return (), words.clarify(then.model_copy(update={"unclear": 1}) if heard.place else then)


def _with_what_came_beside(step: Step, before: Conversation, then: Conversation, words: Wording) -> Step:
    """Name all needs before a question that stood already, so that it shows that the new one was heard."""
    events, reply = step
    if reply.status != "ask" or reply.expects != before.expects:
        return step
    heard = Part(kind="text", text=" + ".join(words.say(f"theme.{theme}") for theme in then.themes[:MOST_THEMES]))
    return events, reply.model_copy(update={"parts": (heard, *reply.parts)})


def _why(act: str, before: Conversation, then: Conversation, minds: Minds, words: Wording) -> Step | None:
    """Answer "waarom vraagt u dit?": for a fact, for this organisation, or for what staff would get to see."""
    if before.reply and before.reply.status == "handoff" and before.expects:
        said = Part(kind="text", text=words.say("intro_privacy"))
        return (), before.reply.model_copy(update={"parts": (said, *before.reply.parts[-1:])})
    if act == "privacy":
        return None
    if isinstance(before.decision, Ask) and before.expects == before.decision.fact:
        return _decided(then, minds, words, with_reason=True)
    return (
        ((), referring.why_here(words, explain(_situation(then), minds.guide, words.on))) if before.answered else None
    )


def _situation(then: Conversation) -> Situation:
    return Situation(themes=then.themes[:MOST_THEMES], signals=then.signals, facts=then.facts)


def _decided(then: Conversation, minds: Minds, words: Wording, *, with_reason: bool = False) -> Step:
    decision = decide(_situation(then), minds.guide, on=words.on)
    refers = isinstance(decision, Refer) and bool(decision.referrals)
    number = receipt(then.words, words.on, minds.directory) if refers else None
    reply = _worded(decision, then, words, number)
    if with_reason and isinstance(decision, Ask):
        reply = words.ask_afresh(decision, then, words.why(decision))
    event = Decided(at=words.now, decision=decision, on=words.on, directory=minds.directory, receipt=number)
    return (event,), reply


def _worded(decision: Decision, then: Conversation, words: Wording, number: str | None) -> Reply:
    match decision:
        case Ask():
            return words.ask(decision, then)
        case Refer():
            reply = referring.referral(words, decision, then.facts, number)
            return reply if decision.referrals or not then.ranking else words.clarify(then)


def _acted(act: str | None, before: Conversation, then: Conversation, words: Wording) -> Step:
    """Answer what the resident wants of the conversation itself."""
    match act:
        case "human" | "complaint_bot":
            return contact.offer(then, words, complaint=act == "complaint_bot")
        case "stop" | "privacy":
            choices = words.button("yes_forget", "forget"), words.button("no_forget", "keep")
            return (), words.chat(act, *choices, expects="forget")
        case "affirm" if before.expects == "offer":
            return contact.ask_consent(then, words)
        case "deny" if before.expects == "forget":
            return (), words.chat("kept")
        case "restart":
            return (), words.chat(act)
        case "rather_not":
            return (), words.chat("ask.rather_not", words.button("themes", "other"), words.button("human"))
        case "out_of_scope" if _was_said(before, words.say(act)):  # twice not understood
            return (), words.all_themes("clarify.person")
        case "language":
            return (), words.languages()
        case _ if isinstance(before.decision, Ask) and before.expects == before.decision.fact:
            said = () if act in ("affirm", "deny") else (Part(kind="text", text=words.say(act or "help")),)
            return (), words.ask_afresh(before.decision, then, *said)
        case _:
            return (), words.chat(act or "help", words.button("themes", "other"), words.button("human"))


def _in_chosen_language(before: Conversation, then: Conversation, words: Wording) -> Reply:
    """Go on in the language that was chosen, with the question that stood."""
    said = Part(kind="text", text=words.say("language_chosen"))
    if isinstance(before.decision, Ask):
        return words.ask_afresh(before.decision, then, said)
    choices = words.button("themes", "other"), words.button("human")
    return Reply(parts=(said, Part(kind="text", text=words.say("start"))), choices=choices, language=words.language)


def _was_said(before: Conversation, sentence: str) -> bool:
    return before.reply is not None and any(part.text == sentence for part in before.reply.parts)


# ---------------------------------------------------------------- saying


def _framed(reply: Reply, before: Conversation, then: Conversation, words: Wording) -> Reply:
    """Put danger first, the introduction before a first reply, and beside it what a machine may want to know."""
    say_first = decide(Situation(signals=then.signals, facts=then.facts), words.guide, on=words.on).say_first
    told_now = set(then.signals) - set(before.signals)
    shown = say_first if told_now or reply.status == "refer" else ()
    intro = words.intro() if not before.messages else ()
    beside, choices = danger.beside(told_now, then, words) if shown else ((), ())
    if reply.status == "ask" and told_now & danger.NOT_ALONE and beside:
        # First whether it is safe; the answer leads on.
        reply = reply.model_copy(update={"parts": (), "choices": (words.button("human"),)})
    return reply.model_copy(
        update={
            "parts": (*words.danger(shown), *intro, *beside, *reply.parts),
            "choices": (*choices, *reply.choices),
            "say_first": say_first,
            "themes": then.themes[:MOST_THEMES],
            "signals": then.signals,
            "wijk": words.wijk(then.facts.get("wijk")),
        }
    )


def _said(heard: Heard, reply: Reply, now: datetime) -> Said:
    """Return the reply as an event; its number follows from the message, so that a repeat says it once."""
    return Said(at=now, id=uuid5(NAMESPACE_URL, f"reply-to:{heard.id}").hex, reply=reply, answers=heard.id)
