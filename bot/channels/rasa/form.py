"""A form of a municipality's own Rasa, by rasa-sdk: it asks what the rules still need, and reads the answers."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Tracker

from bot.assistant import Assistant
from bot.channels.rasa.asking import (
    FORM,
    REQUESTED,
    Tracked,
    changes,
    needed,
    new_danger,
    question,
    read_latest,
    read_slot,
    slot_names,
    tracked,
    why,
)
from bot.channels.rasa.refer import THEMES, words_of
from bot.channels.rasa.saying import extras, texts
from bot.messages import Reply
from bot.minds import Minds
from bot.wording import Wording

Events = list[dict[str, Any]]
Act = Callable[[CollectingDispatcher, Tracker, object], Awaitable[Events]]


class WegwijsForm(FormValidationAction):  # type: ignore[misc]  # rasa-sdk has no types
    """Validates `wegwijs_form`: every message is read for all that it tells, whatever was asked."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.slots = slot_names(self.minds.guide)
        for slot in self.slots:  # the SDK looks for a method of this name
            setattr(self, f"validate_{slot}", partial(self._validate, slot))

    @property
    def minds(self) -> Minds:
        """Return what thinking needs, with the directory as it is now."""
        return self.assistant.minds

    def name(self) -> str:
        """Return the name under which Rasa calls it."""
        return f"validate_{FORM}"

    async def required_slots(
        self, _domain_slots: list[str], _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: object
    ) -> list[str]:
        """Return what is filled or was just told, and then the one slot that the rules need now."""
        candidates = tracker.slots_to_validate()
        told = [slot for slot in self.slots if slot in candidates or tracker.slots.get(slot) is not None]
        asked = await self._needed(tracker)
        return [*told, *([asked] if asked and asked not in told else [])]

    async def get_extraction_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: object
    ) -> Events:
        """Return all that the latest message tells, as slots; danger in it is answered at once."""
        then = await asyncio.to_thread(read_latest, tracked_of(tracker), self.minds, self.assistant.clock.now())
        for text in new_danger(tracker.slots, then, self._words(then.language)):
            dispatcher.utter_message(text=text)
        candidates = tracker.slots_to_validate()  # what is no answer here is looked at there
        return [
            SlotSet(slot, value)
            for slot, value in changes(tracker.slots, then, self.minds.guide)
            if value is not None or slot not in candidates
        ]

    async def next_requested_slot(
        self, _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: object
    ) -> dict[str, Any]:
        """Return which slot Rasa asks for next; None ends the form."""
        return SlotSet(REQUESTED, await self._needed(tracker))  # type: ignore[no-any-return]

    async def ask(self, slot: str, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: object) -> Events:
        """Ask for a slot in our words, with its answers as buttons."""
        now = tracked_of(tracker)
        then = await asyncio.to_thread(read_latest, now, self.minds, self.assistant.clock.now())
        reply = question(slot, then, now.text, self._words(then.language))
        utter(reply.model_copy(update={"themes": then.themes, "signals": then.signals}), dispatcher)
        return []

    async def why(self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: object) -> Events:
        """Say why the rules need what is asked now."""
        words = self._words(str(tracker.slots.get("language") or "") or None)
        if reason := await asyncio.to_thread(why, tracked_of(tracker), self.minds, words):
            dispatcher.utter_message(text=reason)
        return []

    async def _validate(
        self, slot: str, value: object, _dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: object
    ) -> dict[str, object]:
        return {slot: await asyncio.to_thread(read_slot, slot, value, self.minds)}

    async def _needed(self, tracker: Tracker) -> str | None:
        today = self.assistant.clock.now().date()
        return await asyncio.to_thread(needed, tracked_of(tracker), self.minds, today)

    def _words(self, language: str | None) -> Wording:
        return words_of(self.minds, language, self.assistant.clock.now())


def register_form(executor: ActionExecutor, assistant: Assistant) -> None:
    """Add the form's validation, `action_ask_<slot>` for each slot with a question, and `action_wegwijs_why`."""
    form = WegwijsForm(assistant)
    executor.register_action(form)
    executor.register_function("action_wegwijs_why", form.why)
    for slot in asked_slots(assistant):
        executor.register_function(f"action_ask_{slot}", _asking(form, slot))


def asked_slots(assistant: Assistant) -> tuple[str, ...]:
    """Return the slots that the form may ask for."""
    facts = assistant.minds.guide.facts
    return (THEMES, *(name for name, fact in facts.items() if fact.question))


def _asking(form: WegwijsForm, slot: str) -> Act:
    async def ask(dispatcher: CollectingDispatcher, tracker: Tracker, domain: object) -> Events:
        return await form.ask(slot, dispatcher, tracker, domain)

    return ask


def tracked_of(tracker: Tracker) -> Tracked:
    """Return what we use of a tracker."""
    events = [event for event in tracker.events if isinstance(event, dict)]
    return tracked(tracker.slots, str(tracker.latest_message.get("text") or ""), events)


def utter(reply: Reply, dispatcher: CollectingDispatcher) -> None:
    """Say a reply as Rasa's messages, the last with the buttons and `custom`."""
    *first, last = texts(reply)
    for text in first:
        dispatcher.utter_message(text=text)
    rest = extras(reply)
    dispatcher.utter_message(text=last, buttons=rest.get("buttons"), json_message=rest["custom"])
