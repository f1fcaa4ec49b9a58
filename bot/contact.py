"""The small dialogue of a handover: consent first, then it is handed over at once; a name and a number may follow."""

from datetime import datetime

import phonenumbers

from bot.conversation import Conversation
from bot.events import Consented, ContactGiven, Event, HandedOver, Heard
from bot.masking import EMAIL
from bot.messages import Part, Reply, read_payload
from bot.wording import FRONT_DESK, Wording
from referral.decide import decide
from referral.guide import Guide
from referral.model import ELSEWHERE, PLACE, UNKNOWN, Refer, Situation

Step = tuple[tuple[Event, ...], Reply]

_LONGEST_NAME = 5  # words; more is a message


def desk_for(then: Conversation, guide: Guide, now: datetime) -> str:
    """Return the organisation whose staff should read this: the first of the referral that has people here."""
    city = then.facts.get("city")
    decision = then.decision
    if then.themes and not isinstance(decision, Refer):
        unknown = {name: UNKNOWN for name, fact in guide.facts.items() if name != PLACE and name not in then.facts}
        situation = Situation(themes=then.themes, signals=then.signals, facts={**unknown, **then.facts})
        decision = decide(situation, guide, on=now.date())
    named = [one.organisation for one in decision.referrals] if isinstance(decision, Refer) else []
    here = [one for one in named if guide.organisations[one].city not in (None, ELSEWHERE)]
    front = f"{city}-gemeente"
    return next(iter(here), front if front in guide.organisations else FRONT_DESK)


def offer(then: Conversation, guide: Guide, words: Wording, now: datetime, *, complaint: bool = False) -> Step:
    """Offer a person: who they are, a phone for who has haste, and the question whether they may read along."""
    if then.state == "waiting" and then.organisation:
        return (), _reply(words, words.say("handoff.waiting", name=words.name(then.organisation)), None)
    organisation = desk_for(then, guide, now)
    name = words.name(organisation)
    sorry = (Part(kind="text", text=words.say("complaint_bot")),) if complaint else ()
    text = Part(
        kind="text",
        text=words.say("handoff.offer", name=name),
        ways=words.line(organisation) or words.front_desk(),
    )
    asked = _consent(organisation, words)
    return (), asked.model_copy(update={"parts": (*sorry, text, *asked.parts)})


def ask_consent(then: Conversation, guide: Guide, words: Wording, now: datetime) -> Step:
    """Ask whether staff may read the conversation."""
    return (), _consent(desk_for(then, guide, now), words)


def _consent(organisation: str, words: Wording) -> Reply:
    question = Part(kind="question", text=words.say("handoff.consent", name=words.name(organisation)))
    choices = (words.button("yes", "affirm"), words.button("no", "deny"))
    return Reply(parts=(question,), choices=choices, language=words.language, status="handoff", expects="consent")


def answer(
    before: Conversation,
    then: Conversation,
    heard: Heard,
    typed: str,
    guide: Guide,
    words: Wording,
    now: datetime,
) -> Step | None:
    """Return the next step when this message is part of the dialogue, else None."""
    chosen = read_payload(typed)
    if chosen and chosen[0] == "contact":
        return offer(then, guide, words, now) if then.state == "waiting" else ask_consent(then, guide, words, now)
    match before.expects:
        case "consent" if heard.understanding.act == "affirm":
            return _handed_over(then, guide, words, now)
        case "consent" if heard.understanding.act == "deny":
            return (), words.chat("handoff.declined", words.button("more"))
        case "name" if chosen is None or chosen[0] == "skip":
            return _named(typed, chosen is None and _is_name(typed, heard), words, now)
        case "reach" if chosen is None or chosen[0] == "chat_only":
            return _reached(before, typed, chosen is not None, words, now)
        case _:
            return None


def _handed_over(then: Conversation, guide: Guide, words: Wording, now: datetime) -> Step:
    organisation = desk_for(then, guide, now)
    urgent = decide(Situation(signals=then.alarms), guide, on=now.date()).urgent
    events = (
        Consented(at=now, organisation=organisation),
        HandedOver(at=now, organisation=organisation, urgent=urgent),
    )
    done = Part(kind="text", text=words.say("handoff.done", name=words.name(organisation)))
    asked = _reply(words, words.say("handoff.name"), "name", "skip")
    return events, asked.model_copy(update={"parts": (done, *asked.parts)})


def _named(typed: str, is_name: bool, words: Wording, now: datetime) -> Step:
    events = (ContactGiven(at=now, name=typed),) if is_name else ()
    return events, _reply(words, words.say("handoff.reach"), "reach", "chat_only")


def _is_name(typed: str, heard: Heard) -> bool:
    return 0 < len(typed.split()) <= _LONGEST_NAME and not heard.understanding.signals


def _reached(before: Conversation, typed: str, in_chat: bool, words: Wording, now: datetime) -> Step:
    if reach := address_in(typed):
        return (ContactGiven(at=now, reach=reach),), _reply(words, words.say("handoff.noted", reach=reach), None)
    if in_chat or before.unclear:
        return (), _reply(words, words.say("handoff.in_chat"), None)
    return (), _reply(words, words.say("handoff.reach_again"), "reach", "chat_only")


def address_in(typed: str) -> str | None:
    """Return the e-mail address or Dutch phone number in a text, None when there is none."""
    if found := EMAIL.search(typed):
        return found[0]
    numbers = [match.number for match in phonenumbers.PhoneNumberMatcher(typed, "NL")]
    return phonenumbers.format_number(numbers[0], phonenumbers.PhoneNumberFormat.INTERNATIONAL) if numbers else None


def _reply(words: Wording, text: str, expects: str | None, button: str | None = None) -> Reply:
    choices = (words.button(button),) if button else ()
    part = Part(kind="question" if expects else "text", text=text)
    return Reply(parts=(part,), choices=choices, language=words.language, status="handoff", expects=expects)
