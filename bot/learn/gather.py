"""Gathers what `collect` looks at: the stories of the store, earlier proposals, and what is known already."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.events import Event
from bot.learn import files
from bot.learn.collect import Known, collect
from bot.learn.model import Collected, Proposal
from bot.ports import EventStore
from intents.load import load_catalogue
from intents.sentences import load_sentences
from referral.guide import Guide


async def gather(
    stories: AsyncIterator[tuple[str, Sequence[Event]]], store: EventStore, folder: Path, root: Path, guide: Guide
) -> Collected:
    """Return all proposals, earlier and new, with what was left out.

    What came of a conversation that was forgotten since is no longer proposed. Raises NotProposals.
    """
    earlier = [one for one in files.read(folder) if await _is_kept(one, store)]
    known = Known(
        catalogue=load_catalogue(root / "intents/data"), held_out=tuple(held_out_in(root / "tests")), guide=guide
    )
    new = collect([story async for story in stories], known, earlier)
    return new.model_copy(update={"proposals": (*earlier, *new.proposals)})


async def _is_kept(proposal: Proposal, store: EventStore) -> bool:
    return await store.numbered(proposal.source.case) is not None


def held_out_in(tests: Path) -> Iterator[str]:
    """Yield every message that is only tested with: the sentences, and what residents say in the conversations."""
    yield from (one.text for one in load_sentences(tests / "intents/sentences"))
    for path in sorted((tests / "conversations").glob("*/*.yaml")):
        yield from _residents(yaml.load(path.read_text("utf-8"), Loader=_LOADER))  # noqa: S506 -- a safe one


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _residents(content: Any) -> Iterator[str]:
    for conversation in content or ():
        for turn in conversation.get("turns", ()):
            if turn.get("resident"):
                yield str(turn["resident"])
