"""Tables as CSV for a spreadsheet, in which no cell is a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"  # tells Excel that this is UTF-8
_FORMULA = tuple("=+-@\t\r\n|%")


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as lines of CSV, with semicolons as a Dutch spreadsheet expects. MARK goes before the first."""
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="\r\n").writerows([[cell(value) for value in row] for row in rows])
    return file.getvalue()


def cell(value: object) -> str:
    """Return a value as text that a spreadsheet shows and never calculates (OWASP, CSV injection).

    Numbers stay numbers. Wide forms of the signs count too: a spreadsheet may read them as the sign.
    """
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, int | float):
        return text
    first = unicodedata.normalize("NFKC", text).lstrip(" \u00a0\ufeff\u200b")
    return f"'{text}" if first.startswith(_FORMULA) else text
