"""Commands of what is kept: conversations, answers and the accounts of the desk."""

import asyncio
import sys
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.shared import app, err, staff


@app.command()
def forget(conversation: Annotated[str, typer.Argument(help="Its number, such as telegram:42.")]) -> None:
    """Erase a conversation with everything kept about it."""
    from bot import bootstrap

    gone = asyncio.run(bootstrap.open_store(bootstrap.settings()).forget(conversation))
    print("Gewist." if gone else "Er was geen gesprek met dit nummer.")  # noqa: T201
    raise typer.Exit(0 if gone else 1)


@app.command()
def receipt(number: Annotated[str, typer.Argument(help="The number under an answer, such as K7MN-4XWA.")]) -> None:
    """Show the answer that a resident quotes by its number: who, why, by which rules, and what would change it."""
    from bot import bootstrap
    from bot.staff.look_up import look_up
    from referral.receipt import read_receipt

    written = read_receipt(number)
    if written is None:
        raise typer.BadParameter(f"{number!r} is no number of an answer; it looks like K7MN-4XWA")
    lines = asyncio.run(look_up(bootstrap.open_store(bootstrap.settings()), bootstrap.guide(), written))
    print("\n".join(lines) or "Er is geen antwoord met dit nummer, of het gesprek is gewist.")  # noqa: T201
    raise typer.Exit(0 if lines else 1)


@app.command()
def outcomes() -> None:
    """Show how it went, by organisation and theme: what residents told when they were asked later."""
    from bot import bootstrap
    from bot.staff.words import RESULTS

    table = Table("organisation", "theme", *RESULTS.values())
    told = Counter(
        (one.organisation, theme, one.result)
        for one in asyncio.run(bootstrap.open_store(bootstrap.settings()).followed())
        for theme in one.themes
    )
    for organisation, theme in sorted({(organisation, theme) for organisation, theme, _ in told}):
        table.add_row(organisation, theme, *(str(told[organisation, theme, result]) for result in RESULTS))
    Console().print(table)


@staff.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="How the colleague signs in.")],
    team: Annotated[str, typer.Option(help="The organisation, such as utrecht-buurtteam-sociaal.")],
) -> None:
    """Add a colleague to the desk. The password is asked for, or read from standard input."""
    from bot import bootstrap
    from bot.ports import NameTaken
    from bot.staff.access import NoAccount, add_staff

    password = _password()
    settings = bootstrap.settings()
    try:
        account = asyncio.run(add_staff(bootstrap.open_accounts(settings), bootstrap.guide(), name, team, password))
    except (NoAccount, NameTaken) as reason:
        err.print(f"Niet toegevoegd: {reason}", markup=False)
        raise typer.Exit(1) from None
    print(f"{account.name} kan inloggen op /staff voor {account.team}.")  # noqa: T201


@staff.command("list")
def staff_list() -> None:
    """Show who may sign in at the desk."""
    from bot import bootstrap

    table = Table("name", "team", "active")
    for account in asyncio.run(bootstrap.open_accounts(bootstrap.settings()).list_staff()):
        table.add_row(account.name, account.team, "yes" if account.active else "no")
    Console().print(table)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Wachtwoord (12 tekens of meer)", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
