"""The command that writes the papers that a municipality asks for."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.shared import app, err


@app.command("papers")
def write_papers(
    folder: Annotated[Path, typer.Argument(help="Where they are written.")],
    municipality: Annotated[str, typer.Option(help="Such as utrecht or amersfoort.")] = "utrecht",
) -> None:
    """Write drafts for the Algoritmeregister, a DPIA, the AI Act and the register of what is kept how long."""
    from bot import bootstrap
    from bot.dossier import installation_of, papers
    from bot.phrases import load_phrases

    phrases = load_phrases()
    languages = {phrases("language_name", one): phrases.is_checked(one) for one in phrases.languages}
    try:
        here = installation_of(bootstrap.settings(), bootstrap.guide(), municipality, languages, date.today())
    except KeyError:
        err.print(f"Er is geen gemeente {municipality} in de gids.", markup=False)
        raise typer.Exit(1) from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in papers(here).items():
        (folder / name).write_text(text, "utf-8")
        print(folder / name)  # noqa: T201
    print("Waar INVULLEN staat, weet alleen de gemeente het.")  # noqa: T201
