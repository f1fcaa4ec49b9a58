"""Commands that run Wegwijs: the server, and a talk in the terminal."""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.shared import app, progress_bar, stop_on

if TYPE_CHECKING:
    from bot.minds import Minds
    from bot.settings import Settings


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port of the web chat.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes on this port; more than one on PostgreSQL.")
    ] = 1,
) -> None:
    """Start everything: web chat, REST, desk, and Telegram when it has a token."""
    clear = _count_together() if workers > 1 else None
    from bot import bootstrap, server
    from bot.channels.web.site import check_site
    from bot.logs import log_to

    log_to()
    settings = bootstrap.settings(port=port)
    with progress_bar() as progress:
        stop_on(bootstrap.check_workers(settings, workers))
        stop_on(bootstrap.check_files())
        stop_on(bootstrap.check_elsewhere(settings))
        stop_on(check_site(settings)[0])
        minds = bootstrap.load_minds(progress)
        bootstrap.prepare(settings)
    ready = partial(_tell_ready, settings.host, port)
    if clear:
        _serve_together(settings, minds, workers, ready, clear)
    parts = bootstrap.parts_over(settings, minds)
    asyncio.run(server.serve(parts.assistant, parts.kept, settings, ready, parts.courier))


def _count_together() -> Callable[[], None]:
    """Let the workers add up what they count, in files of which this returns what clears them away.

    Prometheus' library looks for them when it is imported.
    """
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # somebody chose a folder, and looks after it
        return lambda: None
    folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="wegwijs-metrics-")
    clear = partial(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(clear)
    return clear


def _serve_together(
    settings: "Settings", minds: "Minds", workers: int, ready: Callable[[], None], clear: Callable[[], None]
) -> None:
    """Serve with several workers, and exit."""
    from bot import bootstrap, server
    from bot.watch.metrics import count_as
    from bot.workers import Workers, bound

    listening, whole = bound(settings.host, settings.port), os.getpid()
    bootstrap.make_key(settings)
    server.warm(minds, bootstrap.SystemClock().now().date())

    def work(started: Callable[[], None], parent: int, place: int) -> None:
        count_as(place)
        parts = bootstrap.parts_over(settings, minds)
        serving = server.serve(parts.assistant, parts.kept, settings, started, parts.courier, listening, parent)
        asyncio.run(serving)
        if os.getppid() != whole:  # it was killed, and cleared nothing away
            clear()

    raise typer.Exit(Workers(workers, work, ready).run())


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
