"""What staff do with the directory: propose, accept, decline, withdraw, revert, choose."""

from collections.abc import Sequence
from datetime import datetime

from bot.accounts import Account
from bot.directory import Change, Proposal, State
from bot.handover import NotAllowed
from bot.staff.directory_form import Wanted
from bot.staff.directory_rights import alone, may_accept, same
from bot.upkeep import Upkeep
from referral.guide import Guide
from referral.overlay import Edit, Raw, Standing

_OWN = "U kunt uw eigen voorstel niet aannemen. Een andere coördinator of de beheerder doet dat."
_NO_REASON = "Schrijf op waarom."
_LATER = "Dit contact is daarna nog eens veranderd. Draai eerst die verandering terug."
_SETTLED = "Er is hier niets meer te kiezen."
_FIRST = 0  # the version is given when it is made


async def propose(upkeep: Upkeep, number: str, wanted: Wanted, account: Account, now: datetime) -> Proposal:
    """Keep a proposal and return it; the same number counts once.

    Raises NotAllowed, or Unsound with the faults that it would bring.
    """
    if known := await upkeep.store.proposal(number):
        return known
    proposal = Proposal(
        id=number,
        sort=wanted.sort,
        edit=wanted.edit,
        source=wanted.source,
        note=wanted.note,
        by=account.name,
        role=account.role,
        team=account.team,
        at=now,
    )
    await upkeep.propose(proposal)
    return proposal


async def accept(
    upkeep: Upkeep,
    proposal: Proposal,
    account: Account,
    people: Sequence[Account],
    guide: Guide,
    why: str,
    now: datetime,
) -> None:
    """Let a proposal take effect. Raises NotAllowed, or Unsound with the faults that it would bring."""
    if not may_accept(account, proposal.by, proposal.organisation, people, guide):
        raise NotAllowed(_OWN)
    own = same(account.name, proposal.by)
    change = Change(
        version=_FIRST,
        kind="accepted",
        edit=proposal.edit,
        by=account.name,
        at=now,
        why=why or proposal.note,
        source=proposal.source,
        proposed_by=proposal.by,
        proposal=proposal.id,
        alone=own and alone(account, proposal.organisation, people, guide),
    )
    await upkeep.change(change, _decided(proposal, "accepted", account, why, now))


async def decline(upkeep: Upkeep, proposal: Proposal, account: Account, why: str, now: datetime) -> None:
    """Decline a proposal, with a reason. Raises NotAllowed."""
    if not why:
        raise NotAllowed(_NO_REASON)
    await upkeep.decide(_decided(proposal, "declined", account, why, now))


async def withdraw(upkeep: Upkeep, proposal: Proposal, account: Account, now: datetime) -> None:
    """Take back a proposal of one's own. Raises NotAllowed."""
    await upkeep.decide(_decided(proposal, "withdrawn", account, "", now))


async def revert(upkeep: Upkeep, version: int, account: Account, why: str, now: datetime) -> None:
    """Put an entry back as it was before its last change: a new version. Raises NotAllowed, or Unsound."""
    if not why:
        raise NotAllowed(_NO_REASON)
    change = upkeep.changes[version - 1]
    mine = [one for one in upkeep.changes if _entry(one.edit) == _entry(change.edit)]
    if mine[-1] != change:
        raise NotAllowed(_LATER)
    back = change.edit.model_copy(update={"before": change.edit.after, "after": change.edit.before})
    await upkeep.change(
        Change(
            version=_FIRST,
            kind="reverted",
            edit=back,
            by=account.name,
            at=now,
            why=why,
            source=change.source,
            reverts=version,
        )
    )


async def choose(upkeep: Upkeep, standing: Standing, ours: bool, account: Account, now: datetime) -> None:
    """Choose between what was agreed on and what the files say. Raises NotAllowed, or Unsound."""
    if ours and (standing.state == "fault" or not standing.file):
        raise NotAllowed(_SETTLED)
    edit = _ours(standing) if ours else _theirs(standing)
    why = "Onze verandering blijft gelden." if ours else "De bestanden gelden."
    source = str((edit.after or {}).get("source", ""))
    await upkeep.change(
        Change(version=_FIRST, kind="chosen", edit=edit, by=account.name, at=now, why=why, source=source)
    )


def _ours(standing: Standing) -> Edit:
    after: Raw | None = standing.ours
    if standing.theirs is not None and standing.ours is not None:
        merged = {**standing.theirs, **{name: standing.ours.get(name) for name in standing.fields}}
        after = {name: value for name, value in merged.items() if value is not None}
    return _edit(standing, standing.theirs, after)


def _theirs(standing: Standing) -> Edit:
    return _edit(standing, standing.ours, standing.theirs)


def _edit(standing: Standing, before: Raw | None, after: Raw | None) -> Edit:
    return Edit(organisation=standing.organisation, contact=standing.contact, before=before, after=after)


def _entry(edit: Edit) -> tuple[str, tuple[str, str, str] | None]:
    return edit.organisation, edit.contact


def _decided(proposal: Proposal, state: State, account: Account, why: str, now: datetime) -> Proposal:
    decided = {"state": state, "decided_by": account.name, "decided_at": now, "reason": why}
    return proposal.model_copy(update=decided)
