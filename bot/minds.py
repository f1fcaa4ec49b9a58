"""What thinking needs: a reader of texts, the guide of who helps, and words."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.phrases import Phrases
from intents.model import Understanding
from referral.guide import Guide

Understand = Callable[[str, str | None, str | None], Understanding]  # text, language so far, what was asked


@dataclass(frozen=True)
class Minds:
    """The parts that a turn thinks with."""

    understand: Understand
    guide: Guide
    phrases: Phrases
    directory: str = "0"  # version of what decides: the guide's files and the readers
