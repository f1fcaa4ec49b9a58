"""The proof against a plain walk: every single situation of small made-up tables, on every day, in every order."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, combinations, permutations, product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referral.findings import Finding
from referral.guide import Guide
from referral.model import ELSEWHERE, UNKNOWN, Contact, Fact, Organisation, Plan, Rule, Signals, Table
from referral.places import Areas, City, Wijk
from referral.prove import look
from referral.walk import Case, fits, is_family, steps, walk

THEMES = ("geld", "huis", "school")
VALUES = {"jong": ("ja", "nee"), "leerling": ("ja",), "city": ("stad", ELSEWHERE), "wijk": ("noord", "zuid")}
ORGANISATIONS = ("alfa", "beta", "gamma")
WORDS = {"nl": "x", "en": "x"}
FIRST = date(2026, 1, 1)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(-1, 5))
SIGNAL = "gevaar"
Together = dict[tuple[date, tuple[str, ...]], set[tuple[str, ...]]]  # a table on a day: the rows that fit together

dates = st.sampled_from((None, None, None, *DAYS[1:-1]))
some_themes = st.lists(st.sampled_from(THEMES), max_size=1, unique=True).map(tuple)
some_organisations = st.lists(st.sampled_from(ORGANISATIONS), min_size=1, max_size=2, unique=True).map(tuple)
cells = st.dictionaries(st.sampled_from(tuple(VALUES)), st.sampled_from((0, 1)), max_size=2).map(
    lambda chosen: {fact: (VALUES[fact][at % len(VALUES[fact])],) for fact, at in chosen.items()}
)


@st.composite
def rules(draw: st.DrawFn, name: str) -> tuple[Rule, ...]:
    """Up to three rows and a last one that fits everyone."""
    rows = []
    number = draw(st.integers(0, 3))
    for at in range(number + 1):
        last = at == number
        begins, ends = (None, None) if last else (draw(dates), draw(dates))
        rows.append(
            Rule(
                id=f"{name}-{at}",
                when={} if last else draw(cells),
                signals=() if last or draw(st.booleans()) else (SIGNAL,),
                themes=() if last else draw(some_themes),
                refer_to=draw(some_organisations),
                beside=draw(st.sampled_from(((), ("alfa",)))),
                beside_below=not last and draw(st.booleans()),
                goes_before=() if last else draw(st.sampled_from(((), (f"{name}-{at + 1}",)))),
                asked=last or draw(st.booleans()),
                valid_from=begins,
                valid_until=ends if not begins or not ends or ends >= begins else None,
                because=WORDS,
                source="x",
            )
        )
    return tuple(rows)


@st.composite
def organisations(draw: st.DrawFn, name: str) -> Organisation:
    contact = {"kind": "phone", "value": "1", "verified": draw(st.booleans()), "source": "x", "source_date": "x"}
    wijk, begins = draw(st.sampled_from((None, None, "noord"))), draw(dates)
    return Organisation(
        id=name,
        name=name,
        does=WORDS,
        per_wijk=draw(st.booleans()),
        contacts=(Contact(wijk=wijk, valid_from=begins, **contact),) if draw(st.booleans()) else (),
        general_way=draw(st.sampled_from((None, *ORGANISATIONS))),
        valid_until=draw(dates),
        source="x",
        checked_on=FIRST,
    )


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    wijken = tuple(Wijk(id=wijk, name=wijk) for wijk in VALUES["wijk"])
    city = City(
        id="stad", name="Stad", names=("Stad",), by_wijk=True, wijken=wijken, postcodes={}, everyday={}, source=""
    )
    named = {theme: Table(theme=theme, rules=draw(rules(theme))) for theme in THEMES[: draw(st.integers(1, 3))]}
    family = THEMES[: draw(st.sampled_from((0, 2, 3)))]
    return Guide(
        themes={theme: theme for theme in THEMES},
        facts={
            name: Fact(id=name, values=dict.fromkeys(values, WORDS), question=WORDS, why=WORDS)
            for name, values in VALUES.items()
        },
        unknown=WORDS,
        follows=(),
        signals=Signals(ids=(SIGNAL,), urgent=(), say_first=()),
        organisations={name: draw(organisations(name)) for name in ORGANISATIONS},
        helplines=(),
        tables={"stad": named, ELSEWHERE: {"any": Table(theme="any", rules=draw(rules("any")))}},
        plans={
            "stad": Plan(themes=family, first=("gamma",), rules=draw(rules("plan")) if family else ()),
            ELSEWHERE: Plan(themes=(), first=()),
        },
        areas=Areas(cities=(city,), towns=(), everyday_towns=()),
    )


def situations(place: str) -> Iterator[Case]:
    """Every situation that leads to the tables of a place, one by one."""
    lists = chain.from_iterable(permutations(THEMES, size) for size in (1, 2, 3))
    signals = ((), (SIGNAL,))
    wijken = (UNKNOWN, *VALUES["wijk"])
    where = [("stad", wijk) for wijk in wijken]
    if place == ELSEWHERE:
        where = [(ELSEWHERE, UNKNOWN), *((UNKNOWN, wijk) for wijk in wijken)]
    young, pupil = ((UNKNOWN, *VALUES[fact]) for fact in ("jong", "leerling"))
    for themes, told, (city, wijk), one, other in product(lists, signals, where, young, pupil):
        yield Case(themes, told, {"city": city, "wijk": wijk, "jong": one, "leerling": other})


def reachable(name: str, on: date, wijk: str | None, guide: Guide, passed: tuple[str, ...] = ()) -> bool:
    organisation = guide.organisations[name]
    if name in passed or not organisation.holds(on):
        return False
    shown = (one for one in organisation.contacts if one.verified and one.holds(on) and one.wijk in (None, wijk))
    way = organisation.general_way
    return any(shown) or (way is not None and reachable(way, on, wijk, guide, (*passed, name)))


def plain_walk(guide: Guide) -> set[tuple[str, ...]]:
    """What is wrong, by looking at every single situation on every single day."""
    wrong: set[tuple[str, ...]] = set()
    decides, holds = defaultdict(set), defaultdict(set)
    together: Together = defaultdict(set)
    every: dict[str, Rule] = {}
    for on, place in product(DAYS, guide.tables):
        tables = guide.rules_on(on)[place]
        for rows in (*tables.rows.values(), tables.plan.rules):
            for rule in rows:
                every[rule.id] = rule
                holds[rule.id].add(on)
        for case in situations(place):
            for rows in (
                *(tables.rows[one] for one in case.themes),
                tables.plan.rules if is_family(case, tables) else (),
            ):
                ids = tuple(rule.id for rule in rows)
                together[on, ids].add(tuple(rule.id for rule in rows if fits(rule, case)))
            for step in steps(case, tables):
                decides[step.rule.id].add(on)
            for stop in walk(case, tables):
                for name, wijk in ((stop.organisation, stop.wijk), *((name, None) for name in stop.beside)):
                    if not guide.organisations[name].holds(on):
                        wrong.add(("gone", name))
                    elif not reachable(name, on, wijk, guide):
                        wrong.add(("cannot be reached", name))
    for name, days in holds.items():
        if idle := days - decides[name]:
            wrong.add(("never" if idle == days else "hidden", name))
    return wrong | conflicts(together, every)


def conflicts(together: Together, every: dict[str, Rule]) -> set[tuple[str, ...]]:
    """Two rows that cross, of which the first decides: different organisations, and no word on which goes before."""
    wrong: set[tuple[str, ...]] = set()
    for fitting in together.values():
        for one, other in {pair for names in fitting for pair in combinations(names, 2) if pair[0] == names[0]}:
            apart = {(one in names, other in names) for names in fitting}
            crossing = {(True, False), (False, True)} <= apart
            if crossing and every[one].refer_to != every[other].refer_to and other not in every[one].goes_before:
                wrong.add(("conflict", one, other))
    return wrong


def in_short(finding: Finding) -> tuple[str, ...]:
    match finding.kind:
        case "gone":
            return ("gone", finding.other)
        case "no contact" | "no way":
            return ("cannot be reached", finding.about)
        case "conflict":
            return ("conflict", finding.about, finding.other)
        case _:
            return (finding.kind, finding.about)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(guides())
def test_the_proof_finds_exactly_what_a_plain_walk_finds(guide):
    held = {rule.id for on in DAYS for tables in guide.rules_on(on).values() for rule in tables.plan.rules}
    held |= {
        rule.id
        for on in DAYS
        for tables in guide.rules_on(on).values()
        for rows in tables.rows.values()
        for rule in rows
    }

    found = {in_short(finding) for finding in look(guide, FIRST).found}

    assert {one for one in found if one[0] != "never" or one[1] in held} == plain_walk(guide)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(guides())
def test_the_number_of_situations_is_that_of_a_plain_walk(guide):
    """Facts and signals on which no row of the themes told looks are left out of the count."""
    alone = guide.model_copy(update={"tables": {ELSEWHERE: guide.tables[ELSEWHERE]}})
    tables = alone.rules_on(FIRST)[ELSEWHERE]
    rows = tables.rows["geld"]
    facts = {fact for rule in rows for fact in rule.when} - {"city", "wijk"}
    signals = any(rule.signals for rule in rows)
    seen = {
        (case.themes, case.signals if signals else (), case.facts["city"], case.facts["wijk"],
         *(case.facts[fact] for fact in sorted(facts)))
        for case in situations(ELSEWHERE)
    }  # fmt: skip

    days = {FIRST, *alone.changes, *(day - timedelta(days=1) for day in alone.changes[:1])}
    if all(alone.rules_on(day)[ELSEWHERE].rows == tables.rows for day in days):
        assert look(alone, FIRST).situations == len(seen) * len(days)
