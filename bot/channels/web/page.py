"""What is known of a conversation to HTML: the whole page, or the messages alone."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.channels.web.assets import Asset
from bot.channels.web.entries import Entry, entries_of, language_of
from bot.events import Event
from bot.messages import Choice, payload, read_payload
from bot.minds import Minds
from bot.phrases import DUTCH, Phrases, load_phrases

HERE = Path(__file__).parent

HUMAN = payload("human")

# Themes with a sentence to start with, in `examples_of` of the texts.
EXAMPLES = ("geldzorgen", "wonen", "zorg_thuis", "eenzaamheid", "opvoeden", "regelingen")

# Numbers that stand in sentences about danger, so that a tap calls them.
_TO_CALL = re.compile(r"\b(?:112|113|14 ?0\d{2,3}|0800-\d{4})\b")
EXIT = "https://www.weeronline.nl"  # where a quick way out leads: a page that anybody may have open
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "ckb"}


class Pages:
    """Makes HTML in the languages of the page."""

    def __init__(self, minds: Minds, assets: Mapping[str, Asset]) -> None:
        self.minds = minds
        self.texts: Phrases = load_phrases(HERE / "texts")
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters.update(call=call_links, web=short_web, safe_href=safe_href)
        self._jinja.globals["asset"] = lambda name: assets[name].address

    def language(self, asked: str | None, events: Sequence[Event] = ()) -> str:
        """Return the language of the page: the one asked for, else that of the conversation, else Dutch."""
        if asked in self.texts.languages:
            return asked
        spoken = self.minds.phrases.spoken(language_of(events))
        return spoken if spoken in self.texts.languages else DUTCH

    def entries(self, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Return what there is to show of a conversation."""
        return entries_of(events, self._title_of)

    def page(
        self,
        events: Sequence[Event],
        asked: str | None,
        now: datetime,
        *,
        start: str | None = None,
        notice: str | None = None,
        failure: str | None = None,
        typed: str = "",
        number: str = "",
    ) -> str:
        """Return the whole page.

        `start` is the token of a conversation that has yet to begin, `notice` what is said above the form,
        `failure` what went wrong; `typed` and `number` bring back a message that was not sent.
        """
        language = self.language(asked, events)
        entries = self.entries(events)
        return self._jinja.get_template("page.html").render(
            **self._words(language, now),
            asked=asked if asked in self.texts.languages else None,
            languages=self.texts.languages,
            entries=entries,
            last=len(events),
            examples=self._examples(language),
            checked=self.minds.phrases.is_checked(language),
            human=HUMAN if entries else self._say(language)("choice.human"),
            start=start,
            notice=notice,
            failure=failure,
            typed=typed,
            number=number,
        )

    def messages(self, entries: Sequence[Entry], asked: str | None, now: datetime, events: Sequence[Event]) -> str:
        """Return messages as a piece of HTML, as they stand in the page."""
        words = self._words(self.language(asked, events), now)
        return self._jinja.get_template("messages.html").render(**words, entries=entries)

    def sentence(self, text: str, language: str) -> str:
        """Return one sentence about something that went wrong, with numbers to call."""
        return self._jinja.get_template("failure.html").render(failure=text, language=language)

    def notice(self, text: str, language: str) -> str:
        """Return one sentence about something that was done."""
        return self._jinja.get_template("notice.html").render(notice=text, language=language)

    def failure(self, key: str, language: str) -> str:
        """Return the sentence for something that went wrong."""
        return self._say(language).get(key) or self._text(language)(key)

    def forgotten(self, language: str) -> str:
        """Return the sentence that all was erased."""
        return self._say(language)("forgotten")

    # ---------------------------------------------------------------- words

    def _words(self, language: str, now: datetime) -> dict[str, Any]:
        return {
            "language": language,
            "now": now,
            "text": self._text(language),
            "say_in": self._say,
            "exit_to": EXIT,
            "html_language": html_language,
            "say": self._say(language),
            "who": lambda entry: self._who(entry, language),
            "name_of": lambda organisation: self._name_of(organisation, language),
            "moment": lambda at: _moment(at, now),
            "direction": _direction,
            "call_in": self._call_in,
            "new_number": lambda: str(uuid4()),
        }

    def _text(self, language: str) -> "_Said":
        return _Said(self.texts, language)

    def _say(self, language: str) -> "_Said":
        return _Said(self.minds.phrases, language)

    def _who(self, entry: Entry, language: str) -> str:
        text = self._text(language)
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

    def _call_in(self, spoken: str, number: str) -> str:
        return self._text(spoken if spoken in self.texts.languages else DUTCH)("call", number=number)

    def _examples(self, language: str) -> tuple[Choice, ...]:
        """Return sentences to start with. A tap sends the theme itself, so that nothing can be misunderstood."""
        text = self._text(language)
        return tuple(
            Choice(title=text(f"examples_of.{theme}"), payload=payload("theme", theme=theme)) for theme in EXAMPLES
        )

    def _title_of(self, text: str, language: str) -> str | None:
        """Return the words of a chosen button; None for what a resident typed."""
        if not (chosen := read_payload(text)):
            return None
        name, values = chosen
        spoken = self.minds.phrases.spoken(language)
        if name == "theme" and values.get("theme") in self.minds.guide.themes:
            return self.minds.phrases(f"theme.{values['theme']}", spoken)
        return self._say(spoken).get(f"choice.{name}")


class _Said:
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


def call_links(text: str) -> Markup:
    """Return a text in which the numbers to call are links."""
    pieces, end = [], 0
    for found in _TO_CALL.finditer(text):
        number = found[0]
        link = Markup('<a class="utrecht-link" href="tel:{}">{}</a>').format(_digits(number), number)
        pieces += [escape(text[end : found.start()]), link]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def short_web(address: str) -> str:
    """Return an address as people say it: without https://, www. and a last slash."""
    return re.sub(r"^https://(?:www\.)?|/$", "", address)


def safe_href(href: str | None) -> str | None:
    """Return an address that a tap may open, None for any other kind."""
    return href if href and href.startswith(("tel:", "https://", "mailto:")) else None


def html_language(language: str | None) -> str | None:
    """Return the language as HTML names it: easy Dutch is Dutch."""
    return language and language.partition("-")[0]


def _moment(at: datetime, now: datetime) -> str:
    there = at.astimezone(now.tzinfo)
    return f"{there:%H:%M}" if there.date() == now.date() else f"{there:%d-%m-%Y %H:%M}"


def _direction(spoken: str | None) -> str:
    return "rtl" if spoken in _RIGHT_TO_LEFT else "auto"


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())
