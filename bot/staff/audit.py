"""Writes the audit log: what somebody did becomes a line of NEN 7513, before it is shown or done.

Write first, then show or do: when the line cannot be written, StoreAway ends the request and nothing happens.
What could not be done after all gets a second line, with its outcome.
"""

import os
import re
import socket
import unicodedata
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from bot.audit import PRUNED, Deed, Head, Line, Trail
from bot.deliveries import Delivery
from bot.masking import mask
from bot.ports import Clock
from bot.queue import case_number

LONGEST = 200  # characters of a reason
_CASE = re.compile(r"[0-9a-f]{16}")
_QUERY, _RECORD, _EXPORT = "110112", "110110", "110106"
_LOGIN, _LOGOUT, _PEOPLE, _ROLES, _ALERT = "110122", "110123", "110137", "110136", "110113"
_LOG, _SETTINGS, _ELSE = "110101", "110131", "110100"


class Action(NamedTuple):
    """What can be done: in words, with the code of its kind of event (DICOM PS3.15 A.5) and what it does."""

    words: str
    code: str
    deed: Deed


# The part before the dot is the kind of data.
ACTIONS: Mapping[str, Action] = {
    "queue.view": Action("Lijst met vragen bekeken", _QUERY, "read"),
    "queue.live": Action("Lijst met vragen open gehouden", _QUERY, "read"),
    "queue.search": Action("Vragen gezocht", _QUERY, "read"),
    "case.view": Action("Vraag bekeken", _RECORD, "read"),
    "case.claim": Action("Vraag opgepakt", _RECORD, "update"),
    "case.assign": Action("Vraag aan een collega gegeven", _RECORD, "update"),
    "case.release": Action("Vraag teruggelegd", _RECORD, "update"),
    "case.pass": Action("Vraag doorgegeven aan een ander team", _RECORD, "update"),
    "case.answer": Action("Antwoord gestuurd", _RECORD, "create"),
    "case.note": Action("Notitie geschreven", _RECORD, "create"),
    "case.remind": Action("Herinnering gezet", _RECORD, "update"),
    "case.reminded": Action("Herinnering afgevinkt", _RECORD, "update"),
    "case.correct": Action("Vraag verbeterd", _RECORD, "update"),
    "case.close": Action("Vraag gesloten", _RECORD, "update"),
    "case.reopen": Action("Vraag heropend", _RECORD, "update"),
    "case.undo": Action("Handeling ongedaan gemaakt", _RECORD, "update"),
    "case.forget": Action("Gesprek gewist", _RECORD, "delete"),
    "case.hand_over": Action("Vraag naar een ander systeem gestuurd of daar bijgewerkt", _EXPORT, "execute"),
    "answer.view": Action("Antwoord opgezocht", _QUERY, "read"),
    "numbers.view": Action("Cijfers bekeken", _QUERY, "read"),
    "numbers.export": Action("Cijfers gedownload", _EXPORT, "read"),
    "session.login": Action("Ingelogd", _LOGIN, "execute"),
    "session.second": Action("Tweede stap bij inloggen", _LOGIN, "execute"),
    "session.logout": Action("Uitgelogd", _LOGOUT, "execute"),
    "session.view": Action("Eigen account bekeken", _ELSE, "read"),
    "session.end": Action("Sessie beëindigd", _PEOPLE, "delete"),
    "account.password": Action("Wachtwoord gewijzigd", _PEOPLE, "update"),
    "account.second": Action("Tweede stap gewijzigd", _PEOPLE, "update"),
    "people.view": Action("Medewerkers bekeken", _QUERY, "read"),
    "people.add": Action("Medewerker toegevoegd", _PEOPLE, "create"),
    "people.change": Action("Medewerker gewijzigd", _PEOPLE, "update"),
    "people.role": Action("Rol gewijzigd", _ROLES, "update"),
    "people.close": Action("Account gesloten", _PEOPLE, "update"),
    "people.open": Action("Account heropend", _PEOPLE, "update"),
    "people.link": Action("Link voor een wachtwoord gemaakt", _PEOPLE, "create"),
    "directory.view": Action("Gids bekeken", _QUERY, "read"),
    "directory.propose": Action("Wijziging van de gids voorgesteld", _SETTINGS, "create"),
    "directory.accept": Action("Wijziging van de gids aangenomen", _SETTINGS, "update"),
    "directory.reject": Action("Wijziging van de gids afgewezen", _SETTINGS, "update"),
    "directory.withdraw": Action("Voorstel voor de gids ingetrokken", _SETTINGS, "update"),
    "directory.choose": Action("Gekozen tussen gids en bestanden", _SETTINGS, "update"),
    "directory.revert": Action("Wijziging van de gids teruggedraaid", _SETTINGS, "update"),
    "deliveries.view": Action("Berichten naar andere systemen bekeken", _QUERY, "read"),
    "deliveries.again": Action("Bericht naar een ander systeem opnieuw geprobeerd", _EXPORT, "execute"),
    "settings.view": Action("Instellingen bekeken", _QUERY, "read"),
    "settings.change": Action("Instellingen gewijzigd", _SETTINGS, "update"),
    "backup.make": Action("Back-up gemaakt", _EXPORT, "read"),
    "backup.restore": Action("Back-up teruggezet", _SETTINGS, "update"),
    "audit.view": Action("Logboek bekeken", _LOG, "read"),
    "audit.export": Action("Logboek gedownload", _LOG, "read"),
    "audit.prune": Action("Oude regels van het logboek gewist", _LOG, "delete"),
    "case.export": Action("Alles van een gesprek opgevraagd", _EXPORT, "read"),
    "page.view": Action("Pagina bekeken", _ELSE, "read"),
    "page.change": Action("Formulier verstuurd", _ELSE, "update"),
    "page.refused": Action("Pagina geweigerd", _ALERT, "read"),
}


NOTED: ContextVar[Line | None] = ContextVar("noted", default=None)  # the last line of this request


class Audit:
    """Writes lines for this part of the program, from this host and process."""

    def __init__(self, trail: Trail, clock: Clock, part: str = "desk") -> None:
        self.trail = trail
        self._clock = clock
        self._source = f"{part} {socket.gethostname()} {os.getpid()}"

    async def note_delivery(self, delivery: Delivery) -> None:
        """Write that a case goes to another system; other deliveries hold nothing of it. Raises StoreAway."""
        if delivery.kind == "klantinteracties" and delivery.conversation:
            number = case_number(delivery.conversation)
            team, place = delivery.team, delivery.place
            await self.note(who="wegwijs", role="", team=team, action="case.hand_over", case=number, about=place)

    async def note(
        self,
        *,
        who: str,
        role: str,
        team: str,
        action: str,
        case: str | None = None,
        outcome: str = "ok",
        about: str = "",
        behalf: str | None = None,
    ) -> Head:
        """Write a line and return where it stands. Raises StoreAway; then what it tells may not happen.

        They act on behalf of their team, unless `behalf` says otherwise. `about` is for what staff chose, such
        as a team or an outcome; never for what a resident wrote.
        """
        behalf = team if behalf is None else behalf
        line = self._line(action, who, role, team, case, outcome, mask(about), behalf)
        head = await self.trail.add(line)
        NOTED.set(line)
        return head

    async def prune(self, before: datetime) -> int:
        """Erase the lines up to a moment, and write in a new one which they were; return how many. Raises StoreAway."""
        return await self.trail.prune(before, lambda last: self._line(PRUNED, "wegwijs", about=str(last)))

    def _line(
        self,
        action: str,
        who: str,
        role: str = "",
        team: str = "",
        case: str | None = None,
        outcome: str = "ok",
        about: str = "",
        behalf: str = "",
    ) -> Line:
        known = action_named(action)
        return Line(
            id=uuid4().hex,
            code=known.code,
            at=self._clock.now(),
            who=printable(who),
            role=role,
            team=team,
            behalf=behalf,
            action=action,
            kind=action.partition(".")[0],
            deed=known.deed,
            case=case if case and _CASE.fullmatch(case) else None,
            outcome=outcome,
            source=self._source,
            about=printable(about[:LONGEST]),
        )


def action_named(name: str) -> Action:
    """Return what this name stands for; what has no words yet is called by its name."""
    return ACTIONS.get(name, Action(name, _ELSE, "execute"))


def printable(text: str) -> str:
    """Return a text on one line, without the signs that no screen shows."""
    spaced = " ".join(text.split())
    return "".join(sign for sign in spaced if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
