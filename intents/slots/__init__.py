"""Facts and small answers from free text. `intents/data/nl/facts.yaml` says how to add a word or pattern."""

from intents.slots.read import read_answer, read_facts

__all__ = ["read_answer", "read_facts"]
