"""Commands of directory upkeep: what was decided at the desk and is not in the files yet, and how it gets there."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.shared import app

directory = typer.Typer(no_args_is_help=True, help="The directory: what was decided at the desk, and its files.")
app.add_typer(directory, name="directory")


@directory.command()
def status() -> None:
    """Show what was decided at the desk and the files do not say; exit 1 when somebody must choose first."""
    overlay = _overlay()
    for one in overlay.difference:
        print(_line(one))  # noqa: T201
    if not overlay.difference:
        print("De bestanden zeggen alles wat besloten is.")  # noqa: T201
    raise typer.Exit(1 if _torn(overlay) else 0)


@directory.command("export")
def export_files(
    to: Annotated[
        Path | None, typer.Option(help="Write the changed files in this folder; in place when left out.")
    ] = None,
) -> None:
    """Write what was decided into the data files, with their comments and layout; the rest of them stays as it is."""
    from referral.files import write_changed
    from referral.load import DATA, read_texts

    overlay = _overlay()
    for file in write_changed(read_texts(DATA), overlay.texts, to or DATA):
        print(file)  # noqa: T201
    for one in _torn(overlay):
        print(_line(one))  # noqa: T201
    raise typer.Exit(1 if _torn(overlay) else 0)


def _overlay() -> Any:
    from bot import bootstrap
    from bot.upkeep import edits_of
    from referral.load import DATA, read_texts
    from referral.overlaid import guide_over

    changes = asyncio.run(bootstrap.open_directory(bootstrap.settings()).changes())
    return guide_over(read_texts(DATA), edits_of(changes))[1]


def _torn(overlay: Any) -> list[Any]:
    return [one for one in overlay.difference if one.state != "over"]


_SAID = {
    "over": "nog niet in de bestanden",
    "conflict": "de bestanden zeggen iets anders; kies op /staff/directory",
    "fault": "past niet meer bij de bestanden; kies op /staff/directory",
}


def _line(one: Any) -> str:
    called = " ".join(part for part in one.contact if part) if one.contact else "nagekeken"
    fields = f" ({', '.join(one.fields)})" if one.fields else ""
    return f"{one.file or one.organisation}: {one.organisation}, {called}{fields}: {_SAID[one.state]}."
