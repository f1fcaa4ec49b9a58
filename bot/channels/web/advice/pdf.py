"""An advice as a PDF, in every language that Wegwijs speaks: the letters are in the file, so that any printer has them.

Made by fpdf2 with HarfBuzz, which joins Arabic letters. Its pages carry no tags for a screen reader; for who needs
them there is the same advice as a web page.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.messages import Part, Way
from bot.phrases import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"

_FONTS = (("Latin", "", "Latin-Regular"), ("Latin", "B", "Latin-Bold"), ("Arabic", "", "Arabic-Regular"),
          ("Arabic", "B", "Arabic-Bold"), ("Ethiopic", "", "Ethiopic-Regular"))  # fmt: skip
_BESIDE = ["Arabic", "Ethiopic"]  # for the letters that Latin has not
_MARGIN = 20  # mm
_LINK = (0, 60, 140)
_BLACK = (0, 0, 0)
_ISOLATE, _END = "\u2066", "\u2069"  # of Unicode: what stands between them is read from left to right
_GROUPS = re.compile(r"\+?\d[\d()-]*(?: (?:- )?[\d()-]+)+")  # a number in groups, such as 14 030


def pdf_of(title: str, about: str, parts: Iterable[Part], language: str, made: datetime) -> bytes:
    """Return the file: a title, what this is, and the parts of the advice."""
    page = _Page(language, title, made)
    page.write(title, size=20, bold=True)
    page.write(about, size=10)
    for part in parts:
        page.space(4)
        if part.title:
            page.write(part.title, size=15, bold=True)
        for line in filter(None, map(str.strip, part.text.splitlines())):
            page.write(line)
        for way in part.ways:
            page.way(way)
    return page.done()


class _Page:
    """A sheet of A4 on which is written from top to bottom; a next one follows by itself."""

    def __init__(self, language: str, title: str, made: datetime) -> None:
        self._to_left = language in RIGHT_TO_LEFT
        self._pdf = _blank()
        self._pdf.set_title(title)
        self._pdf.set_lang(language.partition("-")[0])
        self._pdf.set_creation_date(made)
        self._pdf.set_text_shaping(True, direction="rtl" if self._to_left else "ltr")
        self._pdf.add_page()

    def write(self, text: str, *, size: int = 12, bold: bool = False, link: str | None = None) -> None:
        """Write one paragraph."""
        self._pdf.set_font("Latin", "B" if bold else "", size)
        self._pdf.set_text_color(*(_LINK if link else _BLACK))
        said = _GROUPS.sub(lambda found: f"{_ISOLATE}{found[0]}{_END}", text) if self._to_left else text
        align = "R" if self._to_left else "L"
        self._pdf.multi_cell(0, size * 0.55, said, align=align, link=link or "", new_x="LMARGIN", new_y="NEXT")

    def way(self, way: Way) -> None:
        """Write one way to reach somebody; a tap calls or opens it."""
        value = f"{_ISOLATE}{way.value}{_END}" if self._to_left and way.href else way.value
        self.write(f"{way.label}: {value}", link=way.href)
        if way.hours:
            self.write(way.hours, size=10)

    def space(self, height: float) -> None:
        """Leave this many mm open."""
        self._pdf.ln(height)

    def done(self) -> bytes:
        """Return the file."""
        return bytes(self._pdf.output())


def _blank() -> "FPDF":
    """Return a document with the fonts."""
    from fpdf import FPDF  # noqa: PLC0415 -- takes most of a second, and few residents ask for a PDF

    pdf = FPDF(format="A4")
    for family, style, file in _FONTS:
        pdf.add_font(family, style, FONTS / f"{file}.ttf")
    pdf.set_fallback_fonts(_BESIDE, exact_match=False)
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    return pdf
