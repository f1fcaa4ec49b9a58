"""From held-out sentences and what a reader said of them to figures, a picture and a comparison."""

from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from bot import cli
from intents.compare import Change, compare
from intents.evaluate import evaluate, load_sentences
from intents.model import Reading, Understanding
from intents.picture import picture
from intents.report import details, overall, remarks
from intents.scores import NOTHING, Band, Scores, Share, expected_error
from intents.sentences import Sentence


def sentence(text, **found):
    return Sentence(text=text, **{"language": "nl", **found})


def said(*themes, acts_on=0, **told):
    """What a reader says: themes with their confidence, of which it acts on the first so many."""
    ranking = tuple(Reading(theme=theme, confidence=sure) for theme, sure in themes)
    return Understanding(**{"language": "nl", "ranking": ranking, "themes": ranking[:acts_on], **told})


def scored(*pairs):
    answers = {one.text: understood for one, understood in pairs}
    return evaluate([one for one, _ in pairs], answers.__getitem__)


WORK, MONEY, HOME = ("werk", 0.9), ("geldzorgen", 0.3), ("wonen", 0.2)


def themed():
    return scored(
        (sentence("a", themes=("werk",), style="sms"), said(WORK, MONEY, HOME, acts_on=1)),
        (sentence("b", themes=("geldzorgen",)), said(WORK, MONEY, HOME, acts_on=1)),
        (sentence("c", themes=("geldzorgen",)), said(("wonen", 0.35), MONEY, HOME)),
        (sentence("d", themes=("wonen", "werk")), said(("werk", 0.4), MONEY)),
        (sentence("e", themes=("wonen",)), said(WORK, MONEY, ("school", 0.1), HOME)),
        (sentence("f", themes=("werk",)), said(WORK, act="out_of_scope")),
        (sentence("g", themes=("werk",), language="tr"), said(act="deny", language="tr")),
    )


def test_files_are_read_by_language_and_those_in_a_folder_below_are_not(tmp_path):
    (tmp_path / "dev").mkdir()
    for name in ("nl", "pap", "danger", "dev/nl"):
        (tmp_path / f"{name}.yaml").write_text(f"messages:\n  - {{text: '{name}', language: en}}\n", "utf-8")
    (tmp_path / "so.yaml").write_text("", "utf-8")

    read = [(one.text, one.language) for one in load_sentences(tmp_path)]

    assert read == [("danger", "en"), ("nl", "nl"), ("pap", "pap")]


def test_what_is_written_stays_text(tmp_path):
    entry = "{text: 112, style: sms, themes: [medisch], signals: [suicide], act: stop, facts: {age: 23-66, own: no}}"
    (tmp_path / "acts.yaml").write_text(f"messages:\n  - {entry}\n", "utf-8")

    assert load_sentences(tmp_path) == (
        sentence(
            "112",
            style="sms",
            themes=("medisch",),
            signals=("suicide",),
            act="stop",
            facts={"age": "23-66", "own": "no"},
        ),
    )


def test_the_overall_figures_of_themes():
    shares = themed().shares

    assert shares["Dutch: a right theme first"] == Share(hits=3, of=6)
    assert shares["Dutch: a right theme among three"] == Share(hits=5, of=6)
    assert shares["Dutch: acted on"] == Share(hits=2, of=6)
    assert shares["Dutch: acted on while wrong"] == Share(hits=1, of=6)
    assert shares["other languages: a right theme first"] == Share(hits=0, of=1)
    assert shares["themes not taken for acts"] == Share(hits=5, of=7)


def test_after_one_question_it_acts_rightly_or_shows_a_right_theme():
    assert themed()["Dutch: right after one question"] == Share(hits=3, of=6)  # a, c, d


def test_tables_tell_by_main_theme_style_and_language():
    tables = themed().tables

    assert tables["theme"]["wonen"]["right first"] == Share(hits=1, of=2)
    assert tables["theme"]["geldzorgen"]["among three"] == Share(hits=2, of=2)
    assert tables["style"]["sms"]["right first"] == Share(hits=1, of=1)
    assert tables["style"]["short"]["acted wrongly"] == Share(hits=1, of=6)
    assert list(tables["language"]) == ["nl", "tr"]


def test_confusions_count_what_each_theme_was_read_as():
    assert themed().confusions == {
        "geldzorgen": {"werk": 1, "wonen": 1},
        "werk": {"werk": 3, NOTHING: 1},  # of a message about two themes, the one that was read
        "wonen": {"werk": 1},
    }


def test_danger_is_told_by_signal_and_language_and_named_exactly_or_not():
    scores = scored(
        (sentence("a", signals=("suicide", "minor_speaking")), said(signals=("minor_speaking", "suicide"))),
        (sentence("b", signals=("suicide",)), said(signals=("child_unsafe",))),
        (sentence("c", signals=("suicide",), language="tr"), said()),
        (sentence("d"), said(signals=("suicide",))),
        (sentence("e", language="tr"), said()),
    )

    assert scores["danger seen"] == Share(hits=2, of=3)
    assert scores["danger named exactly"] == Share(hits=1, of=3)
    assert scores["false alarms"] == Share(hits=1, of=2)
    assert scores.tables["danger by signal"]["suicide"] == {
        "danger seen": Share(hits=2, of=3),
        "this one seen": Share(hits=1, of=3),
    }
    assert scores.tables["danger by language"]["tr"]["danger seen"] == Share(hits=0, of=1)
    assert scores.tables["calm by language"]["nl"]["false alarms"] == Share(hits=1, of=1)


def test_facts_count_apart_also_where_there_are_none():
    scores = scored(
        (sentence("a", themes=("werk",), facts={"age": "67+", "place": "soest"}), said(WORK, facts={"age": "67+"})),
        (sentence("b", themes=("werk",), facts={}), said(WORK, facts={"age": "18-22"})),
    )

    assert scores["facts that are right"] == Share(hits=1, of=2)
    assert scores["facts that are found"] == Share(hits=1, of=2)
    assert scores["Dutch: a right theme first"] == Share(hits=0, of=0)
    assert len(scores.wrong) == 2


def test_confidence_is_laid_beside_what_is_right():
    scores = scored(
        (sentence("a", themes=("werk",)), said(("werk", 1.0))),
        (sentence("b", themes=("werk",)), said(("wonen", 0.9))),
        (sentence("c", themes=("werk",)), said(("werk", 0.25))),
        (sentence("d", themes=("werk",)), said(act="stop")),
    )

    assert scores.calibration["Dutch"] == (
        Band(low=0.2, high=0.3, confidence=0.25, right=Share(hits=1, of=1)),
        Band(low=0.9, high=1.0, confidence=0.95, right=Share(hits=1, of=2)),
    )
    assert expected_error(scores.calibration["Dutch"]) == pytest.approx((0.75 + 2 * 0.45) / 3)
    assert expected_error(scores.calibration["other languages"]) == 0


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(hits, of, low, high):
    """The four cases of Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert Share(hits=hits, of=of).interval == pytest.approx((low, high), abs=1e-4)


def test_a_share_of_nothing_says_nothing():
    nothing = Share(hits=0, of=0)

    assert (str(nothing), nothing.brief, nothing.interval) == ("-", "-", (0.0, 1.0))


def test_what_went_wrong_is_told_with_its_language_and_style():
    wrong = scored(
        (sentence("goed", themes=("werk",)), said(WORK)),
        (sentence("fout", themes=("werk",), style="sms"), said(MONEY, HOME)),
        (sentence("gevaar", signals=("suicide",), act="stop"), said(act="greet")),
    ).wrong

    assert wrong == (
        "[nl sms] theme werk, read as geldzorgen 0.30, wonen 0.20: fout",
        "[nl short] danger suicide, read as none: gevaar",
        "[nl short] act stop, read as greet: gevaar",
    )


def test_figures_come_back_from_their_file_as_they_were_and_without_messages():
    scores = themed()

    assert Scores.model_validate_json(scores.as_json()) == scores.model_copy(update={"wrong": ()})
    assert "read as" not in scores.as_json()


def shares(**hits):
    return Scores(shares={name.replace("_", " "): Share(hits=many, of=100) for name, many in hits.items()})


def verdicts(before, after):
    return {change.measure: change.worse for change in compare(before, after) if change.apart}


def test_a_change_within_chance_is_no_verdict():
    assert verdicts(shares(danger_seen=80), shares(danger_seen=72)) == {}


def test_less_of_what_is_good_and_more_mistakes_are_worse():
    before = shares(danger_seen=80, language=50, false_alarms=5, acted_on_while_wrong=30)
    after = shares(danger_seen=50, language=80, false_alarms=30, acted_on_while_wrong=5)

    assert verdicts(before, after) == {
        "danger seen": True,
        "language": False,
        "false alarms": True,
        "acted on while wrong": False,
    }


def test_a_measure_that_is_new_or_gone_is_shown_and_not_judged():
    changes = compare(shares(gone=5), shares(new=5))

    assert [(one.measure, one.before is None, one.worse) for one in changes] == [
        ("new", True, False),
        ("gone", False, False),
    ]


def test_a_row_of_a_table_is_told_only_when_it_is_hardly_chance():
    def table(work, home):
        rows = {"werk": {"right first": Share(hits=work, of=50)}, "wonen": {"right first": Share(hits=home, of=50)}}
        return Scores(shares={}, tables={"theme": rows})

    assert [one.worse for one in compare(table(45, 45), table(20, 43))] == [True]
    assert compare(table(45, 45), table(20, 43)) == (
        Change(measure="theme werk: right first", before=Share(hits=45, of=50), after=Share(hits=20, of=50)),
    )


def test_the_picture_has_every_number_in_the_cell_of_its_row_and_column():
    names = {"werk": "Work & <days>", "wonen": "Housing", "school": "School"}
    drawn = ElementTree.fromstring(  # noqa: S314 -- our own text
        picture({"werk": {"werk": 12, "wonen": 3}, "wonen": {NOTHING: 1}}, names)
    )
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    told = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}title")]

    assert [text for text in texts if text.isdigit()] == ["12", "3", "1"]
    assert texts.count("Work & <days>") == 1
    assert "Work & <days> (15)" in texts
    assert "School" not in texts  # no message is about it, nor was read as it
    assert "Housing, read as no theme: 1 of 1" in told


def test_the_tables_show_all_figures():
    scores = themed()
    printed = list(details(scores))

    assert overall(scores).row_count == len(scores.shares)
    assert [table.columns[0].header for table in printed[:3]] == ["theme", "style", "language"]
    assert [table.title for table in printed if table.title] == ["Dutch: expected calibration error 42.5%"]


def test_a_comparison_tells_of_calibration_and_of_other_messages():
    before, after = themed(), themed().model_copy(update={"sentences": "other"})

    assert list(remarks(before, before)) == ["Dutch: expected calibration error 42.5% before, 42.5% after"]
    assert list(remarks(before, after))[-1].startswith("The held-out messages are not the same")


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """A folder with one sentence, and a reader that answers it as it is told."""
    (tmp_path / "nl.yaml").write_text("messages:\n" + "  - {text: baan, themes: [werk]}\n" * 30, "utf-8")

    class Fake:
        answer = said(WORK, acts_on=1)

        def understand(self, text):
            return self.answer

    fake = Fake()
    monkeypatch.setattr("intents.understand.load_reader", lambda progress: fake)
    return tmp_path, fake


def run(*arguments):
    return CliRunner().invoke(cli.app, ["evaluate", *map(str, arguments)], env={"COLUMNS": "120"})


def test_the_command_writes_figures_and_picture_and_stops_when_it_became_worse(made_up):
    folder, fake = made_up
    figures, drawing = folder / "s.json", folder / "p.svg"

    first = run(folder, "--json", figures, "--picture", drawing)
    same = run(folder, "--brief", "--compare", figures)
    fake.answer = said(HOME, acts_on=1)
    worse = run(folder, "--wrong", "--compare", figures)

    assert (first.exit_code, same.exit_code, worse.exit_code) == (0, 0, 1)
    assert "<svg" in drawing.read_text("utf-8")
    assert Scores.model_validate_json(figures.read_text("utf-8"))["Dutch: a right theme first"].hits == 30
    assert "-100.0       worse" in worse.stdout
    assert "worse" not in same.stdout
    assert "theme werk, read as wonen 0.20: baan" in worse.stdout


def test_the_command_says_what_is_wrong_with_what_it_is_given(made_up, tmp_path):
    folder, _ = made_up
    (folder / "empty").mkdir()

    assert run(folder / "empty").exit_code == 2
    assert run(folder, "--compare", folder / "nl.yaml").exit_code == 2
