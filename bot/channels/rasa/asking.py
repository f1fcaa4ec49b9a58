"""What a form of a municipality's own Rasa still has to ask, and what its latest message answers. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from bot.channels.rasa.refer import SIGNALS, THEMES, is_word, known, situation_of, told
from bot.conversation import Conversation, after
from bot.hearing import hear
from bot.messages import Incoming, Reply, Value, read_payload
from bot.minds import Minds
from bot.wording import Wording
from referral.decide import decide
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Ask, Refer, Referral, Situation

FORM = "wegwijs_form"
ACTION = "action_wegwijs_refer"
REQUESTED = "requested_slot"

_MOST_TRIES = 4  # at the theme; the last time all of them are offered, a phone number and a person
_REFERRED = Refer(referrals=(Referral(organisation="", themes=(), rule="", because={}),))


class Tracked(Value):
    """What we use of a Rasa tracker: the slots, the latest text, and what its events tell of the form.

    `answers` is how many messages in a row were an answer to the requested slot; `is_new` that the form
    begins after a referral was given, so that what was told then is another question.
    """

    slots: Mapping[str, object]
    text: str
    answers: int = 0
    is_new: bool = False


def tracked(slots: Mapping[str, object], text: str, events: Iterable[Mapping[str, object]]) -> Tracked:
    """Return what we use of a tracker, from all its events, oldest first."""
    asked, answers, referred, is_new = None, 0, False, False
    for event in events:
        match event:
            case {"event": "slot", "name": name, "value": slot} if name == REQUESTED and slot != asked:
                asked, answers = slot, 0
            case {"event": "user", "text": str(said)} if not said.startswith("/"):  # a button was chosen, nothing read
                answers += 1
            case {"event": "action", "name": name} if name == ACTION:
                referred = True
            case {"event": "active_loop", "name": name} if name == FORM:
                is_new, referred = referred, False
    return Tracked(slots=slots, text=text, answers=answers if asked else 0, is_new=is_new and not slots.get(REQUESTED))


def slot_names(guide: Guide) -> tuple[str, ...]:
    """Return the slots that we fill: the themes, the signals and every fact."""
    return (THEMES, SIGNALS, *guide.facts)


def read_latest(tracker: Tracked, minds: Minds, now: datetime) -> Conversation:
    """Return what is known after the latest message."""
    before = known(tracker.slots, minds, tracker.answers)
    if tracker.is_new:
        before = before.model_copy(update={"decision": _REFERRED})
    if not tracker.text:
        return before
    return after(before, hear(before, Incoming(id="latest", conversation=before.id, text=tracker.text), minds, now))


def changes(slots: Mapping[str, object], then: Conversation, guide: Guide) -> Iterator[tuple[str, object]]:
    """Return each slot that does not say what is known now, with what it should say; None empties it."""
    values = dict(told(then)) | {PLACE: _place(then.facts)}
    for name in slot_names(guide):
        value = values.get(name) or None
        if name in slots and slots[name] != value:
            yield name, value


def _place(facts: Mapping[str, str]) -> str | None:
    wijk = facts.get("wijk", UNKNOWN)
    return facts.get("city") if wijk == UNKNOWN else wijk


def needed(tracker: Tracked, minds: Minds, on: date) -> str | None:
    """Return the slot to ask for now, by what the slots say; None when nothing more is needed."""
    then = known(tracker.slots, minds)
    decision = decide(situation_of(then), minds.guide, on=on)
    if isinstance(decision, Ask):
        return decision.fact
    is_tried = tracker.slots.get(REQUESTED) == THEMES and tracker.answers >= _MOST_TRIES
    return None if decision.referrals or is_tried else THEMES


def read_slot(slot: str, value: object, minds: Minds) -> object:
    """Return a candidate for a slot as a value of our closed lists, None when it is none of them."""
    if isinstance(value, str) and slot in minds.guide.facts and is_word(slot, value, minds.guide):
        return value
    if slot == PLACE:
        return _place(known({PLACE: value}, minds).facts)
    then = known({slot: value}, minds)
    if slot == THEMES:
        typed = minds.understand(value, None, "theme").themes if isinstance(value, str) and not then.themes else ()
        return [*then.themes, *(reading.theme for reading in typed)] or None
    return dict(told(then)).get(slot) or None


def new_danger(slots: Mapping[str, object], then: Conversation, words: Wording) -> Iterator[str]:
    """Return the sentences for danger that the latest message tells for the first time."""
    before = slots.get(SIGNALS) or ()
    signals = tuple(one for one in then.signals if not isinstance(before, (str, list)) or one not in before)
    if signals:
        told_now = Situation(signals=signals, facts=then.facts)
        for part in words.danger(decide(told_now, words.guide, on=words.on).say_first):
            yield part.plain


def question(slot: str, then: Conversation, text: str, words: Wording) -> Reply:
    """Return the question for a slot; a button "iets anders" leads to all themes."""
    if slot != THEMES:
        return words.ask(Ask(fact=slot, between=()), then)
    chosen = read_payload(text)
    return words.all_themes() if chosen and chosen[0] == "other" else words.clarify(then)


def why(tracker: Tracked, minds: Minds, words: Wording) -> str | None:
    """Return why the requested slot is asked, None when nothing is."""
    decision = decide(situation_of(known(tracker.slots, minds)), minds.guide, on=words.on)
    return words.why(decision).plain if isinstance(decision, Ask) else None
