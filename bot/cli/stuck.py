"""Commands of what stands still because it keeps failing: messages, timers and replies. No content is shown."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.shared import app

stuck = typer.Typer(no_args_is_help=True, help="What stands still because it keeps failing (docs/nothing-lost.md).")
app.add_typer(stuck, name="stuck")


@stuck.command("list")
def show() -> None:
    """Show what stands still: set aside, given up, or passed by."""
    from bot import bootstrap

    table = Table("number", "what", "channel", "since", "tries", "why")
    for one in asyncio.run(bootstrap.open_inbox(bootstrap.settings()).stuck()):
        why = f"{one.problem} (comes again)" if one.again else one.problem
        table.add_row(one.id, one.kind, one.channel, f"{one.at:%Y-%m-%d %H:%M}", str(one.tries), why)
    Console().print(table)


@stuck.command()
def again(
    numbers: Annotated[list[str] | None, typer.Argument(help="As `wegwijs stuck list` shows them; none: all.")] = None,
) -> None:
    """Try it once more. An update that nobody could read cannot be tried again; it is only shown."""
    from bot import bootstrap

    inbox = bootstrap.open_inbox(bootstrap.settings())
    number = asyncio.run(inbox.again(numbers or None, datetime.now(UTC)))
    print(f"{number} opnieuw geprobeerd zodra de server draait.")  # noqa: T201
