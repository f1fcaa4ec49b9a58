"""What is known of a conversation to HTML: the whole page, or the messages alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web.advice.erased import Erased, Receipt, receipt_of
from bot.channels.web.advice.tools import Tools, tools_of
from bot.channels.web.assets import Asset, sheet_of
from bot.channels.web.entries import Entry, entries_of, language_of, news_of
from bot.channels.web.links import address, call_links, contact_link, html_language, safe_href, short_web
from bot.channels.web.papers import load_papers
from bot.channels.web.site import Site
from bot.channels.web.words import web_texts
from bot.events import Event
from bot.messages import Choice, payload, read_payload
from bot.minds import Minds
from bot.phrases import DUTCH, Phrases

HERE = Path(__file__).parent

HUMAN = payload("human")
RESTART = payload("restart")

# Themes with a sentence to start with, in `examples_of` of the texts.
EXAMPLES = ("geldzorgen", "wonen", "zorg_thuis", "eenzaamheid", "opvoeden", "regelingen")

EXIT = "https://www.weeronline.nl"  # where a quick way out leads: a page that anybody may have open
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "ckb"}


class Pages:
    """Makes HTML in the languages of the page."""

    def __init__(self, minds: Minds, assets: Mapping[str, Asset], site: Site) -> None:
        self.minds = minds
        self.site = site
        self.papers = load_papers(site)
        self.texts = web_texts()
        self._jinja = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters.update(
            call=call_links, web=short_web, safe_href=safe_href, contact=contact_link, unescaped=unescape
        )
        self._jinja.globals.update(asset=lambda name: assets[name].address, site=site)

    def language(self, asked: str | None, events: Sequence[Event] = ()) -> str:
        """Return the language of the page: the one asked for, else that of the conversation, else Dutch."""
        if asked in self.texts.languages:
            return asked
        spoken = self.minds.phrases.spoken(language_of(events))
        return spoken if spoken in self.texts.languages else DUTCH

    def entries(self, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Return what there is to show of a conversation."""
        return entries_of(events, self._title_of)

    def news(self, events: Sequence[Event], seen: int) -> tuple[Entry, ...]:
        """Return what is new, or has other buttons, for who has seen so many events."""
        return news_of(events, seen, self._title_of)

    def page(
        self,
        events: Sequence[Event],
        asked: str | None,
        now: datetime,
        *,
        municipality: str | None = None,
        conversation: str = "",
        start: str | None = None,
        notice: str | None = None,
        receipt: Receipt | None = None,
        failure: str | None = None,
        typed: str = "",
        number: str = "",
        widget: bool = False,
    ) -> str:
        """Return the whole page; for a widget what stands on the page of another site.

        `conversation` tells conversations apart, `start` is the token of one that has yet to begin, `notice` what is
        said above the form, `failure` what went wrong; `typed` and `number` bring back a message that was not sent.
        """
        language = self.language(asked, events)
        entries = self.entries(events)
        return self._jinja.get_template("widget.html" if widget else "page.html").render(
            **self._words(language, now),
            **self._frame(asked, municipality, "/"),
            languages=self.texts.languages,
            entries=entries,
            tools_of=self._tools(events, now),
            last=len(events),
            examples=self._examples(language),
            topics=self._topics(language),
            receipt=receipt,
            checked=self.minds.phrases.is_checked(language),
            human=HUMAN if entries else self._say(language)("choice.human"),
            restart=RESTART,
            conversation=conversation,
            widget=widget,
            start=start,
            notice=notice,
            failure=failure,
            typed=typed,
            number=number,
        )

    def paper(self, name: str, asked: str | None, municipality: str | None, now: datetime) -> str:
        """Return a page around the conversation, such as privacy; in Dutch for who chose a language that it lacks."""
        language = self.language(asked)
        spoken = self.papers.spoken(language)
        return self._jinja.get_template("paper.html").render(
            **self._words(language, now),
            **self._frame(asked, municipality, f"/{name}"),
            languages=self.texts.languages,
            name=name,
            spoken=spoken,
            is_translated=spoken == language,
            paper_text=partial(self.papers.phrases, language=spoken),
            parts=self.papers.parts(name, spoken),
            kept=self.papers.kept(spoken),
            contact_at=self.papers.contact(name),
        )

    def messages(self, entries: Sequence[Entry], asked: str | None, now: datetime, events: Sequence[Event]) -> str:
        """Return messages as a piece of HTML, as they stand in the page."""
        words = self._words(self.language(asked, events), now)
        tools = self._tools(events, now)
        return self._jinja.get_template("messages.html").render(**words, entries=entries, tools_of=tools)

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

    def render(self, template: str, language: str, now: datetime, **told: object) -> str:
        """Return another page, or a piece of one."""
        words = self._words(language, now) | self._frame(None, None, "")
        return self._jinja.get_template(template).render(words | told)

    def receipt(self, what: Erased, language: str, now: datetime) -> Receipt:
        """Return the receipt of what was erased, in words."""
        return receipt_of(what, language, self._text(language), self.minds, now, self.site.days("backups"))

    def text_in(self, language: str) -> "_Said":
        """Return our sentences in a language, in Dutch when there are none."""
        return self._text(language if language in self.texts.languages else DUTCH)

    def kept_in_links(self, asked: str | None, municipality: str | None) -> dict[str, str]:
        """Return what links and forms keep of an address: the language and the municipality, where there are such."""
        wanted = (("taal", asked, self.texts.languages), ("gemeente", municipality, self.site.themes))
        return {name: value for name, value, known in wanted if value and value in known}

    def _frame(self, asked: str | None, municipality: str | None, path: str) -> dict[str, Any]:
        """Return the look, and what the links keep of the address: the language and the municipality asked for."""
        kept = self.kept_in_links(asked, municipality)
        return {
            "path": path,
            "asked": kept.get("taal"),
            "municipality": kept.get("gemeente"),
            "styles": (sheet_of(self.site.theme_for(municipality)),),
            "address": partial(address, kept),
        }

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

    def _tools(self, events: Sequence[Event], now: datetime) -> Callable[[Entry], Tools | None]:
        return lambda entry: tools_of(events, entry.number, self.minds, now, self.text_in)

    def _topics(self, language: str) -> tuple[tuple[str, Choice], ...]:
        """Return every theme by its name, to start with."""
        say = self._say(self.minds.phrases.spoken(language))
        return tuple(
            (theme, Choice(title=say(f"theme.{theme}"), payload=payload("theme", theme=theme)))
            for theme in self.minds.guide.themes
        )

    def _call_in(self, spoken: str, number: str) -> str:
        return self._text(spoken if spoken in self.texts.languages else DUTCH)("call", number=number)

    def _examples(self, language: str) -> tuple[tuple[str, Choice], ...]:
        """Return sentences to start with. A tap sends the theme itself, so that nothing can be misunderstood."""
        text = self._text(language)
        return tuple(
            (theme, Choice(title=text(f"examples_of.{theme}"), payload=payload("theme", theme=theme)))
            for theme in EXAMPLES
        )

    def _title_of(self, text: str, language: str) -> str | None:
        """Return the words of a chosen button; None for what a resident typed."""
        if not (chosen := read_payload(text)):
            return None
        name, values = chosen
        spoken = self.minds.phrases.spoken(language)
        if name == "theme" and values.get("theme") in self.minds.guide.themes:
            return self.minds.phrases(f"theme.{values['theme']}", spoken)
        if text == RESTART:
            return self._text(spoken if spoken in self.texts.languages else DUTCH)("again")
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


def _moment(at: datetime, now: datetime) -> str:
    there = at.astimezone(now.tzinfo)
    return f"{there:%H:%M}" if there.date() == now.date() else f"{there:%d-%m-%Y %H:%M}"


def _direction(spoken: str | None) -> str:
    return "rtl" if spoken in _RIGHT_TO_LEFT else "auto"
