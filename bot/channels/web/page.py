"""What is known of a conversation to HTML: the whole page, or the messages alone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.web.advice.erased import Erased, Receipt, receipt_of
from bot.channels.web.advice.tools import Tools, tools_of
from bot.channels.web.assets import Asset, sheet_of
from bot.channels.web.entries import Entry, entries_of, language_of, news_of
from bot.channels.web.links import address, call_links, contact_link, safe_href, short_web
from bot.channels.web.papers import load_papers
from bot.channels.web.site import Site
from bot.channels.web.voice import RESTART, Said, Voice
from bot.events import Event
from bot.messages import payload
from bot.minds import Minds
from bot.phrases import DUTCH

HERE = Path(__file__).parent

HUMAN = payload("human")

EXIT = "https://www.weeronline.nl"  # where a quick way out leads: a page that anybody may have open


class Pages:
    """Makes HTML in the languages of the page."""

    def __init__(self, minds: Minds, assets: Mapping[str, Asset], site: Site) -> None:
        self.minds = minds
        self.site = site
        self.papers = load_papers(site)
        self.voice = Voice(minds)
        self.texts = self.voice.texts
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
        self._jinja.globals.update(asset=lambda name: assets[name].address, site=site, exit_to=EXIT)

    def language(self, asked: str | None, events: Sequence[Event] = ()) -> str:
        """Return the language of the page: the one asked for, else that of the conversation, else Dutch."""
        if asked in self.texts.languages:
            return asked
        spoken = self.minds.phrases.spoken(language_of(events))
        return spoken if spoken in self.texts.languages else DUTCH

    def entries(self, events: Sequence[Event]) -> tuple[Entry, ...]:
        """Return what there is to show of a conversation."""
        return entries_of(events, self.voice.title_of)

    def news(self, events: Sequence[Event], seen: int) -> tuple[Entry, ...]:
        """Return what is new, or has other buttons, for who has seen so many events."""
        return news_of(events, seen, self.voice.title_of)

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
            **self.voice.words(language, now),
            **self._frame(asked, municipality, "/"),
            languages=self.texts.languages,
            entries=entries,
            tools_of=self._tools(events, now),
            last=len(events),
            examples=self.voice.examples(language),
            topics=self.voice.topics(language),
            receipt=receipt,
            checked=self.minds.phrases.is_checked(language),
            human=HUMAN if entries else self.voice.say(language)("choice.human"),
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
            **self.voice.words(language, now),
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
        words = self.voice.words(self.language(asked, events), now)
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
        return self.voice.say(language).get(key) or self.voice.text(language)(key)

    def forgotten(self, language: str) -> str:
        """Return the sentence that all was erased."""
        return self.voice.say(language)("forgotten")

    def render(self, template: str, language: str, now: datetime, **told: object) -> str:
        """Return another page, or a piece of one."""
        words = self.voice.words(language, now) | self._frame(None, None, "")
        return self._jinja.get_template(template).render(words | told)

    def receipt(self, what: Erased, language: str, now: datetime) -> Receipt:
        """Return the receipt of what was erased, in words."""
        return receipt_of(what, language, self.voice.text(language), self.minds, now, self.site.days("backups"))

    def text_in(self, language: str) -> Said:
        """Return our sentences in a language, in Dutch when there are none."""
        return self.voice.text(language if language in self.texts.languages else DUTCH)

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

    def _tools(self, events: Sequence[Event], now: datetime) -> Callable[[Entry], Tools | None]:
        return lambda entry: tools_of(events, entry.number, self.minds, now, self.text_in)
