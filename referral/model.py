"""The words of the referral engine. Who has read this page knows what it talks about.

Every fact is a plain word from a closed list (`facts.yaml`); "unknown" is a legal value of each of them
and means that the resident does not know or would rather not say. A fact that is absent was not told yet.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from referral.week import Written

UNKNOWN = "unknown"
PLACE = "place"  # the one question that gives both `city` and `wijk`
ELSEWHERE = "elsewhere"

Facts = Mapping[str, str]
Words = Mapping[str, str]  # language code -> sentence


class Value(BaseModel):
    """A value that never changes; a change is a new value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fault(Value):
    """A slip in a data file, with the mend, for the person who edits it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} {self.mend}"


class Period(Value):
    """The days on which something holds; an open end is None. Both days count."""

    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether `on` lies in the period."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


class Contact(Period):
    """One way to reach an organisation. Only a verified one may be shown to a resident."""

    kind: Literal["phone", "web", "address", "walkin", "route", "email", "post", "desk", "chat"]
    value: str | Words
    hours: Words | None = None
    open: Written | None = Field(default=None, description="the same hours, for reckoning: see week.py")
    note: Words | None = None
    wijk: str | None = Field(default=None, description="only for residents of this wijk")
    verified: bool
    source: str
    source_date: str
    checked_on: date | None = Field(default=None, description="last check; without it that of the organisation")


class Organisation(Period):
    """Who helps. `per_wijk` tells that it works per wijk, so that a referral names the wijk."""

    id: str
    name: str | Words
    formal_name: str | None = None
    also_called: tuple[str, ...] = Field(default=(), description="former and other names that people use")
    city: str | None = None
    does: Words
    bring: Words | None = None
    per_wijk: bool = False
    contacts: tuple[Contact, ...] = ()
    general_way: str | None = Field(default=None, description="whose contacts stand in when it has none")
    never_show: Words = Field(default_factory=dict, description="old or wrong contact -> why it is wrong")
    verified: bool = Field(default=True, description="False: whether it still exists was not confirmed")
    source: str
    checked_on: date


class Rule(Period):
    """A row of a decision table: when it fits, whom it names first and whom beside."""

    id: str
    when: Mapping[str, tuple[str, ...]] = Field(description="fact -> the values that fit; {} fits everyone")
    signals: tuple[str, ...] = Field(default=(), description="fits only when one of these was told")
    themes: tuple[str, ...] = Field(default=(), description="fits only when one of these was told as well")
    refer_to: tuple[str, ...]
    beside: tuple[str, ...] = ()
    beside_below: bool = Field(default=False, description="beside it: whom the rows below name")
    asked: bool = Field(default=True, description="False: used when told, no question is asked for its sake")
    goes_before: tuple[str, ...] = Field(default=(), description="rows below that may fit too, and give way to it")
    stands_in: bool = Field(default=False, description="True: who is responsible is not known, this one stands in")
    because: Words
    source: str
    checked_on: date | None = None


class Change(Value):
    """Something that ends or begins around organisations, known beforehand, to be looked at by staff."""

    id: str
    on: date
    what: Words
    touches: tuple[str, ...]
    source: str
    checked_on: date


class Example(Value):
    """A case below a table that says which row must decide. It is run as a test."""

    given: Mapping[str, str | tuple[str, ...]]
    expect: str


class Table(Value):
    """The rows for one theme in one place, the first that fits decides."""

    theme: str
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...] = ()


class Plan(Value):
    """One family, one plan: two or more of `themes` told together get one team; `first` stand before it."""

    themes: tuple[str, ...]
    first: tuple[str, ...] = Field(description="who comes before all others, in this order")
    rules: tuple[Rule, ...] = ()
    examples: tuple[Example, ...] = ()


class Fact(Value):
    """Something a referral can depend on. Without a question it is never asked on its own account."""

    id: str
    values: Mapping[str, Words] = Field(description="the closed list, each with the words on its button")
    told: Mapping[str, Words] = Field(default_factory=dict, description="value -> what the resident told, in words")
    question: Words | None = None
    why: Words | None = None


class Follows(Value):
    """What follows from facts that were told, so that nobody is asked for it."""

    when: Mapping[str, tuple[str, ...]]
    then: Facts


class SayFirst(Value):
    """Whom to name before anything else when one of `signals` was told, in these cities (none: all)."""

    line: str
    signals: tuple[str, ...]
    cities: tuple[str, ...] = ()
    outside_office_hours: str | None = None


class Signals(Value):
    """Which signals there are, which make a handoff urgent, and whom to name first."""

    ids: tuple[str, ...]
    urgent: tuple[str, ...]
    say_first: tuple[SayFirst, ...]


class Referral(Value):
    """One organisation that should help, for which themes, and why."""

    organisation: str
    themes: tuple[str, ...]
    wijk: str | None = None
    rule: str
    beside: tuple[str, ...] = ()
    because: Words


class Situation(Value):
    """What is known about a resident's question."""

    themes: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    facts: Facts = Field(default_factory=dict)


class Ask(Value):
    """One fact is missing that can still change where this goes."""

    fact: str
    between: tuple[str, ...] = Field(description="the organisations that the answer chooses between")
    say_first: tuple[str, ...] = ()
    urgent: bool = False


class Refer(Value):
    """Where this goes. `left_over` holds the organisations beyond the three that are shown."""

    referrals: tuple[Referral, ...]
    say_first: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    urgent: bool = False


Decision = Ask | Refer


class Location(Value):
    """What a place that was told can be. Empty when it was not understood.

    `candidates` are (city, wijk) pairs; wijk is None where it does not matter or was not told.
    One candidate settles it; several must be asked about, never guessed.
    """

    candidates: tuple[tuple[str, str | None], ...] = ()
    heard: str = ""

    @property
    def city(self) -> str | None:
        """The city, when all candidates lie in one."""
        cities = {city for city, _ in self.candidates}
        return cities.pop() if len(cities) == 1 else None

    @property
    def wijk(self) -> str | None:
        """The wijk, when there is only one."""
        return self.candidates[0][1] if len(self.candidates) == 1 else None
