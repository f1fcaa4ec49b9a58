"""What the page of a case shows beside the case itself: colleagues, teams, ready sentences, what can be undone."""

from bot.accounts import Account
from bot.handover import Staff
from bot.kept import Kept
from bot.messages import Value
from bot.people import AT_CASES
from bot.phrases import DUTCH
from bot.staff.access import CaseFile
from bot.staff.reach import teams_of
from bot.staff.ready import Canned, Ready, ready
from bot.staff.words import Dutch
from bot.undo import Pending


class Beside(Value):
    """What stands beside a case. `teams` are those who have people at the desk, by name."""

    colleagues: tuple[str, ...] = ()
    teams: tuple[tuple[str, str], ...] = ()
    ready: tuple[Ready, ...] = ()
    pending: tuple[Pending, ...] = ()


async def beside_case(case: CaseFile, staff: Staff, kept: Kept, canned: Canned, dutch: Dutch) -> Beside:
    """Return what stands beside a case, for this colleague."""
    known = case.conversation
    team = known.organisation or staff.team
    people = [one for one in await kept.accounts.list_staff() if one.active and one.role in AT_CASES]
    own = await kept.canned.of(team)
    language = known.answered_in or DUTCH
    return Beside(
        colleagues=tuple(one.name for one in people if _sees(one, team, dutch) and one.name != known.owner),
        teams=_teams(people, team, dutch),
        ready=ready(canned, own, language, medewerker=staff.name, team=dutch.organisation(team)),
        pending=await kept.pendings.of(known.id),
    )


def _sees(account: Account, team: str, dutch: Dutch) -> bool:
    return team in teams_of(account, dutch.guide)


def _teams(people: list[Account], team: str, dutch: Dutch) -> tuple[tuple[str, str], ...]:
    others = {one.team for one in people} - {team}
    named = [(other, dutch.organisation(other)) for other in others if other in dutch.guide.organisations]
    return tuple(sorted(named, key=lambda one: one[1].casefold()))
