"""Commands of the audit log: its newest line, and whether all of it is as it was written."""

import asyncio
from typing import Annotated

import typer

from bot.cli.shared import app

audit = typer.Typer(no_args_is_help=True, help="The audit log of the desk.")
app.add_typer(audit, name="audit")


@audit.command()
def head() -> None:
    """Print the newest line as NUMBER:HASH. Note it outside the database; `verify --head` compares later."""
    from bot import bootstrap

    print(asyncio.run(bootstrap.open_trail(bootstrap.settings()).head()))  # noqa: T201


@audit.command()
def verify(
    noted: Annotated[
        list[str] | None, typer.Option("--head", help="A head that was noted earlier; may be given more than once.")
    ] = None,
) -> None:
    """Walk the whole log and name the first line that does not fit; exit 1 when there is one.

    Without --head nobody can see that the newest lines were cut off, or that all was written anew.
    """
    from bot import bootstrap
    from bot.audit import read_head, verified

    try:
        heads = tuple(read_head(one) for one in noted or ())
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    found = asyncio.run(verified(bootstrap.open_trail(bootstrap.settings()), heads))
    if isinstance(found, str):
        print(f"Het logboek klopt niet: {found}.")  # noqa: T201
        raise typer.Exit(1)
    print(f"Het logboek klopt: {found.number} regels. Laatste: {found}")  # noqa: T201
