"""Commands that run Wegwijs: the server, and a talk in the terminal."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from bot.cli.shared import app, progress_bar, stop_on


@app.command()
def serve(port: Annotated[int, typer.Option(help="Port of the web chat.")] = 8000) -> None:
    """Start everything in one process: web chat, REST, desk, and Telegram when it has a token."""
    from bot import bootstrap, server

    settings = bootstrap.settings(port=port)
    with progress_bar() as progress:
        stop_on(bootstrap.check_files())
        stop_on(bootstrap.check_elsewhere(settings))
        parts = bootstrap.load_parts(settings, progress)
    ready = partial(_tell_ready, settings.host, port)
    asyncio.run(server.serve(parts.assistant, parts.kept, settings, ready, parts.courier))


@app.command()
def chat(language: Annotated[str, typer.Option(help="nl or en.")] = "nl") -> None:
    """Talk with Wegwijs in the terminal. Ctrl-D ends."""
    from bot import bootstrap
    from bot.channels import terminal
    from bot.upkeep import Upkeep

    with progress_bar() as progress:
        parts = bootstrap.load_parts(bootstrap.settings(), progress)

    async def talk() -> None:
        await Upkeep(parts.assistant, parts.kept.directory).refresh()
        await terminal.chat(parts.assistant, language)

    asyncio.run(talk())


def _tell_ready(host: str, port: int) -> None:
    shown = "localhost" if host == "127.0.0.1" else host
    print(f"Wegwijs staat klaar op http://{shown}:{port} (medewerkers: /staff). Stoppen: Ctrl-C.", flush=True)  # noqa: T201
