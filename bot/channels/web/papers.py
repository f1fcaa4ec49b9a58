"""The pages around the conversation: privacy, accessibility, that it is a computer."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from bot.channels.web.site import Site
from bot.channels.web.words import paper_texts
from bot.phrases import DUTCH, Phrases
from bot.retention import Kept

# The parts of each page, in the order in which they are read.
PAPERS: Mapping[str, Sequence[str]] = {
    "privacy": (
        "what", "who", "computer", "speech", "bigger", "kept", "erase", "others", "elsewhere", "telegram", "rights",
        "ask",
    ),
    "toegankelijkheid": ("norm", "tested", "untested", "ask"),
    "over": ("computer", "wrong", "person", "source"),
}  # fmt: skip

_A_YEAR = 365.25


class Papers:
    """Tells what stands on each page."""

    def __init__(self, site: Site, phrases: Phrases) -> None:
        self.site = site
        self.phrases = phrases

    def spoken(self, language: str) -> str:
        """Return the language in which the pages can be read by who chose this one."""
        return language if language in self.phrases.languages else DUTCH

    def parts(self, paper: str, language: str) -> Iterator[tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]]:
        """Give each part that holds here: its name, its title and its text in blocks."""
        contact = self.contact(paper)
        for part in PAPERS[paper]:
            if part in self.site.not_here:
                continue
            key = f"{paper}.{part}" if part != "ask" or contact else f"{paper}.ask_nobody"
            values = {"contact": contact} if part == "ask" and contact else {}
            text = self.phrases(f"{key}.text", language, **values)
            yield part, self.phrases(f"{key}.title", language), blocks(text)

    def contact(self, paper: str) -> str | None:
        """Return whom to ask about what stands on a page, None when that was not told."""
        return {"privacy": self.site.privacy_contact, "toegankelijkheid": self.site.accessibility_contact}.get(paper)

    def kept(self, language: str) -> Iterator[tuple[str, str]]:
        """Give each kind of thing that is kept, and how long."""
        for one in self.site.kept:
            if one.id in self.site.not_here:
                continue
            yield self.phrases(one.text, language), self._how_long(one, language)

    def _how_long(self, one: Kept, language: str) -> str:
        if one.days is None:
            return self.phrases("stays", language)
        if one.days == 1:
            return self.phrases("one_day", language)
        years = round(one.days / _A_YEAR)
        if not years or abs(one.days - years * _A_YEAR) > 1:
            return self.phrases("days", language, number=str(one.days))
        return self.phrases("year", language) if years == 1 else self.phrases("years", language, number=str(years))


def blocks(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return a text as paragraphs ("p") and lists ("ul"), each with its lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    found: list[tuple[str, tuple[str, ...]]] = []
    for is_list, group in groupby(lines, key=lambda line: line.startswith("- ")):
        if is_list:
            found.append(("ul", tuple(line.removeprefix("- ") for line in group)))
        else:
            found += (("p", (line,)) for line in group)
    return tuple(found)


def load_papers(site: Site) -> Papers:
    """Return the pages; raises ValueError when a language has other keys than Dutch."""
    return Papers(site, paper_texts())
