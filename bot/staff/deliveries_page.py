"""What could not be told to other systems, in words: to whom, since when, why, and what happens next. No content."""

from collections.abc import Mapping
from datetime import datetime

from bot.deliveries import STANDINGS, Delivery, Standing
from bot.messages import Value
from bot.queue import case_number
from bot.staff.words import Dutch, moment

KINDS = {"klantinteracties": "Systeem van de gemeente", "mail": "E-mail", "webhook": "Webhook"}
WHAT = {
    "case.handed_over": "Vraag overdragen of bijwerken",
    "case.opened": "Melden: nieuwe vraag",
    "case.claimed": "Melden: vraag opgepakt",
    "case.released": "Melden: vraag teruggelegd",
    "case.passed": "Melden: vraag doorgegeven",
    "case.closed": "Melden: vraag gesloten",
    "case.reopened": "Melden: vraag heropend",
    "mail.new": "Bericht: nieuwe vraag",
    "mail.urgent": "Bericht: dringende vraag",
}
_WHY = {
    "too_slow": "Het andere systeem antwoordde niet op tijd.",
    "unreachable": "Het andere systeem is niet bereikbaar.",
    "redirect": "Het adres stuurt door naar een ander adres. Zet het nieuwe adres in de instellingen.",
    "wrong_answer": "Het andere systeem gaf een antwoord dat wij niet begrijpen.",
    "private_address": "Dit adres ligt in een intern netwerk. Dat moet in de instellingen zijn toegestaan.",
    "no_such_place": "Deze bestemming staat niet meer in de instellingen.",
    "mail_address": "De mailserver neemt niets aan voor dit e-mailadres.",
    "mail_server": "De mailserver weigert.",
    "mail_without_tls": "De mailserver kan de verbinding niet beveiligen.",
    "certificate": "Het certificaat van de mailserver klopt niet.",
}
_STATUS = {
    "400": "Het andere systeem neemt de gegevens niet aan.",
    "401": "Het andere systeem laat ons niet binnen. Klopt de sleutel?",
    "403": "Het andere systeem laat ons niet binnen. Mag deze sleutel dit?",
    "404": "Het adres bestaat niet bij het andere systeem.",
    "410": "Het andere systeem wil deze berichten niet meer.",
    "429": "Het andere systeem krijgt te veel berichten tegelijk.",
}
_FAULT = "Er is een storing bij het andere systeem."
_ELSE = "Er ging iets mis dat wij niet verwachtten."


class Row(Value):
    """One line of the page."""

    id: str
    what: str
    kind: str
    place: str
    team: str
    since: str
    attempts: int
    why: str
    detail: str
    next: str | None
    case: str | None


def row(delivery: Delivery, dutch: Dutch, now: datetime, *, with_case: bool) -> Row:
    """Return a delivery that failed in words; `with_case` for who may open cases."""
    problem, _, detail = (delivery.problem or "").partition(":")
    waits = delivery.standing == "waiting"
    named = "" if delivery.kind == "mail" else delivery.place
    return Row(
        id=delivery.id,
        what=WHAT.get(delivery.what, delivery.what),
        kind=KINDS[delivery.kind],
        place=named,
        team=dutch.organisation(delivery.team),
        since=moment(delivery.made_at, now),
        attempts=delivery.attempts,
        why=why(problem, detail),
        detail=detail,
        next=moment(max(delivery.next_try_at, now), now) if waits else None,
        case=case_number(delivery.conversation) if with_case and delivery.conversation else None,
    )


def why(problem: str, detail: str) -> str:
    """Return a problem in words."""
    if problem != "status":
        return _WHY.get(problem, _ELSE)
    status = detail.partition(" ")[0]
    return _STATUS.get(status, _FAULT if status.startswith("5") else _STATUS["400"])


def summary(counts: Mapping[Standing, int]) -> str:
    """Return in a sentence how it goes with all of them."""
    waiting, done, dead = (counts.get(one, 0) for one in STANDINGS)
    return f"{_many(done)} afgeleverd in de laatste 30 dagen, {waiting} onderweg, {dead} gestopt."


def _many(number: int) -> str:
    return "1 bericht" if number == 1 else f"{number} berichten"
