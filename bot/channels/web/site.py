"""What is different for each installation, as far as residents see it: its look, and what its pages tell."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from bot.channels.web.contrast import poor
from bot.channels.web.stylesheet import plain_sheet
from bot.channels.web.themes import BadTheme, Theme, load_themes
from bot.messages import Value
from bot.retention import Kept, retention_of
from bot.settings import Retention, Settings


class Site(Value):
    """The themes by municipality and the one without asking, what is kept, and whom to ask (None: not told)."""

    themes: Mapping[str, Theme] = Field(default_factory=dict)
    theme: str | None = None
    kept: tuple[Kept, ...] = ()
    privacy_contact: str | None = None
    accessibility_contact: str | None = None
    source_url: str | None = None
    public_url: str | None = None
    not_here: frozenset[str] = frozenset({"bigger", "elsewhere", "telegram"})  # parts of pages that would not be true

    def days(self, kind: Literal["shared", "backups"]) -> int:
        """Return how many days this is kept."""
        told = next((one.days for one in self.kept if one.id == kind), None)
        return told or getattr(Retention(), kind)

    def theme_for(self, municipality: str | None) -> str | None:
        """Return the theme for who comes from this municipality."""
        return municipality if municipality in self.themes else self.theme


PLAIN = Site()  # without settings


def site_of(settings: Settings) -> Site:
    """Return what the settings say; raise BadTheme with every fault in the themes."""
    themes = load_themes(settings.themes, plain_sheet())
    if settings.theme and settings.theme not in themes:
        names = ", ".join(themes) or "none"
        raise BadTheme(f"WEGWIJS_THEME: there is no theme {settings.theme}. WEGWIJS_THEMES has: {names}.")
    return Site(
        themes=themes,
        theme=settings.theme,
        kept=retention_of(settings),
        privacy_contact=settings.privacy_contact,
        accessibility_contact=settings.accessibility_contact,
        source_url=settings.source_url,
        public_url=settings.public_url,
        not_here=frozenset(name for name, there in _parts(settings).items() if not there),
    )


def check_site(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the faults in the themes, and what some people could not read in them."""
    try:
        themes = site_of(settings).themes
    except BadTheme as wrong:
        return tuple(str(wrong).splitlines()), ()
    plain = plain_sheet()
    return (), tuple(line for theme in themes.values() for line in poor(plain, theme))


def _parts(settings: Settings) -> dict[str, bool]:
    """Return the parts of pages that hold only where something is in use."""
    return {
        "bigger": settings.llm is not None,
        "elsewhere": settings.elsewhere is not None,
        "telegram": settings.telegram_token is not None,
    }
