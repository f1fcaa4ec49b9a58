"""Putting right what was understood: what can be chosen, what a filled-in form says, and where it would lead now."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot import handover
from bot.assistant import Assistant
from bot.conversation import Conversation
from bot.events import Consented, Corrected, Decided, Event, Heard
from bot.handover import NotAllowed, Staff
from bot.messages import Value, read_payload
from bot.staff import words
from bot.staff.grounds import Grounds, grounds
from bot.staff.once import Form, act_once
from bot.staff.words import FACTS, Dutch
from bot.turn import MOST_THEMES
from referral.decide import decide
from referral.facts import WrongWord
from referral.guide import Guide
from referral.model import PLACE, UNKNOWN, Refer, Situation

_SHOWN = 80  # characters of a message
_BETWEEN = " "  # the names in a hidden field

Choice = tuple[str, str]  # what is sent, and what is shown


class Correctable(Value):
    """What a colleague can put right. `before` is what stood in the form when it was made."""

    themes: tuple[Choice, ...]
    signals: tuple[Choice, ...]
    facts: tuple[tuple[str, tuple[Choice, ...]], ...]
    messages: tuple[Choice, ...]
    chosen_themes: tuple[str, ...]
    chosen_signals: tuple[str, ...]
    may_learn: bool

    @property
    def themes_before(self) -> str:
        """The themes as the form had them, for a hidden field."""
        return _BETWEEN.join(self.chosen_themes)

    @property
    def signals_before(self) -> str:
        """The signals as the form had them, for a hidden field."""
        return _BETWEEN.join(self.chosen_signals)


def correctable(events: Sequence[Event], known: Conversation, dutch: Dutch, now: datetime) -> Correctable:
    """Return what can be put right in a case."""
    return Correctable(
        themes=tuple((theme, dutch.theme(theme)) for theme in dutch.guide.themes),
        signals=tuple((signal, words.SIGNALS.get(signal, signal)) for signal in dutch.guide.signals.ids),
        facts=tuple(_facts(dutch)),
        messages=tuple(_messages(events, now)),
        chosen_themes=known.themes[:MOST_THEMES],
        chosen_signals=known.alarms,
        may_learn=may_learn(events, known),
    )


def may_learn(events: Iterable[Event], known: Conversation) -> bool:
    """Tell whether a colleague may ask the resident if Wegwijs can learn from a message.

    What the resident agreed to ("Mag … dit gesprek lezen?") says nothing about learning, so it is never enough:
    the colleague asks, and ticks it for this one correction. Never when somebody at home may read along.
    """
    return not known.quiet and any(isinstance(event, Consented) for event in events)


def _facts(dutch: Dutch) -> Iterable[tuple[str, tuple[Choice, ...]]]:
    for name, fact in dutch.guide.facts.items():
        if name != PLACE and fact.values:
            values = (*fact.values, UNKNOWN)
            yield FACTS.get(name, name), tuple((f"{name}={value}", dutch.fact(name, value)[1]) for value in values)


def _messages(events: Iterable[Event], now: datetime) -> Iterable[Choice]:
    for event in events:
        if isinstance(event, Heard) and event.text and not read_payload(event.text):
            yield event.id, f"{event.text[:_SHOWN]} ({words.moment(event.at, now)})"


# ---------------------------------------------------------------- the form


async def correct(assistant: Assistant, conversation: str, staff: Staff, form: Form) -> None:
    """Put right what was understood. Raises NotAllowed."""
    guide = assistant.minds.guide
    events = await assistant.store.read(conversation)
    heard = next((id_ for id_, _ in _messages(events, assistant.clock.now()) if id_ == form.get("heard")), None)

    def step(known: Conversation, now: datetime) -> Sequence[Event]:
        learned = form.get("may_learn") == "yes" and heard is not None and may_learn(events, known)
        signals = _signals(form, known, guide)
        corrected = Corrected(
            at=now,
            by=staff.name,
            themes=_themes(form, guide),
            signals=signals,
            facts=_fact(form, guide),
            urgent=_urgent(known if signals is None else known.model_copy(update={"alarms": signals}), guide, now),
            heard=heard,
            may_learn=learned,
        )
        return handover.correct(known, staff, corrected)

    await act_once(assistant, conversation, staff, "correct", form, step)


def _themes(form: Form, guide: Guide) -> tuple[str, ...] | None:
    """Return the themes that were chosen, main first; None when they are those that stood there."""
    chosen = [form.get(f"theme{place}", "") for place in range(1, MOST_THEMES + 1)]
    themes = tuple(dict.fromkeys(theme for theme in chosen if theme in guide.themes))
    return None if themes == tuple(form.get("themes_before", "").split()) else themes


def _signals(form: Form, known: Conversation, guide: Guide) -> tuple[str, ...] | None:
    """Return the signals with what was ticked and unticked; what the resident told meanwhile stays."""
    before = set(form.get("signals_before", "").split())
    ticked = {signal for signal in guide.signals.ids if form.get(f"signal-{signal}") == "yes"}
    if before == ticked:
        return None
    stay = [signal for signal in known.alarms if signal not in before - ticked]
    return tuple(dict.fromkeys([*stay, *sorted(ticked - before)]))


def _fact(form: Form, guide: Guide) -> dict[str, str] | None:
    name, _, value = form.get("fact", "").partition("=")
    if not name:
        return None
    if name not in guide.facts or (value != UNKNOWN and value not in guide.facts[name].values):
        raise NotAllowed("Kies een antwoord uit de lijst.")
    return {name: value}


def _urgent(known: Conversation, guide: Guide, now: datetime) -> bool:
    return bool(known.alarms) and decide(Situation(signals=known.alarms), guide, on=now.date()).urgent


# ---------------------------------------------------------------- where it would lead now


def renewed(events: Sequence[Event], known: Conversation, dutch: Dutch, on: date) -> Grounds | None:
    """Return where the question would lead after it was put right; None when nothing was, or to nobody."""
    last = next((event for event in reversed(events) if isinstance(event, Corrected | Decided)), None)
    if not isinstance(last, Corrected):
        return None
    guide = dutch.guide
    open_ = {name: UNKNOWN for name in guide.facts if name != PLACE and name not in known.facts}
    filled = known.model_copy(update={"facts": {**open_, **known.facts}})
    situation = Situation(themes=known.themes[:MOST_THEMES], signals=known.signals, facts=filled.facts)
    try:
        decision = decide(situation, guide, on=on)
    except WrongWord:  # a theme or fact of then that the guide no longer has
        return None
    if not isinstance(decision, Refer) or not decision.referrals:
        return None
    decided = Decided(at=last.at, decision=decision, on=on, directory=guide.version)
    return grounds(decided, decision, filled, dutch)
