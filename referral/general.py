"""What is still general in a municipality: themes, contacts and places for which the country answers."""

from collections.abc import Iterator
from datetime import date

from referral.guide import Guide
from referral.model import ELSEWHERE, Value


class General(Value):
    """One kind of thing that a municipality has not filled in yet."""

    place: str
    what: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" + (f": {', '.join(self.names)}" if self.names else "")


def still_general(guide: Guide, on: date) -> tuple[General, ...]:
    """Return what is still general, by municipality. Not a fault: there is an answer, but not one of its own."""
    return tuple(one for place in guide.tables if place != ELSEWHERE for one in of_place(place, guide, on))


def of_place(place: str, guide: Guide, on: date) -> Iterator[General]:
    """Yield what is still general in one municipality."""
    own = guide.tables[place]
    themes = tuple(theme for theme in guide.themes if theme not in own)
    if themes:
        yield General(place=place, what=f"{len(themes)} thema's gaan naar de eigen gemeente", names=themes)
    if not guide.plans[place].rules:
        yield General(place=place, what="geen team dat voor een heel gezin de leiding heeft (rules/_plan.yaml)")
    city = next(city for city in guide.areas.cities if city.id == place)
    if not city.postcodes and not city.whole_city:
        yield General(place=place, what="geen postcodes, dus een postcode telt als ergens anders (areas.yaml)")
    reached = tuple(name for name in referred(place, guide, on) if guide.is_general(name, on))
    if reached:
        yield General(place=place, what="alleen een algemene ingang", names=reached)


def referred(place: str, guide: Guide, on: date) -> tuple[str, ...]:
    """Return the organisations of a municipality, those that exist on that day."""
    return tuple(name for name, one in guide.organisations.items() if one.city == place and one.holds(on))
