"""Scores to tables that a person reads in a terminal."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from intents.compare import Change
from intents.scores import Band, Rows, Scores, expected_error


def overall(scores: Scores) -> Table:
    """Return the table of the overall measures."""
    table = Table("measure", "share (of, 95% interval)")
    for name, share in scores.shares.items():
        table.add_row(name, str(share))
    return table


def details(scores: Scores) -> Iterator[Table]:
    """Return the tables by theme, style, language and signal, and how far confidence can be trusted."""
    for name, rows in scores.tables.items():
        if rows:
            yield _rows(name, rows)
    for kind, bands in scores.calibration.items():
        if bands:
            yield _calibration(kind, bands)


def comparison(changes: Sequence[Change]) -> Table:
    """Return the table of what changed between two releases."""
    table = _narrow("measure", "before", "after", "+/-", "intervals")
    table.columns[0].no_wrap = False
    for change in changes:
        before, after = (share.brief if share else "-" for share in (change.before, change.after))
        shown = f"{100 * change.difference:+.1f}" if change.before and change.after else "-"
        table.add_row(change.measure, before, after, shown, _verdict(change))
    return table


def remarks(before: Scores, after: Scores) -> Iterator[str]:
    """Return lines on what shares do not show: the calibration error, and whether the messages are the same."""
    for kind, bands in after.calibration.items():
        if bands and (earlier := before.calibration.get(kind)):
            errors = expected_error(earlier), expected_error(bands)
            yield f"{kind}: expected calibration error {errors[0]:.1%} before, {errors[1]:.1%} after"
    if before.sentences != after.sentences:
        yield "The held-out messages are not the same as before; the difference is theirs too."


def _verdict(change: Change) -> str:
    if not (change.before and change.after):
        return "only one"
    if not change.apart:
        return "overlap"
    return "worse" if change.worse else "better"


def _rows(name: str, rows: Rows) -> Table:
    measures = list(next(iter(rows.values())))
    table = _narrow(name, "n", *measures)
    for row, shares in rows.items():
        table.add_row(row, str(shares[measures[0]].of), *(shares[measure].brief for measure in measures))
    return table


def _calibration(kind: str, bands: Sequence[Band]) -> Table:
    table = _narrow("confidence", "n", "on average", "right")
    table.title = f"{kind}: expected calibration error {expected_error(bands):.1%}"
    for band in bands:
        table.add_row(f"{band.low:.1f}-{band.high:.1f}", str(band.right.of), f"{band.confidence:.0%}", band.right.brief)
    return table


def _narrow(*columns: str) -> Table:
    first, *others = columns
    table = Table(box=box.SIMPLE_HEAD, title_justify="left", title_style="")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table
