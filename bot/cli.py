"""The `wegwijs` command; each part of it calls the room that does it."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Wegwijs wijst inwoners de weg naar hulp.")
staff = typer.Typer(no_args_is_help=True, help="Accounts of the desk.")
app.add_typer(staff, name="staff")
export = typer.Typer(no_args_is_help=True, help="Write data for other programs.")
app.add_typer(export, name="export")
imports = typer.Typer(no_args_is_help=True, help="Read data of other programs, to be reviewed.")
app.add_typer(imports, name="import")
err = Console(stderr=True)

JsonLines = Annotated[bool, typer.Option("--jsonl", help="Read JSON lines from standard input, write one for each.")]


@app.command()
def serve(port: Annotated[int, typer.Option(help="Port of the web chat.")] = 8000) -> None:
    """Start everything in one process: web chat, REST, desk, and Telegram when it has a token."""
    from bot import bootstrap, server

    settings = bootstrap.settings(port=port)
    with progress_bar() as progress:
        _stop_on(bootstrap.check_files())
        parts = bootstrap.load_parts(settings, progress)
    asyncio.run(server.serve(parts.assistant, parts.accounts, settings, lambda: _tell_ready(settings.host, port)))


@app.command()
def chat(language: Annotated[str, typer.Option(help="nl or en.")] = "nl") -> None:
    """Talk with Wegwijs in the terminal. Ctrl-D ends."""
    from bot import bootstrap
    from bot.channels import terminal

    with progress_bar() as progress:
        parts = bootstrap.load_parts(bootstrap.settings(), progress)
    asyncio.run(terminal.chat(parts.assistant, language))


@app.command()
def classify(jsonl: JsonLines = False, text: Annotated[str, typer.Argument(help="A message.")] = "") -> None:
    """Tell what a message says: themes, signals, act, language and facts."""
    import json

    from bot import bootstrap
    from bot.jsonl import classify_lines

    with progress_bar() as progress:
        minds = bootstrap.load_minds(progress)
    lines = sys.stdin.buffer if jsonl else [json.dumps({"id": "1", "text": text}).encode()]
    for line in classify_lines(lines, minds):
        print(line, flush=True)  # noqa: T201


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

    _stop_on(look())
    print("Alle bestanden zijn in orde.")  # noqa: T201
    if expiring is not None:
        from referral.expiring import report
        from referral.load import load_guide

        for line in report(load_guide(), _day(on), expiring):
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

    day, guide = _day(on), load_guide()
    if questions:
        with progress_bar() as progress:
            lines, wrong = report(guide, day, lambda done, total: progress(done / total, "Vragen tellen"))
        print("\n".join(lines))  # noqa: T201
        raise typer.Exit(1 if wrong else 0)
    with progress_bar() as progress:
        proof = go_through(guide, day, lambda done, total: progress(done / total, "Situaties nalopen"))
    _stop_on(tuple(map(str, proof.faults)))
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


@app.command()
def train() -> None:
    """Learn the readers again from intents/data and write the model file."""
    from intents import heads
    from intents.encoder.encode import load_encoder
    from intents.load import load_catalogue
    from intents.train import train as learn
    from intents.understand import MODEL

    with progress_bar() as progress:
        heads.save(learn(load_catalogue(), load_encoder(), progress), MODEL)


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Held-out sentences.")] = Path("tests/intents/sentences"),
    wrong: Annotated[bool, typer.Option(help="List the messages that went wrong.")] = False,
) -> None:
    """Score understanding on messages that it was not trained on, with 95% intervals."""
    from intents.evaluate import evaluate as score
    from intents.evaluate import load_sentences
    from intents.understand import load_reader

    scores = score(load_sentences(folder), load_reader().understand)
    table = Table("measure", "share (of, 95% interval)")
    for name, share in scores.shares.items():
        table.add_row(name, str(share))
    Console().print(table)
    for line in scores.wrong if wrong else ():
        print(line)  # noqa: T201


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


def main() -> None:
    """Run the command."""
    app()


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Wachtwoord (12 tekens of meer)", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _stop_on(faults: tuple[str, ...]) -> None:
    for fault in faults:
        print(fault)  # noqa: T201
    if faults:
        raise typer.Exit(1)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written) if written else date.today()
    except ValueError:
        raise typer.BadParameter(f"{written!r} is no date that exists; write 2027-01-01") from None


def _tell_ready(host: str, port: int) -> None:
    shown = "localhost" if host == "127.0.0.1" else host
    print(f"Wegwijs staat klaar op http://{shown}:{port} (medewerkers: /staff). Stoppen: Ctrl-C.", flush=True)  # noqa: T201


@contextmanager
def progress_bar() -> Iterator[Any]:
    """Show a bar on standard error while something takes its time; it goes away when that is done."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Wegwijs start", total=1.0)
        yield lambda share, what: bar.update(task, completed=share, description=what)
