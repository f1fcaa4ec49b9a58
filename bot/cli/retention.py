"""Commands of retention: what is kept how long, and erasing what is over."""

import asyncio

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.shared import app, noted

retention = typer.Typer(no_args_is_help=True, help="How long what is kept.")
app.add_typer(retention, name="retention")


@retention.command()
def show() -> None:
    """Show what is kept how long, as it is set."""
    from bot import bootstrap
    from bot.retention import retention_of

    table = Table("kind", "days", "of whom", "erased by")
    for one in retention_of(bootstrap.settings()):
        days = "for good" if one.days is None else str(one.days)
        table.add_row(one.id, days, one.whose, "Wegwijs" if one.ours else "who runs it")
    Console().print(table)


@retention.command()
def run() -> None:
    """Erase what was kept long enough now, as the server does each day, and tell how much of what."""
    from bot import bootstrap

    settings = bootstrap.settings()
    erasing = bootstrap.open_sweep(settings).run(bootstrap.SystemClock().now())
    for kind, number in asyncio.run(noted(erasing, "retention.run")).items():
        print(f"{kind}: {number}")  # noqa: T201
