"""Scores of two releases to changes: what became better or worse, and whether that can be chance."""

from collections.abc import Iterator

from intents.model import Value
from intents.scores import Scores, Share

_MISTAKES = ("acted on while wrong", "acted wrongly", "false alarms")  # fewer is better; of all else, more is


class Change(Value):
    """A measure before and after; None where the measure was not there yet, or is no longer."""

    measure: str
    before: Share | None
    after: Share | None

    @property
    def difference(self) -> float:
        """How much the share grew, -1 to 1; 0 when there is nothing to compare."""
        return self.after.rate - self.before.rate if self.before and self.after else 0.0

    @property
    def apart(self) -> bool:
        """Whether the 95% intervals have nothing in common, so that this is hardly chance."""
        return self.before is not None and self.after is not None and not self.before.overlaps(self.after)

    @property
    def loss(self) -> float:
        """How much worse it became, as a share; below 0 when it became better."""
        return self.difference if self.measure.endswith(_MISTAKES) else -self.difference

    @property
    def worse(self) -> bool:
        """Whether this is a change for the worse that is hardly chance."""
        return self.apart and self.loss > 0


def compare(before: Scores, after: Scores) -> tuple[Change, ...]:
    """Return the change of every overall measure, and of each row of the tables whose intervals lie apart."""
    overall = tuple(
        Change(measure=name, before=before.shares.get(name), after=after.shares.get(name))
        for name in {**after.shares, **before.shares}
    )
    return (*overall, *(change for change in rows(before, after) if change.apart))


def rows(before: Scores, after: Scores) -> Iterator[Change]:
    """Yield the change of each row of the tables."""
    for table, rows in after.tables.items():
        for row, shares in rows.items():
            earlier = before.tables.get(table, {}).get(row, {})
            for name, share in shares.items():
                yield Change(measure=f"{table} {row}: {name}", before=earlier.get(name), after=share)
