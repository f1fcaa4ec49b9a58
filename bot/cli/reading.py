"""Commands of understanding: classify, train, evaluate, export."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.cli.shared import JsonLines, app, export, progress_bar


@app.command()
def classify(jsonl: JsonLines = False, text: Annotated[str, typer.Argument(help="A message.")] = "") -> None:
    """Tell what a message says: themes, signals, act, language and facts."""
    import json

    from bot import bootstrap
    from bot.jsonl import classify_lines

    with progress_bar() as progress:
        minds = bootstrap.load_minds(progress)
    lines = sys.stdin.buffer if jsonl else [json.dumps({"id": "1", "text": text}).encode()]
    for line in classify_lines(lines, minds):
        print(line, flush=True)  # noqa: T201


@app.command()
def train(
    heads_only: Annotated[
        bool, typer.Option("--heads", help="Keep the tuned encoder; learn only the readers.")
    ] = False,
    thresholds_only: Annotated[
        bool, typer.Option("--thresholds", help="Keep the readers too; choose only from where on they count.")
    ] = False,
) -> None:
    """Tune the encoder on intents/data, learn the readers again and write both files; half an hour."""
    from intents.load import DATA
    from intents.train import recalibrate, retrain

    with progress_bar() as progress:
        if thresholds_only:
            recalibrate(DATA, progress)
        else:
            retrain(DATA, progress, heads_only=heads_only)


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Held-out sentences.")] = Path("tests/intents/sentences"),
    wrong: Annotated[bool, typer.Option(help="List the messages that went wrong.")] = False,
    brief: Annotated[bool, typer.Option(help="Show the overall table only.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Draw what was read as what in this SVG file.")] = None,
    to: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
    earlier: Annotated[
        Path | None, typer.Option("--compare", help="Such a file of the last release; exit 1 when it was better.")
    ] = None,
    masking: Annotated[
        Path | None, typer.Option(help="Score masking instead, on such a file; exit 1 when it misses its goals.")
    ] = None,
) -> None:
    """Score understanding on messages that it was not trained on, with 95% intervals."""
    if masking:
        _evaluate_masking(masking, wrong=wrong)
        return
    from intents import report
    from intents.evaluate import evaluate as score
    from intents.evaluate import load_sentences
    from intents.load import load_theme_names
    from intents.picture import picture as drawn
    from intents.understand import load_reader

    before = _earlier_scores(earlier)
    if not (sentences := load_sentences(folder)):
        raise typer.BadParameter(f"there are no held-out sentences in {folder}")
    with progress_bar() as progress:
        scores = score(sentences, load_reader(progress).understand, progress)
    if to:
        to.write_text(scores.as_json(), "utf-8")
    if picture:
        names = {theme: names["en"] for theme, names in load_theme_names().items()}
        picture.write_text(drawn(scores.confusions, names), "utf-8")
    for table in (report.overall(scores), *(() if brief else report.details(scores))):
        Console().print(table)
    for line in scores.wrong if wrong else ():
        print(line)  # noqa: T201
    if before:
        _stop_when_worse(before, scores)


@export.command("rasa")
def export_rasa(
    folder: Annotated[Path, typer.Argument(help="Where nlu.yml and domain.yml go.")],
    language: Annotated[str, typer.Option(help="Only the messages in this language, such as nl.")] = "",
) -> None:
    """Write the training messages as Rasa 3 NLU data: themes and acts as intents."""
    from intents.load import load_catalogue
    from intents.rasa import rasa_files

    examples = [one for one in load_catalogue().examples if language in ("", one.language)]
    if not examples:
        raise typer.BadParameter(f"there are no messages in {language!r}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in rasa_files(examples).items():
        (folder / name).write_text(text, "utf-8")
        print(folder / name)  # noqa: T201


def _earlier_scores(file: Path | None) -> Any:
    from intents.scores import Scores

    try:
        return Scores.model_validate_json(file.read_bytes()) if file else None
    except (OSError, ValueError):
        raise typer.BadParameter(f"{file} holds no scores; `wegwijs evaluate --json FILE` writes them") from None


def _evaluate_masking(file: Path, *, wrong: bool) -> None:
    """Show the share of what was masked of what must be, and of what was masked of what must not."""
    import yaml

    from bot.identifying.measure import masking_table, measure, messages_in, reaches_goal

    scores = measure(messages_in(yaml.safe_load(file.read_text("utf-8"))))
    Console().print(masking_table(scores))
    for score in scores if wrong else ():
        for message in score.wrong:
            print(f"{score.kind}: {message}")  # noqa: T201
    if not (reaches_goal(scores, must_go=True) and reaches_goal(scores, must_go=False)):
        raise typer.Exit(1)


def _stop_when_worse(before: Any, after: Any) -> None:
    from intents import report
    from intents.compare import compare

    changes = compare(before, after)
    Console().print(report.comparison(changes))
    for line in report.remarks(before, after):
        print(line)  # noqa: T201
    if any(change.worse for change in changes):
        raise typer.Exit(1)
