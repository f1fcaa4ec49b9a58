"""The Dutch words of the desk: how staff call a theme, a signal, a fact, a language, a moment."""

from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.events import Outcome, Result, Timer
from bot.undo import Undoable
from referral.guide import Guide
from referral.model import UNKNOWN, Rule, Words

HERE = ZoneInfo("Europe/Amsterdam")
DUTCH = "nl"

OUTCOMES: dict[Outcome, str] = {
    "helped": "Geholpen",
    "on_the_way": "Hulp is onderweg",
    "referred_on": "Doorverwezen naar een ander",
    "declined": "Wil geen hulp (meer)",
    "not_reached": "Niet bereikt",
    "wrong_address": "Hoorde niet bij ons team",
    "duplicate": "Dubbel: deze vraag was er al",
    "other": "Anders",
}
DOING: dict[Undoable, str] = {
    "answer": "Uw antwoord wordt verstuurd",
    "pass": "De vraag wordt doorgegeven",
    "close": "De vraag wordt gesloten",
}
RESULTS: dict[Result, str] = {
    "helped": "Geholpen",
    "on_the_way": "Het loopt nog",
    "not_yet": "Nog geen contact gezocht",
    "no_answer": "Kreeg geen antwoord",
    "not_helped": "Niet geholpen",
}
RATED = {
    "yes": "nuttig",
    "no": "niet nuttig",
    "not_my_question": "niet nuttig, want het past niet bij de vraag",
    "unclear": "niet nuttig, want het is niet duidelijk",
    "cannot_go": "niet nuttig, want daar kan de bewoner niet terecht",
}
RANG: dict[Timer, str] = {
    "late": "Wegwijs zei dat het langer duurt dan gedacht.",
    "unanswered": "Wegwijs noemde een andere weg, omdat er nog niemand antwoordde.",
    "follow_up": "Wegwijs vroeg of het gelukt is.",
}
SIGNALS = {
    "suicide": "zelfdoding",
    "acute_danger": "acuut gevaar",
    "violence_at_home": "gevaar thuis",
    "child_unsafe": "kind niet veilig",
    "sexual_violence": "seksueel geweld",
    "medical_emergency": "medische nood",
    "roof_tonight": "vannacht geen slaapplek",
    "threat_to_others": "bedreigt een ander",
    "minor_speaking": "minderjarige schrijft zelf",
}
FACTS = {
    "city": "Gemeente",
    "wijk": "Wijk",
    "age": "Leeftijd",
    "children_at_home": "Kinderen onder de 18 in huis",
    "education": "School",
    "home_or_utilities_at_risk": "Ontruiming of afsluiting dreigt",
    "able_to_go": "Kan zelf ergens heen",
    "nuisance": "Overlast",
    "integration_duty": "Moet inburgeren (DUO)",
    "for_whom": "Voor wie",
    "place": "Woonplaats",
}
LANGUAGES = {
    "nl": "Nederlands",
    "en": "Engels",
    "tr": "Turks",
    "ar": "Arabisch",
    "pl": "Pools",
    "uk": "Oekraïens",
    "ru": "Russisch",
    "de": "Duits",
    "fr": "Frans",
    "es": "Spaans",
    "fy": "Fries",
    "bg": "Bulgaars",
    "fa": "Farsi",
    "pap": "Papiaments",
    "ro": "Roemeens",
    "so": "Somalisch",
    "ti": "Tigrinya",
}
CHANNELS = {
    "web": "Webchat",
    "telegram": "Telegram",
    "rest": "Andere chat",
    "socketio": "Andere webchat",
    "terminal": "Terminal",
}
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
_NOBODY = "Bewoner"


class Dutch:
    """Words for what the guide knows. What it does not know (any more) is called by its id."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide

    def theme(self, theme: str) -> str:
        """Return the name of a theme."""
        return self.guide.themes.get(theme, theme)

    def themes(self, themes: tuple[str, ...]) -> str:
        """Return the names of themes, main first."""
        return ", ".join(map(self.theme, themes)) or "Onderwerp nog niet duidelijk"

    def organisation(self, name: str) -> str:
        """Return how an organisation is called, also when it no longer exists."""
        found = self.guide.organisations.get(name)
        return pick(found.name) if found else name

    def wijk(self, wijk: str | None) -> str | None:
        """Return the name of a wijk, None when it is not known."""
        return None if wijk in (None, UNKNOWN) else self.wijken.get(str(wijk), str(wijk))

    def fact(self, fact: str, value: str) -> tuple[str, str]:
        """Return what a fact is called, and its value in words."""
        label = FACTS.get(fact, fact)
        if value == UNKNOWN:
            return label, "Weet niet of wil niet zeggen"
        if fact == "wijk":
            return label, self.wijk(value) or value
        words = self.guide.facts[fact].values.get(value) if fact in self.guide.facts else None
        return label, pick(words) if words else value

    def rule(self, rule: str) -> Rule | None:
        """Return a row of the tables by its id, None when it is no longer there."""
        return self._rules.get(rule)

    @cached_property
    def wijken(self) -> dict[str, str]:
        """The wijken of all cities by their id, as they are called."""
        return {wijk.id: wijk.name for city in self.guide.areas.cities for wijk in city.wijken}

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        tables = [table.rules for place in self.guide.tables.values() for table in place.values()]
        plans = [plan.rules for plan in self.guide.plans.values()]
        return {rule.id: rule for rules in (*tables, *plans) for rule in rules}


def pick(words: str | Words) -> str:
    """Return the Dutch of a text."""
    return words if isinstance(words, str) else words[DUTCH]


def person(name: str | None) -> str:
    """Return how to call a resident."""
    return name or _NOBODY


def signals(ids: tuple[str, ...]) -> str:
    """Return signals in words, as one text."""
    return ", ".join(SIGNALS.get(one, one) for one in ids)


def language(code: str) -> str:
    """Return the name of a language."""
    return LANGUAGES.get(code, code)


def span(time: timedelta) -> str:
    """Return a stretch of time as people say it: "2 uur"."""
    minutes = max(int(time.total_seconds()), 0) // 60
    if minutes < 1:
        return "minder dan een minuut"
    if minutes < 60:
        return "1 minuut" if minutes == 1 else f"{minutes} minuten"
    if minutes < 48 * 60:
        return f"{minutes // 60} uur"
    return f"{minutes // (24 * 60)} dagen"


def moment(at: datetime, now: datetime) -> str:
    """Return a moment as a person here says it today: "vandaag 14:05", "3 november 14:05"."""
    here, today = at.astimezone(HERE), now.astimezone(HERE).date()
    time = f"{here:%H:%M}"
    days = (today - here.date()).days
    if days == 0:
        return f"vandaag {time}"
    if days == 1:
        return f"gisteren {time}"
    if days == -1:
        return f"morgen {time}"
    year = "" if here.year == today.year else f" {here.year}"
    return f"{here.day} {MONTHS[here.month - 1]}{year} {time}"


def day(on: date) -> str:
    """Return a day: "3 november 2026"."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
