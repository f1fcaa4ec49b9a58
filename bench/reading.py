"""What reading one message costs, part by part, on one core; and how much memory the reader takes.

    python bench/reading.py [--rounds 5]

The messages are the held-out Dutch ones and those in other languages, each as it was typed; medians over the rounds
of each message, then p50 and p99 over the messages. A yes, a number and a repeat never reach the encoder.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from intents.evaluate import load_sentences
from intents.language import language_of
from intents.normalise import guard
from intents.signals import patterns_in
from intents.slots import read_facts
from intents.stretches import stretches
from intents.understand import load_reader

SENTENCES = Path("tests/intents/sentences")


def spread(name: str, read: Callable[[str], object], texts: list[str], rounds: int) -> str:
    """Return p50 and p99 of a part, in milliseconds."""
    times = []
    for text in texts:
        took = []
        for _ in range(rounds):
            before = perf_counter()
            read(text)
            took.append(1000 * (perf_counter() - before))
        times.append(median(took))
    times.sort()
    return f"{name:<28} p50 {times[len(times) // 2]:7.3f} ms   p99 {times[int(len(times) * 0.99)]:7.3f} ms"


def memory() -> float:
    """Return the memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text("utf-8").split()[1]) * 4096 / 1e6


def main() -> None:
    """Print the costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    texts = [guard(one.text) for one in load_sentences(SENTENCES)][::3]
    before = memory()
    reader = load_reader()
    for text in texts[:50]:
        reader.understand(text)
    print(f"{len(texts)} messages, {rounds} rounds; the reader takes {memory() - before:.0f} MB of {memory():.0f}")
    encoder, heads = reader._encoder, reader._heads
    vectors = {text: encoder.encode(text) for text in texts}
    features = {text: heads.features(text, vectors[text]) for text in texts}

    def new(text: str) -> object:
        reader._vector.cache_clear()  # or a second round would not wake the encoder
        return reader._read(text, None, None)

    parts: dict[str, Callable[[str], object]] = {
        "language": language_of,
        "facts": lambda text: read_facts(text, language_of(text), None),
        "patterns of danger": patterns_in,
        "word pieces": encoder.tokens,
        "vector (with word pieces)": encoder.encode,
        "n-grams": lambda text: heads.features(text, vectors[text]),
        "themes": lambda text: heads.mixture("dutch").probabilities(features[text]),
        "acts": lambda text: heads.mixture("act").probabilities(features[text]),
        "danger, learned": lambda text: heads.alarm.scores(features[text]),
        "a whole message, new": new,
        "a long one, new": new,
        "a whole message, again": reader.understand,
    }
    for name, read in parts.items():
        print(spread(name, read, [text for text in texts if stretches(text)] if "long" in name else texts, rounds))
    print(spread("yes, no, a number", lambda text: reader._read(text, "nl", "age"), ["ja", "nee hoor", "42"], 100))


if __name__ == "__main__":
    main()
