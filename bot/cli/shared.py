"""What the commands share: the app, the bar, and how a fault ends a command."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import date
from getpass import getuser
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Wegwijs wijst inwoners de weg naar hulp.")
staff = typer.Typer(no_args_is_help=True, help="Accounts of the desk.")
app.add_typer(staff, name="staff")
export = typer.Typer(no_args_is_help=True, help="Write data for other programs.")
app.add_typer(export, name="export")
imports = typer.Typer(no_args_is_help=True, help="Read data of other programs, to be reviewed.")
app.add_typer(imports, name="import")
err = Console(stderr=True)
_T = TypeVar("_T")

JsonLines = Annotated[bool, typer.Option("--jsonl", help="Read JSON lines from standard input, write one for each.")]


async def noted(doing: Awaitable[_T], action: str, *, case: str | None = None, about: str = "") -> _T:
    """Do something after it was noted in the audit log, under the name that the system knows; return its result.

    Raises StoreAway when it cannot be noted; then it is not done.
    """
    from bot import bootstrap

    audit = bootstrap.open_audit(bootstrap.settings())
    told = {"who": getuser(), "role": "systeembeheer", "team": "", "action": action, "about": about}
    await audit.note(**told, case=case)
    try:
        return await doing
    except Exception:
        await audit.note(**told, case=case, outcome="refused")
        raise


def stop_on(faults: tuple[str, ...]) -> None:
    """Print the faults and end the command with 1 when there are any."""
    for fault in faults:
        print(fault)  # noqa: T201
    if faults:
        raise typer.Exit(1)


def day_of(written: str) -> date:
    """Return the day that was written, today when none was."""
    try:
        return date.fromisoformat(written) if written else date.today()
    except ValueError:
        raise typer.BadParameter(f"{written!r} is no date that exists; write 2027-01-01") from None


@contextmanager
def progress_bar() -> Iterator[Any]:
    """Show a bar on standard error while something takes its time; it goes away when that is done."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Wegwijs start", total=1.0)
        yield lambda share, what: bar.update(task, completed=share, description=what)
