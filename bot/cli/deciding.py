"""Commands of the rules and the directory: refer, check, prove, add, export and import."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import JsonLines, app, day_of, err, export, imports, progress_bar, stop_on


@app.command()
def refer(jsonl: JsonLines = False) -> None:
    """Tell who helps: themes, signals and facts in, the next question or the referral out (JSON lines)."""
    import gc

    from bot.jsonl import refer_lines
    from referral.load import load_guide

    if not jsonl:
        raise typer.BadParameter("use --jsonl and write the cases to standard input")
    guide = load_guide()
    gc.freeze()  # the guide stays; going through it again and again takes a fifth of the time
    gc.set_threshold(100_000)
    for line in refer_lines(sys.stdin.buffer, guide, date.today()):
        print(line, flush=True)  # noqa: T201


@app.command()
def check(
    expiring: Annotated[
        int | None, typer.Option(min=0, help="Also list what ends within so many days, or was not checked for a year.")
    ] = None,
    on: Annotated[str, typer.Option(help="The day to look from, such as 2027-01-01; today when left out.")] = "",
) -> None:
    """Look for faults in all data files; exit 1 when there are any."""
    from bot.check import check as look

    stop_on(look())
    _check_themes()
    print("Alle bestanden zijn in orde.")  # noqa: T201
    if expiring is not None:
        from referral.expiring import report
        from referral.load import load_guide

        for line in report(load_guide(), day_of(on), expiring):
            print(line)  # noqa: T201


@app.command()
def prove(
    on: Annotated[str, typer.Option(help="The day, such as 2027-01-01; today when left out.")] = "",
    questions: Annotated[bool, typer.Option(help="Show the fewest questions for every set of themes instead.")] = False,
) -> None:
    """Go through every situation and show that the rules are complete; exit 1 with a line a fault."""
    from referral.general import still_general
    from referral.load import load_guide
    from referral.prove import prove as go_through
    from referral.prove import summary
    from referral.questions import report

    day, guide = day_of(on), load_guide()
    if questions:
        with progress_bar() as progress:
            lines, wrong = report(guide, day, lambda done, total: progress(done / total, "Vragen tellen"))
        print("\n".join(lines))  # noqa: T201
        raise typer.Exit(1 if wrong else 0)
    with progress_bar() as progress:
        proof = go_through(guide, day, lambda done, total: progress(done / total, "Situaties nalopen"))
    stop_on(tuple(map(str, proof.faults)))
    print(summary(proof))  # noqa: T201
    for general in still_general(guide, day):
        print(f"Nog algemeen: {general}")  # noqa: T201


@app.command("add-municipality")
def add_municipality(name: Annotated[str, typer.Argument(help="Its name, such as Soest.")]) -> None:
    """Lay out the files of a new municipality, valid at once: everything goes to the own municipality."""
    from referral.files import add_municipality as lay_out
    from referral.load import DATA, FaultsFound
    from referral.municipality import NotAdded

    try:
        files = lay_out(DATA, name, date.today())
    except (NotAdded, FaultsFound) as reason:
        err.print(f"Niet toegevoegd: {reason}", markup=False)
        raise typer.Exit(1) from None
    print("\n".join(f"referral/data/{file}" for file in files))  # noqa: T201
    print("Kijk nu met `wegwijs prove` wat nog algemeen is.")  # noqa: T201


@export.command("hsds")
def export_hsds(folder: Annotated[Path, typer.Argument(help="Where the files go.")]) -> None:
    """Write the directory as Open Referral HSDS 3.1."""
    from referral.files import export_hsds as write
    from referral.load import load_guide

    for file in write(load_guide(), folder, date.today()):
        print(file)  # noqa: T201


@imports.command("hsds")
def import_hsds(
    file: Annotated[Path, typer.Argument(help="A services.json: a page, a list or one service.")],
    municipality: Annotated[str, typer.Option(help="The folder it is for, such as soest.")] = "nieuw",
    to: Annotated[Path | None, typer.Option(help="The file to write; standard output when left out.")] = None,
    trusted: Annotated[bool, typer.Option(help="Our own export: what was verified stays so.")] = False,
) -> None:
    """Read HSDS as the organisations.yaml of a municipality. Nothing counts as verified until it was reviewed."""
    from referral.files import import_hsds as read
    from referral.hsds_in import NotHsds

    try:
        text = read(file, municipality, date.today(), trusted)
    except NotHsds as reason:
        err.print(f"Niet gelezen: {reason}", markup=False)
        raise typer.Exit(1) from None
    if to is None:
        print(text, end="")  # noqa: T201
    else:
        to.write_text(text, "utf-8")


def _check_themes() -> None:
    """Stop on faults in the looks of municipalities; only warn of what is hard to read."""
    from bot import bootstrap

    if (settings := bootstrap.settings()).themes or settings.theme:
        from bot.channels.web.site import check_site

        faults, warnings = check_site(settings)
        stop_on(faults)
        for line in warnings:
            print(f"Let op: {line}")  # noqa: T201
