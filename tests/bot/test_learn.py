"""What staff put right becomes proposals, without who it is about; a person approves them, and a verdict is strict."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from bot.events import Consented, ContactGiven, Corrected, Event, HandedOver, Heard, Passed
from bot.learn import files
from bot.learn.collect import Known, collect
from bot.learn.model import Collected, Source
from bot.learn.personal import without_person
from bot.learn.verdict import Tried, judge
from bot.queue import case_number
from intents.model import Catalogue, Example, Reading, Theme, Understanding
from intents.scores import Scores, Share

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEXT = "Mijn bovenbuurman speelt elke nacht trompet en lacht als ik er iets van zeg"
LEARNED = "Mijn onderbuurman speelt elke nacht trompet en lacht als ik daar wat van zeg"
OTHERS = [
    "de buurvrouw zet haar vuilnis elke week voor mijn deur",
    "jongens op scooters scheuren tot laat door de straat",
    "er wordt in het trappenhuis gerookt en geschreeuwd",
    "de hond hiernaast blaft de hele ochtend door",
    "mijn buren ruilen van huis met mensen die feesten geven",
    "in de speeltuin wordt in de avond gedeald",
    "de muziekschool boven mij oefent ook op zondag",
    "iemand gooit steeds eten van het balkon naar beneden",
]


def example(text: str, theme: str = "overlast", language: str = "nl") -> Example:
    return Example(text=text, language=language, style="short", themes=(theme,))


@pytest.fixture(scope="module")
def known(real_minds) -> Known:
    themes = tuple(Theme(id=name, name={"nl": name}, terms=(name,)) for name in ("overlast", "wonen"))
    catalogue = Catalogue(
        themes=themes,
        signals=("violence_at_home",),
        acts=("greet",),
        examples=(example("ik woon boven een café in de stad, mijn huis trilt"),),
    )
    return Known(catalogue=catalogue, held_out=(), guide=real_minds.guide)


def story(text: str = TEXT, *more: Event, signals: tuple[str, ...] = (), **right: object) -> list[Event]:
    """Return a conversation that was read as a question about housing, and put right."""
    readings = (Reading(theme="wonen", confidence=0.9),)
    read = Understanding(language="nl", themes=readings, ranking=readings, signals=signals)
    told = {"themes": ("overlast",), "heard": "1", "may_learn": True, **right}
    return [
        Heard(at=NOON, id="1", text=text, understanding=read),
        Consented(at=NOON, organisation="utrecht-dock"),
        HandedOver(at=NOON, organisation="utrecht-dock"),
        *more,
        Corrected(at=NOON, by="Sanne", **told),  # type: ignore[arg-type]
    ]


def collected(known: Known, *stories: Sequence[Event]) -> Collected:
    return collect([(f"web:{number}", events) for number, events in enumerate(stories)], known)


def why_not(found: Collected) -> list[str]:
    assert found.proposals == ()
    return [one.why for one in found.left_out]


# ---------------------------------------------------------------- what is proposed


def test_a_correction_becomes_a_proposal_with_where_it_came_from(known):
    (proposal,) = collected(known, story()).proposals

    assert proposal.text == TEXT
    assert proposal.source == Source(case=case_number("web:0"), who="Sanne", when=NOON)
    assert proposal.why == "onderwerp wonen wordt overlast"
    assert not proposal.approved


def test_a_message_is_learned_from_or_tested_with_never_both(known):
    found = collected(known, *(story(text) for text in OTHERS))

    assert sorted(one.text for one in found.proposals) == sorted(OTHERS)
    assert {one.kind for one in found.proposals} == {"example", "conversation"}
    assert found == collected(known, *(story(text) for text in OTHERS))


def test_a_danger_that_was_missed_is_always_learned(known):
    found = collected(known, *map(missed_danger, OTHERS))

    assert {one.kind for one in found.proposals} == {"example"}
    assert found.proposals[0].entry["signals"] == ["violence_at_home"]
    assert found.proposals[0].entry["themes"] == ["wonen"]


def missed_danger(text: str) -> list[Event]:
    *before, corrected = story(text)
    return [*before, corrected.model_copy(update={"themes": None, "signals": ("violence_at_home",)})]


def test_a_fact_that_was_misread_becomes_a_test_of_what_is_known(known):
    (proposal,) = collected(known, story(themes=None, facts={"age": "67+"})).proposals

    (turn,) = proposal.entry["turns"]
    assert turn == {"resident": TEXT, "expect": {"knows": {"age": "67+"}}}
    assert proposal.why == "age niet gelezen wordt 67+"


def test_a_false_alarm_that_is_tested_says_that_there_is_no_danger(known):
    stories = [[*story(text)[:-1], corrected_calm()] for text in OTHERS]
    tests = [one for one in collected(known, *stories).proposals if one.kind == "conversation"]

    assert tests
    assert all(one.entry["turns"][0]["expect"] == {"no_danger": True} for one in tests)


def corrected_calm() -> Corrected:
    return Corrected(at=NOON, by="Sanne", signals=(), heard="1", may_learn=True)


def test_two_corrections_of_a_message_are_one_proposal(known):
    later = Corrected(at=NOON + timedelta(hours=1), by="Mo", themes=("ontmoeting",), heard="1", may_learn=True)

    (proposal,) = collected(known, [*story(), later]).proposals

    assert proposal.why == "onderwerp wonen wordt ontmoeting"
    assert proposal.source.who == "Mo"


def test_a_misroute_becomes_a_test_of_the_tables_without_a_word_of_the_resident(known):
    passed = Passed(
        at=NOON, by="Mo", organisation="utrecht-buurtbemiddeling", reason="hoort bij hen", misroute=True, rule="rij-1"
    )

    (proposal,) = collected(known, [*story()[:-1], passed]).proposals

    assert proposal.kind == "referral"
    assert proposal.entry["given"] == {"themes": ["wonen"], "signals": []}
    assert proposal.entry["refers_first"] == "utrecht-buurtbemiddeling"
    assert TEXT not in str(proposal)


def test_passing_on_without_a_misroute_teaches_nothing(known):
    passed = Passed(at=NOON, by="Mo", organisation="utrecht-dock", reason="verhuisd")

    assert collected(known, [*story()[:-1], passed]) == Collected()


# ---------------------------------------------------------------- what is left out


def test_only_what_the_resident_allowed_is_proposed(known):
    reasons = why_not(collected(known, story(may_learn=False)))

    assert reasons == ["De bewoner gaf geen toestemming om van dit bericht te leren."]


def test_one_correction_that_may_not_teach_takes_the_others_of_its_message_along(known):
    later = Corrected(at=NOON, by="Mo", themes=("ontmoeting",), heard="1", may_learn=False)

    assert why_not(collected(known, [*story(), later]))


def test_nothing_is_learned_where_somebody_may_read_along(known):
    assert why_not(collected(known, story(signals=("violence_at_home",)))) == [
        "Thuis kan iemand meelezen; van dit gesprek leren we niets."
    ]


def test_a_correction_without_a_message_and_one_of_a_button_teach_nothing(known):
    assert why_not(collected(known, story(heard=None), story('/theme{"theme":"wonen"}'))) == [
        "De medewerker wees geen bericht aan.",
        "De bewoner drukte op een knop; er zijn geen woorden om van te leren.",
    ]


def test_a_near_copy_of_what_was_learned_tested_or_proposed_is_refused(known):
    learned = known.model_copy(
        update={"catalogue": known.catalogue.model_copy(update={"examples": (example(TEXT.lower() + "."),)})}
    )
    tested = known.model_copy(update={"held_out": (LEARNED,)})

    assert why_not(collected(learned, story())) == ["Bijna hetzelfde bericht staat al bij de voorbeelden."]
    assert why_not(collected(tested, story())) == ["Bijna hetzelfde bericht staat al bij de toetsen."]
    twice = collected(known, story(), story(TEXT + "!"))
    assert [one.why for one in twice.left_out] == ["Bijna hetzelfde bericht is al voorgesteld."]
    assert len(twice.proposals) == 1


# ---------------------------------------------------------------- who it is about


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("bel mij op 06 12345678 of mail a.b@example.org", "bel mij op [telefoonnummer] of mail [e-mailadres]"),
        ("ik ben fatima en woon in de stad", "ik ben [naam] en woon in de stad"),
        ("mijn naam is Piet Jansen, help", "mijn naam is [naam], help"),
        ("mijn huis in de Bloemlaan 12 trilt", "mijn huis in de [adres] trilt"),
        ("ik woon boven mevrouw Bakker", "ik woon boven mevrouw [naam]"),
        ("geboren op 12-03-1984, 3561 AB", "geboren op [geboortedatum], [postcode]"),
        ("mijn huis in Overvecht trilt, in de stad Utrecht", "mijn huis in [wijk] trilt, in de stad Utrecht"),
        ("ik woon boven Ömer. Mijn huis trilt", "ik woon boven [naam]. Mijn huis trilt"),
    ],
)  # fmt: skip
def test_what_tells_who_it_is_about_is_taken_out(known, text, left):
    vocabulary = known.vocabulary | {"utrecht"}

    assert without_person(text, ["Fatima"], known.guide.areas, vocabulary) == left


def test_the_name_that_the_resident_gave_is_taken_out_of_what_is_proposed(known):
    given = ContactGiven(at=NOON, name="Roosmarijn", reach="+31 6 12345678")

    (proposal,) = collected(known, story(f"{TEXT}. groetjes roosmarijn", given)).proposals

    assert proposal.text == f"{TEXT}. groetjes [naam]"


# ---------------------------------------------------------------- the files


def proposals_of(known: Known) -> Collected:
    passed = Passed(at=NOON, by="Mo", organisation="utrecht-buurtbemiddeling", reason="van hen", misroute=True)
    return collected(known, *(story(text) for text in OTHERS), [*story()[:-1], passed], story(may_learn=False))


def test_what_is_written_reads_back_as_it_was(known, tmp_path):
    found = proposals_of(known)

    written = files.write(tmp_path, found.proposals, found.left_out)

    names = [str(path.relative_to(tmp_path)) for path in written]
    assert names == ["conversations/nl.yaml", "examples/nl.yaml", "left_out.yaml", "referral.yaml"]
    assert sorted(files.read(tmp_path), key=str) == sorted(found.proposals, key=str)


def test_the_files_have_the_form_of_the_house_and_say_what_was_left_out(known, tmp_path):
    found = proposals_of(known)
    files.write(tmp_path, found.proposals, found.left_out)

    examples = yaml.safe_load((tmp_path / "examples/nl.yaml").read_text("utf-8"))
    left_out = yaml.safe_load((tmp_path / "left_out.yaml").read_text("utf-8"))["left_out"]
    assert {"about", "messages"} == examples.keys()
    assert examples["messages"]["short"][0].keys() >= {"text", "themes", "signals", "approved", "why", "from"}
    assert [one["why"] for one in left_out] == ["De bewoner gaf geen toestemming om van dit bericht te leren."]
    assert TEXT not in (tmp_path / "left_out.yaml").read_text("utf-8")


def test_what_was_proposed_before_is_not_proposed_again(known):
    found = proposals_of(known)
    stories = [(f"web:{number}", story(text)) for number, text in enumerate(OTHERS)]

    assert collect(stories, known, found.proposals).proposals == ()


@pytest.mark.parametrize(
    "content",
    ["messages: [", "- a", "messages: {short: [{text: x}]}", "about: {}", "messages: {short: [{approved: perhaps}]}"],
)
def test_a_file_that_is_broken_is_named(tmp_path, content):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples/nl.yaml").write_text(content, "utf-8")

    with pytest.raises(files.NotProposals, match=r"examples/nl\.yaml"):
        files.read(tmp_path)


# ---------------------------------------------------------------- the verdict


def scores(hits: int, of: int = 1000, **rows: tuple[int, int]) -> Scores:
    table = {row: {"right first": Share(hits=hit, of=of)} for row, (hit, of) in rows.items()}
    return Scores(shares={"right": Share(hits=hits, of=of)}, tables={"theme": table})


def judged(before: Scores, after: Scores, **more: object) -> bool:
    return judge(Tried(before=before, after=after, **more), margin=0.01).may_promote  # type: ignore[arg-type]


def test_a_share_may_fall_within_the_margin_and_no_further():
    assert judged(scores(900), scores(891))
    assert not judged(scores(900), scores(889))
    assert judged(scores(900), scores(950))


def test_a_row_may_fall_by_a_message_or_two_but_not_by_more():
    assert judged(scores(900, werk=(18, 20)), scores(900, werk=(16, 20)))
    assert not judged(scores(900, werk=(18, 20)), scores(900, werk=(15, 20)))


def test_of_mistakes_more_is_worse():
    before, after = (Scores(shares={"false alarms": Share(hits=hits, of=1000)}) for hits in (20, 40))

    assert not judged(before, after)
    assert judged(after, before)


def test_one_test_that_fails_is_enough():
    assert judged(scores(9), scores(9), tests={"a": "passed", "b": "known miss"})
    assert not judged(scores(9), scores(9), tests={"a": "passed", "b": "failed"})
    assert not judged(scores(9), scores(9), routes=("een gaat naar niemand",))
