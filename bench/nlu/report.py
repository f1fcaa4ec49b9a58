"""Results to a table and to sentences that say where another is better than Wegwijs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import comb

from rich.table import Table

from bench.nlu.engines import Result
from intents.scores import Share

Hits = Sequence[bool]  # for each test message, in one order for all engines
_SURE = 0.05  # a difference that chance alone makes less often than this counts
_MORE_IS_BETTER: Mapping[str, Callable[[Result], Hits]] = {
    "Right first": lambda one: one.first,
    "Right among three": lambda one: one.among,
}
_LESS_IS_BETTER: Mapping[str, tuple[Callable[[Result], float], str]] = {
    "Time for half of the messages (p50)": (lambda one: one.p50, "ms"),
    "Time for nearly all messages (p99)": (lambda one: one.p99, "ms"),
    "Memory": (lambda one: one.peak, "MB"),
    "Training": (lambda one: one.training, "s"),
}


def table_of(results: Sequence[Result]) -> Table:
    """Return one row an engine."""
    table = Table(box=None, pad_edge=False)
    table.add_column("engine", no_wrap=True)
    for title in ("right first", "among three", "p50 ms", "p99 ms", "peak MB", "training s"):
        table.add_column(title, justify="right", no_wrap=True)
    for one in results:
        figures = (f"{one.p50:.1f}", f"{one.p99:.1f}", f"{one.peak:,.0f}", f"{one.training:,.1f}")
        table.add_row(one.name, _cell(one.first), _cell(one.among), *figures)
    return table


def verdict(own: Result, others: Sequence[Result]) -> Iterator[str]:
    """Yield in words where others are better than `own`, which learned from exactly what they learned from."""
    yield f"Compared with {own.name}, which learned from exactly the messages that the others learned from:"
    for title, hits in _MORE_IS_BETTER.items():
        yield from _accuracy(own, others, title, hits)
    for title, (measure, unit) in _LESS_IS_BETTER.items():
        better = sorted((one for one in others if measure(one) < measure(own)), key=measure)
        told = [f"{one.name} ({measure(one):.1f} {unit} against {measure(own):.1f})" for one in better]
        yield f"- {title}: {'better: ' + '; '.join(told) if told else 'nobody is better'}."


def _accuracy(own: Result, others: Sequence[Result], title: str, measure: Callable[[Result], Hits]) -> Iterator[str]:
    mine = measure(own)
    chances = {one.name: chance(measure(one), mine) for one in others}
    apart = [one for one in others if chances[one.name] < _SURE]
    better = [one for one in apart if sum(measure(one)) > sum(mine)]
    told = [f"{one.name} ({share_of(measure(one)).rate:.1%} against {share_of(mine).rate:.1%})" for one in better]
    yield f"- {title}: {'better: ' + '; '.join(told) if told else 'nobody is better'}."
    for one in others:
        if one not in apart:
            rate, p = share_of(measure(one)).rate, chances[one.name]
            yield f"  {one.name} ({rate:.1%}) cannot be told apart from it (p = {p:.3f})."


def chance(some: Hits, others: Hits) -> float:
    """Return how likely two equally good engines differ at least this much (sign test on the same messages)."""
    pairs = list(zip(some, others, strict=True))
    wins, losses = pairs.count((True, False)), pairs.count((False, True))
    most = max(wins, losses)
    tail = sum(comb(wins + losses, many) for many in range(most, wins + losses + 1))
    return min(1.0, 2 * tail / (1 << (wins + losses)))


def share_of(hits: Hits) -> Share:
    """Return the share that is right."""
    return Share(hits=sum(hits), of=len(hits))


def _cell(hits: Hits) -> str:
    share = share_of(hits)
    low, high = share.interval
    return f"{share.rate:.1%} ({100 * low:.0f}-{100 * high:.0f})"
