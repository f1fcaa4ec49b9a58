"""The answer of a number, in lines for a terminal."""

from bot.ports import EventStore
from bot.staff.grounds import Grounds
from bot.staff.sheet import answer
from bot.staff.words import Dutch
from referral.guide import Guide


async def look_up(store: EventStore, guide: Guide, receipt: str) -> tuple[str, ...]:
    """Return the answer of this number in lines, nothing when it was never given or was erased."""
    for conversation in await store.answered(receipt):
        if found := answer(await store.read(conversation), receipt, Dutch(guide)):
            return lines(found)
    return ()


def lines(found: Grounds) -> tuple[str, ...]:
    """Return a referral with its grounds, a line each."""
    return (
        f"Antwoord {found.receipt}, gegeven op {found.on} met versie {found.directory}",
        *(
            f"{one.organisation}{f' ({one.wijk})' if one.wijk else ''}: {one.because} [{one.rule}]"
            for one in found.reasons
        ),
        *(f"  {step.text} [{step.rule}]" for step in found.steps),
        *(f"Anders als {change}" for change in found.otherwise),
        *([found.changed] if found.changed else []),
    )
