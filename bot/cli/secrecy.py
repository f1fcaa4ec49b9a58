"""Commands of the master key, and of backups."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import app, err, noted
from bot.stores.trouble import BadBackup

keys = typer.Typer(no_args_is_help=True, help="The master key that wraps the key of each conversation.")
app.add_typer(keys, name="keys")

KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", help="File with the backup's own key (or set WEGWIJS_BACKUP_KEY).", dir_okay=False),
]
_SHORTEST = 32  # characters


@keys.command()
def status() -> None:
    """Show which master keys there are, how many keys each wraps, and what is still in the clear."""
    from bot import bootstrap
    from bot.stores.keys import standing

    store = bootstrap.open_store(bootstrap.settings())
    masters = store.engines.vault.masters
    found = asyncio.run(standing(store.engines))
    print(f"Hoofdsleutel uit {masters.file or 'de omgeving'}.")  # noqa: T201
    known = {masters.current.id: "in gebruik", **{one.id: "nog aanvaard" for one in masters.older}}
    for name in dict.fromkeys([*known, *found.wrapped]):
        print(f"{name} ({known.get(name, 'ontbreekt')}): {found.wrapped.get(name, 0)} sleutels")  # noqa: T201
    print(f"Nog niet versleuteld: {found.plain}")  # noqa: T201


@keys.command()
def rotate(
    *,
    new: Annotated[bool, typer.Option(help="First make a new key and put it on top of the key file.")] = False,
    new_file: Annotated[
        Path | None, typer.Option(help="Take the new key from this file.", exists=True, dir_okay=False)
    ] = None,
    drop_old: Annotated[bool, typer.Option(help="At the end take the older keys out of the key file.")] = False,
) -> None:
    """Wrap every key by the newest master key. Stopped half way, it goes on from there the next time."""
    from bot import bootstrap
    from bot.stores.masters import keep_first, new_key, put_first, read_file

    store = bootstrap.open_store(bootstrap.settings())
    file = store.engines.vault.masters.file
    if (new or new_file or drop_old) and file is None:
        err.print("De hoofdsleutel staat in de omgeving: zet de nieuwe in WEGWIJS_MASTER_KEY en de oude in")
        err.print("WEGWIJS_MASTER_KEY_OLD, start Wegwijs opnieuw, en geef dan `wegwijs keys rotate`.")
        raise typer.Exit(1)
    if file and (new or new_file):
        put_first(file, read_file(new_file)[0] if new_file else new_key())
    done = asyncio.run(noted(_rotate(), "settings.change", about="master key"))
    if file and drop_old:
        keep_first(file)
    print(f"{done} sleutels opnieuw verpakt.")  # noqa: T201


async def _rotate() -> int:
    from bot import bootstrap
    from bot.stores.keys import rotate_some
    from bot.stores.wiping import wipe_all

    store = bootstrap.open_store(bootstrap.settings())
    done = 0
    while some := await rotate_some(store.engines):
        done += some
    await wipe_all(store.engines)
    await store.close()
    return done


@keys.command()
def wipe() -> None:
    """Take what was erased out of the files of the database too; PostgreSQL locks each table a while for it."""
    from bot import bootstrap
    from bot.stores.wiping import wipe_all

    store = bootstrap.open_store(bootstrap.settings())
    kept = asyncio.run(wipe_all(store.engines))
    if kept:
        err.print(f"In gebruik, probeer het later weer: {', '.join(kept)}")
        raise typer.Exit(1)
    print("Wat gewist is, staat ook niet meer in de bestanden.")  # noqa: T201


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where it is written; an older one there is replaced.", dir_okay=False)],
    key_file: KeyFile = None,
) -> None:
    """Write all that Wegwijs keeps to one encrypted file, while it goes on, and read it back to check."""
    from bot import bootstrap
    from bot.stores.backup import back_up

    settings = bootstrap.settings()
    passphrase = _passphrase(key_file)
    making = asyncio.to_thread(back_up, settings.database_url, file, passphrase, datetime.now(UTC))
    try:
        counts = asyncio.run(noted(making, "backup.make", about=file.name))
    except (BadBackup, OSError) as wrong:
        _stop(wrong)
    print(f"{sum(counts.values())} rijen bewaard in {file}.")  # noqa: T201


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `wegwijs backup` wrote.", exists=True, dir_okay=False)],
    key_file: KeyFile = None,
    *,
    force: Annotated[bool, typer.Option(help="Take the place of what is in the database.")] = False,
) -> None:
    """Put a backup in an empty database, whole or not at all; who was forgotten since does not come back.

    Stop Wegwijs first.
    """
    from bot import bootstrap
    from bot.stores.forgotten import read_forgotten
    from bot.stores.masters import masters_from
    from bot.stores.restore import restore as put_back
    from bot.stores.vault import Vault

    settings = bootstrap.settings()
    passphrase = _passphrase(key_file)
    try:
        since = settings.forgotten_file
        also = read_forgotten(since) if since and since.exists() else None
        vault = Vault(masters_from(os.environ, settings.database_url))
        counts = put_back(settings.database_url, file, passphrase, vault, force=force, also=also)
    except BadBackup as wrong:
        _stop(wrong)
    erased = counts.pop("forgotten since")
    asyncio.run(noted(asyncio.sleep(0), "backup.restore", about=file.name))
    print(f"{sum(counts.values())} rijen teruggezet.")  # noqa: T201
    print(f"Sinds de back-up gewist, en nu weer: {erased} gesprekken.")  # noqa: T201


def _passphrase(key_file: Path | None) -> str:
    """Return the key of backups, which is another one than the master key."""
    told = os.environ.get("WEGWIJS_BACKUP_KEY", "")
    if key_file is not None:
        try:
            told = key_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            raise typer.BadParameter(f"{key_file} cannot be read ({type(wrong).__name__})") from None
    if len(told) < _SHORTEST:
        raise typer.BadParameter("give a key of 32 characters or more: --key-file FILE, or WEGWIJS_BACKUP_KEY")
    if told in _master_keys():
        raise typer.BadParameter("the key of backups must be another one than the master key")
    return told


def _master_keys() -> set[str]:
    from bot import bootstrap
    from bot.stores.masters import masters_from

    masters = masters_from(os.environ, bootstrap.settings().database_url)
    if masters.file and not masters.file.exists():
        return set()
    return {one.text for one in (masters.current, *masters.older)}


def _stop(wrong: Exception) -> None:
    err.print(f"Niet gedaan: {wrong}", markup=False, soft_wrap=True)
    raise typer.Exit(1) from None
