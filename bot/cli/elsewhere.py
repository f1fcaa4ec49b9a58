"""Commands of what is told to other systems: is it set up well, what fails, try again."""

import asyncio
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.shared import app, stop_on

elsewhere = typer.Typer(no_args_is_help=True, help="Other systems that are told of cases (docs/elsewhere.md).")
app.add_typer(elsewhere, name="elsewhere")


@elsewhere.command()
def check() -> None:
    """Show the faults in the settings of the other systems, or which ones there are."""
    from bot import bootstrap

    settings = bootstrap.settings()
    stop_on(bootstrap.check_elsewhere(settings))
    places = bootstrap.places(settings)
    for place in places.klantinteracties:
        print(f"klantinteracties {place.name}: {place.url} ({', '.join(sorted(place.teams))})")  # noqa: T201
    for hears in places.webhooks:
        told = ", ".join(sorted(hears.events))
        print(f"webhook {hears.name}: {hears.url} ({told})")  # noqa: T201
    for team, addresses in sorted(places.mail.items()):
        print(f"mail {team}: {', '.join(addresses)}")  # noqa: T201


@elsewhere.command("list")
def failing() -> None:
    """Show what could not be told, and why."""
    from bot import bootstrap

    table = Table("place", "what", "team", "since", "attempts", "why", "next try")
    for one in asyncio.run(bootstrap.open_deliveries(bootstrap.settings()).failing(None)):
        again = f"{one.next_try_at:%Y-%m-%d %H:%M}" if one.standing == "waiting" else "none"
        since = f"{one.made_at:%Y-%m-%d %H:%M}"
        table.add_row(one.place, one.what, one.team, since, str(one.attempts), one.problem, again)
    Console().print(table)


@elsewhere.command()
def again() -> None:
    """Try once more what failed."""
    from bot import bootstrap

    deliveries = bootstrap.open_deliveries(bootstrap.settings())
    number = asyncio.run(deliveries.again(None, None, datetime.now(UTC)))
    print(f"{number} opnieuw geprobeerd zodra de server draait.")  # noqa: T201
