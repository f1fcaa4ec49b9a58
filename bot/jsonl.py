"""`wegwijs classify --jsonl` and `refer --jsonl`: a line in, a line out, whatever the line is."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.minds import Minds
from intents.model import Reading, Understanding
from intents.normalise import guard
from referral.areas import locate
from referral.guide import Guide
from referral.jsonl import answer

LONGEST_LINE = 1_000_000  # bytes; a longer one is refused


def classify_lines(lines: Iterable[bytes], minds: Minds) -> Iterator[str]:
    """Return a JSON line for each line: what was understood, or an `error` with the line's number (from 1)."""
    for number, line in enumerate(lines, 1):
        try:
            answer = classify(*_question(line), minds)
        except ValueError as slip:
            answer = {"error": str(slip), "line": number}
        yield json.dumps(answer, ensure_ascii=False)


def refer_lines(lines: Iterable[bytes], guide: Guide, today: date) -> Iterator[str]:
    """Return a JSON line for each case, or an `error` with the number of the line (from 1)."""
    for number, line in enumerate(lines, 1):
        try:
            told = answer(line.decode("utf-8"), guide, today)
        except UnicodeDecodeError:
            told = {"id": None, "error": "the line is not UTF-8"}
        yield json.dumps({**told, "line": number} if "error" in told else told, ensure_ascii=False)


def classify(number: str, text: str, minds: Minds) -> Mapping[str, Any]:
    """Return what a text says, with the place that is told in it, as plain values."""
    said = minds.understand(text, None, None)
    return {
        "id": number,
        "language": said.language,
        "themes": [_plain(reading) for reading in said.themes],
        "ranking": [_plain(reading) for reading in said.ranking],
        "signals": list(said.signals),
        "act": said.act,
        "facts": _facts(text, said, minds),
    }


def _facts(text: str, said: Understanding, minds: Minds) -> Mapping[str, str]:
    place = locate(guard(text), minds.guide.areas, answering=False)
    found = {"city": place.city, "wijk": place.wijk}
    return {**said.facts, **{name: value for name, value in found.items() if value}}


def _plain(reading: Reading) -> Mapping[str, Any]:
    return {"theme": reading.theme, "confidence": reading.confidence}


def _question(line: bytes) -> tuple[str, str]:
    """Return the id and text of a line. Raises ValueError with what is wrong."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line has {len(line)} bytes, the most is {LONGEST_LINE}")
    try:
        question = json.loads(line)
    except (ValueError, RecursionError) as slip:
        raise ValueError(f"this is no JSON line in UTF-8: {type(slip).__name__}") from slip
    if not isinstance(question, dict) or not isinstance(question.get("text"), str):
        raise ValueError('a line needs the form {"id": "x", "text": "…"}')
    return str(question.get("id", "")), question["text"]
