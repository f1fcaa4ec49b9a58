"""What thinking needs: a reader of texts, the guide of who helps, and words."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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


def with_guide(minds: Minds, guide: Guide) -> Minds:
    """Return the same minds with another guide, and a version that names it."""
    readers = minds.directory.removeprefix(minds.guide.version)
    return replace(minds, guide=guide, directory=f"{guide.version}{readers}")
