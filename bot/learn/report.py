"""What came of a trial, as a page that a person reads before they promote (Markdown)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.learn.model import Proposal
from bot.learn.trial import FILE
from bot.learn.verdict import Tried, Verdict
from intents.compare import Change, rows
from intents.scores import Share

_TABLES = ("theme", "style", "language", "danger by signal", "danger by language", "calm by language", "act")
_NEW = FILE.removesuffix(".yaml")


def report(
    tried: Tried, verdict: Verdict, proposals: Sequence[Proposal], now: datetime, margin: float, how: str
) -> str:
    """Return the page: the verdict, the figures before and after, what the new tests say, and what was learned."""
    return "\n".join(
        [
            f"# Leren van correcties, {now:%d-%m-%Y %H:%M}",
            "",
            *_verdict(verdict, margin),
            "",
            f"Manier: {how}. {_count(proposals)}",
            "",
            "## Nieuwe toetsen",
            "",
            *_new_tests(tried, proposals),
            "",
            "## Cijfers voor en na",
            "",
            *_table(_overall(tried)),
            *_by_table(tried),
            "",
        ]
    )


def _verdict(verdict: Verdict, margin: float) -> Iterator[str]:
    if verdict.may_promote:
        yield f"**Niets werd slechter** (grens: {100 * margin:.1f} punt over het geheel, niets buiten het toeval)."
        return
    yield "**Niet overnemen.** Dit werd slechter of lukt niet:"
    yield ""
    yield from (f"- {line}" for line in verdict.worse)


def _count(proposals: Sequence[Proposal]) -> str:
    kinds = [one.kind for one in proposals]
    tests = len(kinds) - kinds.count("example")
    return f"Geleerd van {kinds.count('example')} goedgekeurde voorbeelden, getoetst met {tests} nieuwe toetsen."


def _new_tests(tried: Tried, proposals: Sequence[Proposal]) -> Iterator[str]:
    words = {"passed": "goed", "failed": "mislukt", "known miss": "bekend, nog niet goed"}
    new = {name: result for name, result in tried.tests.items() if _NEW in name}
    routes = sum(one.kind == "referral" for one in proposals)
    if not new and not routes:
        yield "Er waren geen nieuwe toetsen."
    for name, result in sorted(new.items()):
        yield f"- {words.get(result, result)}: {name}"
    yield from (f"- mislukt: {line}" for line in tried.routes)
    if routes:
        yield f"- goed: {routes - len(tried.routes)} van {routes} doorgegeven vragen gaan nu naar het goede team"
    yield ""
    yield f"Bestaande toetsen: {_told(tried.tests)}."


def _told(tests: Mapping[str, str]) -> str:
    old = [result for name, result in tests.items() if _NEW not in name]
    return f"{old.count('passed')} goed, {old.count('failed')} mislukt, {old.count('known miss')} bekend nog niet goed"


def _overall(tried: Tried) -> Iterator[Change]:
    for name, share in tried.after.shares.items():
        yield Change(measure=name, before=tried.before.shares.get(name), after=share)


def _by_table(tried: Tried) -> Iterator[str]:
    changes = list(rows(tried.before, tried.after))
    for table in _TABLES:
        some = [one for one in changes if one.measure.startswith(f"{table} ") and one.measure not in tried.after.shares]
        if some:
            yield from ("", f"### {table}", "", *_table(some))


def _table(changes: Iterator[Change] | Sequence[Change]) -> Iterator[str]:
    yield "| | voor | na | verschil |"
    yield "|---|---:|---:|---:|"
    for one in changes:
        shown = f"{100 * one.difference:+.1f}" if one.before and one.after else "-"
        yield f"| {one.measure} | {_share(one.before)} | {_share(one.after)} | {shown} |"


def _share(share: Share | None) -> str:
    return f"{share.rate:.1%} ({share.hits}/{share.of})" if share and share.of else "-"
