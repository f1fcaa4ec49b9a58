"""The one stylesheet of the page and of the element on other sites, plain or in the theme of a municipality."""

from pathlib import Path

from bot.channels.web.css import in_our_rem, squeezed, written
from bot.channels.web.themes import Theme, has_colour

STATIC = Path(__file__).parent / "static"

_DARK = "screen and (prefers-color-scheme:dark)"  # the same words as in wegwijs.css
_LIGHT = "print,(prefers-color-scheme:light)"


def plain_sheet(static: Path = STATIC) -> str:
    """Return the rules of the design system that we use, and our own."""
    made, own = ((static / name).read_text("utf-8") for name in ("nlds.css", "wegwijs.css"))
    return in_our_rem(made + squeezed(own))


def themed_sheet(plain: str, theme: Theme) -> str:
    """Return the stylesheet with the tokens of a theme behind it.

    A colour of the light side does not hold in the dark, which has colours of its own. Only colours that come in pairs
    (the `inverse` ones: a button and its text) hold everywhere.
    """
    always = written({name: value for name, value in theme.light.items() if by_day_and_night(name, theme)})
    by_day = written({name: value for name, value in theme.light.items() if not by_day_and_night(name, theme)})
    by_night = written(theme.dark)
    return plain + always + (by_day and f"@media {_LIGHT}{{{by_day}}}") + (by_night and f"@media {_DARK}{{{by_night}}}")


def by_day_and_night(name: str, theme: Theme) -> bool:
    """Tell whether a token of the light side also holds in the dark."""
    in_pairs = "-inverse-" in name and "focus" not in name
    return in_pairs or not has_colour(name, theme.light)
