"""Commands of learning from what staff put right: collect proposals, then try the approved ones."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import app, err, progress_bar

learning = typer.Typer(no_args_is_help=True, help="Learn from what staff put right.")
app.add_typer(learning, name="learn")

_MARGIN = 1.0  # points


@learning.command()
def collect(
    out: Annotated[Path, typer.Option(help="The folder of the proposals; what was reviewed in it stays.")] = Path(
        "proposals"
    ),
) -> None:
    """Turn corrections into proposed examples and tests, as files in which a person approves each."""
    from bot import bootstrap
    from bot.learn import files
    from bot.learn.gather import gather
    from bot.learn.trial import ROOT
    from bot.stores.corrections import stories

    store = bootstrap.open_store(bootstrap.settings())
    try:
        collected = asyncio.run(gather(stories(store.engines, store), store, out, ROOT, bootstrap.guide()))
    except files.NotProposals as slip:
        err.print(str(slip), markup=False)
        raise typer.Exit(1) from None
    for file in files.write(out, collected.proposals, collected.left_out):
        print(file)  # noqa: T201
    waiting = sum(not one.approved and one.promoted is None for one in collected.proposals)
    print(f"{waiting} voorstellen wachten op een mens. {len(collected.left_out)} correcties vielen af (left_out.yaml).")  # noqa: T201


@learning.command()
def train(
    proposals: Annotated[Path, typer.Option(help="The folder with approved proposals.")] = Path("proposals"),
    heads_only: Annotated[bool, typer.Option("--heads-only", help="Keep the tuned encoder; it takes minutes.")] = False,
    promote: Annotated[bool, typer.Option("--promote", help="Put it in place when nothing got worse.")] = False,
    margin: Annotated[
        float, typer.Option(min=0, help="Points that an overall share may be lower by chance.")
    ] = _MARGIN,
    to: Annotated[Path, typer.Option("--report", help="The page with the figures.")] = Path("learned.md"),
) -> None:
    """Learn again with the approved proposals, in a copy; exit 1 when something got worse."""
    from bot import bootstrap
    from bot.learn.files import NotProposals
    from bot.learn.run import NothingApproved, learn
    from bot.learn.trial import ROOT, Moved, NotThere
    from bot.learn.workshop import workshop

    how = "alleen de lezers" if heads_only else "taalmodel en lezers"
    try:
        with tempfile.TemporaryDirectory(prefix="wegwijs-learn-") as scratch, progress_bar() as progress:
            outcome = learn(
                ROOT, Path(scratch), proposals, workshop(progress, heads_only=heads_only), bootstrap.guide(),
                datetime.now(UTC), margin=margin / 100, promote=promote, how=how,
            )  # fmt: skip
    except NothingApproved:
        err.print(f"In {proposals} is niets nieuws goedgekeurd. Zet `approved: true` bij wat klopt.", markup=False)
        raise typer.Exit(1) from None
    except Moved:
        err.print("Er veranderde iets aan de bestanden tijdens het leren. Niets is overgenomen; begin opnieuw.")
        raise typer.Exit(1) from None
    except (NotThere, NotProposals) as reason:
        err.print(str(reason), markup=False)
        raise typer.Exit(1) from None
    to.write_text(outcome.page, "utf-8")
    for line in (*outcome.verdict.worse, *outcome.promoted):
        print(line)  # noqa: T201
    print(_in_short(outcome.verdict.may_promote, bool(outcome.promoted), to))  # noqa: T201
    raise typer.Exit(0 if outcome.verdict.may_promote else 1)


def _in_short(may: bool, did: bool, page: Path) -> str:
    if not may:
        return f"Niet overgenomen: er werd iets slechter. De cijfers staan in {page}."
    return (
        f"Overgenomen. De cijfers staan in {page}."
        if did
        else f"Niets werd slechter. Zie {page}; overnemen met --promote."
    )
