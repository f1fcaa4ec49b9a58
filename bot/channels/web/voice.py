"""The words of the page: its own sentences and the bot's, names, moments and what a button says, by language."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.channels.web.entries import Entry
from bot.channels.web.links import html_language
from bot.channels.web.words import web_texts
from bot.messages import Choice, payload, read_payload
from bot.minds import Minds
from bot.phrases import DUTCH, Phrases

RESTART = payload("restart")

# Themes with a sentence to start with, in `examples_of` of the texts.
EXAMPLES = ("geldzorgen", "wonen", "zorg_thuis", "eenzaamheid", "opvoeden", "regelingen")

_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "ckb"}


class Said:
    """The sentences of one language."""

    def __init__(self, phrases: Phrases, language: str) -> None:
        self._phrases = phrases
        self._language = language

    def __call__(self, key: str, **values: str) -> str:
        """Return one sentence."""
        return self._phrases(key, self._language, **values)

    def get(self, key: str) -> str | None:
        """Return one sentence, None when there is none of this name."""
        try:
            return self(key)
        except KeyError:
            return None


class Voice:
    """Says everything on the page in the language that is asked for."""

    def __init__(self, minds: Minds) -> None:
        self.minds = minds
        self.texts = web_texts()

    def words(self, language: str, now: datetime) -> dict[str, Any]:
        """Return what the templates call, to say something in this language."""
        return {
            "language": language,
            "now": now,
            "text": self.text(language),
            "say_in": self.say,
            "html_language": html_language,
            "say": self.say(language),
            "who": lambda entry: self._who(entry, language),
            "name_of": lambda organisation: self._name_of(organisation, language),
            "moment": lambda at: _moment(at, now),
            "direction": _direction,
            "call_in": self._call_in,
            "new_number": lambda: str(uuid4()),
        }

    def text(self, language: str) -> Said:
        """Return the sentences of the page."""
        return Said(self.texts, language)

    def say(self, language: str) -> Said:
        """Return the sentences of the bot."""
        return Said(self.minds.phrases, language)

    def _who(self, entry: Entry, language: str) -> str:
        text = self.text(language)
        match entry.by:
            case "resident":
                return text("you")
            case "staff" if entry.organisation:
                organisation = self._name_of(entry.organisation, language)
                return text("staff", name=entry.name, organisation=organisation)
            case "staff":
                return text("staff_only", name=entry.name)
            case _:
                return text("bot")

    def _name_of(self, organisation: str | None, language: str) -> str:
        if organisation is None:
            return "Wegwijs"
        name = self.minds.guide.organisations[organisation].name
        return name if isinstance(name, str) else name.get(self.minds.phrases.spoken(language), name[DUTCH])

    def topics(self, language: str) -> tuple[tuple[str, Choice], ...]:
        """Return every theme by its name, to start with."""
        say = self.say(self.minds.phrases.spoken(language))
        return tuple(
            (theme, Choice(title=say(f"theme.{theme}"), payload=payload("theme", theme=theme)))
            for theme in self.minds.guide.themes
        )

    def _call_in(self, spoken: str, number: str) -> str:
        return self.text(spoken if spoken in self.texts.languages else DUTCH)("call", number=number)

    def examples(self, language: str) -> tuple[tuple[str, Choice], ...]:
        """Return sentences to start with. A tap sends the theme itself, so that nothing can be misunderstood."""
        text = self.text(language)
        return tuple(
            (theme, Choice(title=text(f"examples_of.{theme}"), payload=payload("theme", theme=theme)))
            for theme in EXAMPLES
        )

    def title_of(self, text: str, language: str) -> str | None:
        """Return the words of a chosen button; None for what a resident typed."""
        if not (chosen := read_payload(text)):
            return None
        name, values = chosen
        spoken = self.minds.phrases.spoken(language)
        if name == "theme" and values.get("theme") in self.minds.guide.themes:
            return self.minds.phrases(f"theme.{values['theme']}", spoken)
        if text == RESTART:
            return self.text(spoken if spoken in self.texts.languages else DUTCH)("again")
        return self.say(spoken).get(f"choice.{name}")


def _moment(at: datetime, now: datetime) -> str:
    there = at.astimezone(now.tzinfo)
    return f"{there:%H:%M}" if there.date() == now.date() else f"{there:%d-%m-%Y %H:%M}"


def _direction(spoken: str | None) -> str:
    return "rtl" if spoken in _RIGHT_TO_LEFT else "auto"
