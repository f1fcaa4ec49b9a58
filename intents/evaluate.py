"""Held-out sentences to scores: overall, by theme, style and language, how far to trust confidence, what fails."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from intents.model import Progress, Understanding
from intents.scores import NOTHING, Band, Rows, Scores, Share
from intents.sentences import Sentence, load_sentences

__all__ = ["Scores", "Sentence", "Share", "evaluate", "load_sentences"]

Understand = Callable[[str], Understanding]
Pair = tuple[Sentence, Understanding]
Test = Callable[[Sentence, Understanding], bool]

_BANDS = 10  # of confidence, equally wide
_SHOWN = 3  # themes that a resident may choose from when it is not clear


def evaluate(
    sentences: Sequence[Sentence], understand: Understand, progress: Progress = lambda _share, _what: None
) -> Scores:
    """Return the scores of a reader on held-out sentences."""
    read = list(_read(sentences, understand, progress))
    told = [(one, said) for one, said in read if one.facts is None]
    themed = [(one, said) for one, said in told if one.themes]
    kinds = {
        "Dutch": [(one, said) for one, said in themed if one.language == "nl"],
        "other languages": [(one, said) for one, said in themed if one.language != "nl"],
    }
    return Scores(
        shares={
            **_overall(kinds),
            **_beside(told, themed),
            **_facts([pair for pair in read if pair[0].facts is not None]),
        },
        tables=_tables(told, themed),
        calibration={kind: _calibration(some) for kind, some in kinds.items()},
        confusions=_confusions(themed),
        sentences=_fingerprint(sentences),
        wrong=tuple(_wrong(read)),
    )


def _read(sentences: Sequence[Sentence], understand: Understand, progress: Progress) -> Iterable[Pair]:
    for number, one in enumerate(sentences):
        progress(number / len(sentences), "Berichten lezen")
        yield one, understand(one.text)


def _overall(kinds: Mapping[str, Sequence[Pair]]) -> Mapping[str, Share]:
    tests: Mapping[str, Test] = {
        "a right theme first": _first_right,
        "a right theme among three": _among_three,
        "right after one question": _right_after_question,
        "acted on": _acted,
        "acted on while wrong": _wrongly_acted,
    }
    return {f"{kind}: {name}": _share(some, test) for kind, some in kinds.items() for name, test in tests.items()}


def _beside(told: Sequence[Pair], themed: Sequence[Pair]) -> Mapping[str, Share]:
    dangerous = [pair for pair in told if pair[0].signals]
    return {
        "danger seen": _share(dangerous, _alarmed),
        "danger named exactly": _share(dangerous, _named),
        "false alarms": _share([pair for pair in told if not pair[0].signals], _alarmed),
        "acts told apart": _share([pair for pair in told if pair[0].act], _act_right),
        "themes not taken for acts": _share([p for p in themed if not p[0].act], lambda _, said: said.act is None),
        "language": _share(told, _language_right),
    }


def _facts(read: Sequence[Pair]) -> Mapping[str, Share]:
    found = [(name, value, one) for one, said in read for name, value in said.facts.items()]
    told = [(name, value, said) for one, said in read for name, value in (one.facts or {}).items()]
    right = sum((one.facts or {}).get(name) == value for name, value, one in found)
    hits = sum(said.facts.get(name) == value for name, value, said in told)
    return {
        "facts that are right": Share(hits=right, of=len(found)),
        "facts that are found": Share(hits=hits, of=len(told)),
    }


def _tables(told: Sequence[Pair], themed: Sequence[Pair]) -> Mapping[str, Rows]:
    themes: Mapping[str, Test] = {
        "right first": _first_right,
        "among three": _among_three,
        "acted wrongly": _wrongly_acted,
    }
    danger: Mapping[str, Test] = {"danger seen": _alarmed, "named exactly": _named}
    dangerous = [pair for pair in told if pair[0].signals]
    calm = [pair for pair in told if not pair[0].signals]
    return {
        "theme": _table(themed, lambda one: one.themes[:1], themes),
        "style": _table(themed, lambda one: (one.style,), themes),
        "language": _table(themed, lambda one: (one.language,), themes),
        "danger by signal": _by_signal(dangerous),
        "danger by language": _table(dangerous, lambda one: (one.language,), danger),
        "danger by style": _table(dangerous, lambda one: (one.style,), danger),
        "calm by language": _table(calm, lambda one: (one.language,), {"false alarms": _alarmed}),
        "act": _table([p for p in told if p[0].act], lambda one: (one.act or "",), {"told apart": _act_right}),
        "told language": _table(told, lambda one: (one.language,), {"language": _language_right}),
    }


def _table(read: Iterable[Pair], keys: Callable[[Sentence], Iterable[str]], tests: Mapping[str, Test]) -> Rows:
    rows = defaultdict(list)
    for one, said in read:
        for key in keys(one):
            rows[key].append((one, said))
    return {key: {name: _share(rows[key], test) for name, test in tests.items()} for key in sorted(rows)}


def _by_signal(dangerous: Sequence[Pair]) -> Rows:
    def tests(signal: str) -> Mapping[str, Test]:
        return {"danger seen": _alarmed, "this one seen": lambda _, said: signal in said.signals}

    signals = sorted({signal for one, _ in dangerous for signal in one.signals})
    having = {signal: [(one, said) for one, said in dangerous if signal in one.signals] for signal in signals}
    return {
        signal: {name: _share(some, test) for name, test in tests(signal).items()} for signal, some in having.items()
    }


def _calibration(read: Sequence[Pair]) -> tuple[Band, ...]:
    bands: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one, said in read:
        if said.ranking:
            sure = said.ranking[0].confidence
            bands[min(int(sure * _BANDS), _BANDS - 1)].append((sure, _first_right(one, said)))
    return tuple(
        Band(
            low=number / _BANDS,
            high=(number + 1) / _BANDS,
            confidence=sum(sure for sure, _ in band) / len(band),
            right=Share(hits=sum(right for _, right in band), of=len(band)),
        )
        for number, band in sorted(bands.items())
    )


def _confusions(themed: Sequence[Pair]) -> Mapping[str, Mapping[str, int]]:
    """Count what each theme was read as; of several that a message is about, the one that was read, or the main."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one, said in themed:
        first = said.ranking[0].theme if said.ranking else NOTHING
        counts[first if first in one.themes else one.themes[0]][first] += 1
    return {theme: dict(read_as) for theme, read_as in sorted(counts.items())}


def _fingerprint(sentences: Iterable[Sentence]) -> str:
    return hashlib.sha256("\n".join(one.model_dump_json() for one in sentences).encode()).hexdigest()[:16]


def _share(read: Sequence[Pair], test: Test) -> Share:
    return Share(hits=sum(test(one, said) for one, said in read), of=len(read))


def _first_right(one: Sentence, said: Understanding) -> bool:
    return bool(said.ranking) and said.ranking[0].theme in one.themes


def _among_three(one: Sentence, said: Understanding) -> bool:
    return any(reading.theme in one.themes for reading in said.ranking[:_SHOWN])


def _right_after_question(one: Sentence, said: Understanding) -> bool:
    """Tell whether it acts rightly, or else shows a right theme to choose; what is taken for an act shows none."""
    if said.themes:
        return said.themes[0].theme in one.themes
    return said.act is None and _among_three(one, said)


def _acted(_: Sentence, said: Understanding) -> bool:
    return bool(said.themes)


def _wrongly_acted(one: Sentence, said: Understanding) -> bool:
    return bool(said.themes) and said.themes[0].theme not in one.themes


def _alarmed(_: Sentence, said: Understanding) -> bool:
    return bool(said.signals)


def _named(one: Sentence, said: Understanding) -> bool:
    return set(one.signals) == set(said.signals)


def _act_right(one: Sentence, said: Understanding) -> bool:
    return one.act == said.act


def _language_right(one: Sentence, said: Understanding) -> bool:
    return one.language == said.language


def _wrong(read: Iterable[Pair]) -> Iterable[str]:
    for one, said in read:
        for what in _slips(one, said) if one.facts is None else _slips_in_facts(one.facts, said):
            yield f"[{one.language} {one.style}] {what}: {one.text}"


def _slips(one: Sentence, said: Understanding) -> Iterable[str]:
    if one.themes and not _first_right(one, said):
        guesses = ", ".join(f"{reading.theme} {reading.confidence:.2f}" for reading in said.ranking[:_SHOWN])
        yield f"theme {'+'.join(one.themes)}, read as {guesses or said.act}"
    if bool(one.signals) != bool(said.signals):
        yield f"danger {'+'.join(one.signals) or 'none'}, read as {'+'.join(said.signals) or 'none'}"
    if one.act and one.act != said.act:
        yield f"act {one.act}, read as {said.act}"


def _slips_in_facts(facts: Mapping[str, str], said: Understanding) -> Iterable[str]:
    for name in sorted({*facts, *said.facts}):
        if facts.get(name) != said.facts.get(name):
            yield f"fact {name} {facts.get(name, 'not told')}, read as {said.facts.get(name, 'nothing')}"
