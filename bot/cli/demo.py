"""Command of looking around: a fresh database with a month of invented questions."""

import asyncio
from typing import Annotated

import typer

from bot.cli.shared import app, err, progress_bar


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Another number invents other people.")] = 6,
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days until now.")] = 30,
    cases: Annotated[int, typer.Option(min=1, max=5000, help="How many questions for a person, about.")] = 300,
    more: Annotated[bool, typer.Option("--more", help="Add to a database that is not empty.")] = False,
) -> None:
    """Fill a fresh database with a month of invented questions, and print who can sign in at the desk."""
    from bot import bootstrap
    from bot.demo.start import NotEmpty, SameAgain, fill

    settings = bootstrap.settings()
    try:
        with progress_bar() as progress:
            parts = bootstrap.load_parts(settings.model_copy(update={"llm": None}), progress)
            store = bootstrap.open_store(settings)
            keys = asyncio.run(
                fill(store, parts.kept, parts.assistant.minds, bootstrap.SystemClock().now(),
                     seed=seed, days=days, cases=cases, more=more, progress=progress)
            )  # fmt: skip
    except NotEmpty:
        err.print("In deze database staat al iets. Neem een lege (WEGWIJS_DATABASE_URL), of voeg toe met --more.")
        raise typer.Exit(1) from None
    except SameAgain:
        err.print("Deze maand staat er al in. Kies een ander getal met --seed.")
        raise typer.Exit(1) from None
    for key in keys:  # no table: a narrow screen would cut the passwords off
        print(f"{key.name:<14}  {key.role:<11}  {key.team:<32}  {key.password}")  # noqa: T201
    print("Alles is verzonnen. Start met `wegwijs serve` en log in op /staff.")  # noqa: T201
