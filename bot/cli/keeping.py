"""Commands of what is kept: conversations, answers and the accounts of the desk."""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.shared import app, err, export, noted, staff

if TYPE_CHECKING:
    from bot.events import Followed
    from bot.staff.numbers.rated import Rating


@app.command()
def forget(conversation: Annotated[str, typer.Argument(help="Its number, such as telegram:42.")]) -> None:
    """Erase a conversation with everything kept about it."""
    from bot import bootstrap
    from bot.queue import case_number

    erasing = bootstrap.open_store(bootstrap.settings()).forget(conversation)
    gone = asyncio.run(noted(erasing, "case.forget", case=case_number(conversation)))
    print("Gewist." if gone else "Er was geen gesprek met dit nummer.")  # noqa: T201
    raise typer.Exit(0 if gone else 1)


@export.command("conversation")
def export_conversation(
    conversation: Annotated[str, typer.Argument(help="Its number, such as telegram:42.")],
    html: Annotated[bool, typer.Option(help="Write it for people; JSON when left out.")] = False,
) -> None:
    """Write everything that is kept about one conversation, for who has a right to see it (AVG, article 15)."""
    from bot import bootstrap
    from bot.inzage import Copy, as_html, as_json
    from bot.queue import case_number

    store = bootstrap.open_store(bootstrap.settings())
    rows = asyncio.run(noted(store.everything(conversation), "case.export", case=case_number(conversation)))
    if not rows:
        err.print("Er wordt niets bewaard van een gesprek met dit nummer.", markup=False)
        raise typer.Exit(1)
    copy = Copy(conversation=conversation, made_at=bootstrap.SystemClock().now(), rows=rows)
    print(as_html(copy) if html else as_json(copy))  # noqa: T201


@app.command()
def receipt(number: Annotated[str, typer.Argument(help="The number under an answer, such as K7MN-4XWA.")]) -> None:
    """Show the answer that a resident quotes by its number: who, why, by which rules, and what would change it."""
    from bot import bootstrap
    from bot.staff.look_up import look_up
    from referral.receipt import read_receipt

    written = read_receipt(number)
    if written is None:
        raise typer.BadParameter(f"{number!r} is no number of an answer; it looks like K7MN-4XWA")
    looking = look_up(bootstrap.open_store(bootstrap.settings()), bootstrap.guide(), written)
    lines = asyncio.run(noted(looking, "answer.view", about=written))
    print("\n".join(lines) or "Er is geen antwoord met dit nummer, of het gesprek is gewist.")  # noqa: T201
    raise typer.Exit(0 if lines else 1)


@app.command()
def outcomes() -> None:
    """Show how it went, by organisation and theme: what residents told later, and whether an answer was useful."""
    from bot import bootstrap
    from bot.counted import HERE
    from bot.staff.numbers.rated import ratings
    from bot.staff.words import RATED, RESULTS

    store = bootstrap.open_store(bootstrap.settings())
    today = bootstrap.SystemClock().now().astimezone(HERE).date()

    async def look() -> tuple[Sequence["Followed"], Sequence["Rating"]]:
        return await store.followed(), await ratings(store, today)

    followed, rated = asyncio.run(look())
    table = Table("organisation", "theme", *RESULTS.values())
    told = Counter((one.organisation, theme, one.result) for one in followed for theme in one.themes)
    for organisation, theme in sorted({(organisation, theme) for organisation, theme, _ in told}):
        table.add_row(organisation, theme, *(str(told[organisation, theme, result]) for result in RESULTS))
    Console().print(table)
    if rated:
        useful = Table("organisation", "theme", *RATED.values(), title="in weeks that are over")
        for one in rated:
            useful.add_row(one.organisation, one.theme, *(seen.text for seen in one.verdicts))
        Console().print(useful)


@staff.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="How the colleague signs in.")],
    team: Annotated[str, typer.Option(help="The organisation, such as utrecht-buurtteam-sociaal.")],
    role: Annotated[
        Literal["medewerker", "coordinator", "beheerder"], typer.Option(help="What they may do.")
    ] = "medewerker",
) -> None:
    """Add a colleague to the desk. The password is asked for, or read from standard input."""
    from bot import bootstrap
    from bot.accounts import NameTaken
    from bot.staff.access import NoAccount, add_staff
    from bot.staff.passwords import BadPassword

    password = _password()
    settings = bootstrap.settings()
    try:
        accounts = bootstrap.open_accounts(settings)
        adding = add_staff(accounts, bootstrap.guide(), name, team, password, role=role)
        account = asyncio.run(noted(adding, "people.add", about=f"{name}: {role}, {team}"))
    except (NoAccount, BadPassword, NameTaken) as reason:
        err.print(f"Niet toegevoegd: {reason}", markup=False)
        raise typer.Exit(1) from None
    print(f"{account.name} kan inloggen op /staff voor {account.team}.")  # noqa: T201


@staff.command("list")
def staff_list() -> None:
    """Show who may sign in at the desk."""
    from bot import bootstrap

    table = Table("name", "team", "role", "active", "second step")
    for account in asyncio.run(bootstrap.open_accounts(bootstrap.settings()).list_staff()):
        active, second = ("yes" if one else "no" for one in (account.active, account.second))
        table.add_row(account.name, account.team, account.role, active, second)
    Console().print(table)


@staff.command("reset")
def staff_reset(name: Annotated[str, typer.Argument(help="Who cannot come in any more.")]) -> None:
    """Take away somebody's second step, end their sessions and print a link to choose a new password."""
    from bot import bootstrap
    from bot.staff.people import let_in_again

    accounts = bootstrap.open_accounts(bootstrap.settings())
    letting = let_in_again(accounts, name, bootstrap.SystemClock().now())
    path = asyncio.run(noted(letting, "people.link", about=name))
    if path is None:
        err.print(f"Er is geen account van {name}, of het is gesloten.", markup=False)
        raise typer.Exit(1)
    print(f"{name} kiest binnen 24 uur een wachtwoord op {path} van deze Wegwijs.")  # noqa: T201


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Wachtwoord (12 tekens of meer)", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
