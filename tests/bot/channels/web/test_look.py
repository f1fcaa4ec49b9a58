"""The stylesheet, small and complete, and the looks of municipalities."""

import gzip
import re
from pathlib import Path

import pytest

from bot.channels.web.assets import load_assets
from bot.channels.web.contrast import PAIRS, contrast, poor
from bot.channels.web.css import asked_in, squeezed, tokens_in
from bot.channels.web.stylesheet import plain_sheet, themed_sheet
from bot.channels.web.subset import COMPONENTS, MADE, made, used_classes
from bot.channels.web.themes import BadTheme, Theme, load_themes, read_theme

EXAMPLES = Path(__file__).parents[4] / "examples" / "themes"
VENDOR = COMPONENTS.parents[1]
PLAIN = plain_sheet()

CLASS = re.compile(r"\.(utrecht-[\w-]+)")


def faults(css: str, name: str = "x") -> list[str]:
    with pytest.raises(BadTheme) as wrong:
        read_theme(name, css.encode(), PLAIN)
    return str(wrong.value).splitlines()


# ---------------------------------------------------------------- the stylesheet


def test_the_part_of_the_design_system_is_made_of_what_is_used_now():
    assert MADE.read_text("utf-8") == made(), "run: python -m bot.channels.web.subset"


def test_no_class_of_the_templates_is_lost():
    whole = set(CLASS.findall(COMPONENTS.read_text("utf-8")))

    assert used_classes() & whole - set(CLASS.findall(PLAIN)) == set()


def test_every_class_that_looks_like_the_design_system_is_of_it():
    templates = COMPONENTS.parents[3] / "templates"
    named = {
        name for path in templates.glob("*.html") for name in re.findall(r"utrecht-[\w-]+", path.read_text("utf-8"))
    }

    assert named - set(CLASS.findall(COMPONENTS.read_text("utf-8"))) == set()


def test_no_token_is_lost():
    theme = tokens_in((VENDOR / "voorbeeld-design-tokens" / "theme.css").read_text("utf-8"))
    kept = tokens_in(PLAIN)

    assert {name for name in asked_in(PLAIN) if name in theme} - kept.keys() == set()


def test_the_stylesheet_is_small_and_says_whose_it_is():
    assert len(gzip.compress(PLAIN.encode(), 9)) < 12_000
    assert "SPDX-License-Identifier: EUPL-1.2" in PLAIN[:500]


def test_it_holds_in_a_shadow_root_on_a_page_with_letters_of_another_size():
    assert ":root,:host{" in PLAIN
    assert re.findall(r"[\d.]rem\b[^{}]*}", PLAIN.replace("--ww-rem:1rem", "")) == []


def test_squeezing_keeps_what_css_means():
    css = "/* a */ .a  >  .b , .c:not( .d ) {\n  inline-size: calc(1px + 2px);\n  color: red;\n}\n/*! kept */"

    assert squeezed(css) == "/*! kept */.a > .b,.c:not( .d ){inline-size:calc(1px + 2px);color:red}"


async def test_a_browser_gets_it_packed_and_an_old_one_does_not(client):
    packed = await client.get("/static/wegwijs.css", headers={"accept-encoding": "gzip"})
    plain = await client.get("/static/wegwijs.css", headers={"accept-encoding": "identity"})

    assert (packed.headers["content-encoding"], packed.text == plain.text) == ("gzip", True)
    assert "content-encoding" not in plain.headers


# ---------------------------------------------------------------- themes


def test_a_theme_is_the_tokens_of_a_file_that_our_pages_use():
    by_day = b".stad-theme { --ww-page: #fff; --niet-van-ons: url(x.png) }"
    by_night = b"@media (prefers-color-scheme: dark) { :root { --ww-page: #000 } }"

    theme = read_theme("stad", by_day + by_night, PLAIN)

    assert theme == Theme(name="stad", light={"--ww-page": "#fff"}, dark={"--ww-page": "#000"})


def test_a_published_theme_can_be_used_as_it_is():
    published = (VENDOR / "voorbeeld-design-tokens" / "theme.css").read_bytes()

    theme = read_theme("voorbeeld", published, PLAIN)

    assert len(theme.light) > 200
    assert poor(PLAIN, theme) == ()


@pytest.mark.parametrize(
    ("css", "fault"),
    [
        ("@import 'x.css';", "x.css:1: @import cannot be used here, only @media (prefers-color-scheme: dark)."),
        ("\n\n:root { color: red }", 'x.css:3: "color" is no token. Leave it out: a token begins with --.'),
        ("p { --x: 1 }", 'x.css:1: "p" cannot be used here. Put the tokens in :root { … }.'),
        (
            ":root {\n--ww-page: url(https://kwaad.example/) }",
            "x.css:2: --ww-page fetches a file. Leave it out: a theme holds colours, sizes and names.",
        ),
        (
            ":root { --ww-page: \\75 rl(x) }",
            "x.css:1: --ww-page fetches a file. Leave it out: a theme holds colours, sizes and names.",
        ),
        (
            "@media print { :root { --ww-page: red } }",
            "x.css:1: @media cannot be used here, only @media (prefers-color-scheme: dark).",
        ),
        ("<script>", "x.css:1: EOF reached before {} block for a qualified rule. Write :root { --name: value; }."),
    ],
)
def test_what_is_no_token_is_a_fault_with_its_line_and_mend(css, fault):
    assert faults(css) == [fault]


def test_all_faults_of_all_files_are_told_at_once(tmp_path):
    (tmp_path / "a.css").write_text(":root { color: red; margin: 0 }")
    (tmp_path / "Stad Noord.css").write_text("")

    with pytest.raises(BadTheme) as wrong:
        load_themes(tmp_path, PLAIN)

    assert [line.partition(":")[0] for line in str(wrong.value).splitlines()] == ["Stad Noord.css", "a.css", "a.css"]


def test_a_colour_of_the_day_does_not_hold_in_the_dark_but_a_pair_does():
    light = {"--ww-page": "#fff", "--basis-color-action-1-inverse-bg-default": "#060", "--ww-round": "2px"}

    sheet = themed_sheet(PLAIN, Theme(name="x", light=light))

    always, by_day = sheet.removeprefix(PLAIN).split("@media ")
    assert always == ":root,:host{--basis-color-action-1-inverse-bg-default:#060;--ww-round:2px}"
    assert by_day == "print,(prefers-color-scheme:light){:root,:host{--ww-page:#fff}}"


def test_a_font_that_a_device_lacks_does_not_become_one_with_serifs():
    theme = read_theme("x", b":root { --basis-heading-font-family: 'Fira Sans' }", PLAIN)

    assert theme.light["--basis-heading-font-family"] == "'Fira Sans', sans-serif".replace("'", '"')


def test_each_theme_has_a_stylesheet_of_its_own():
    theme = Theme(name="stad", light={"--ww-page": "#abc"})

    assets = load_assets({"stad": theme})

    assert b"#abc" in assets["thema/stad.css"].content
    assert b"#abc" not in assets["wegwijs.css"].content


# ---------------------------------------------------------------- contrast


def test_black_on_white_has_the_most_contrast_and_white_on_white_none():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast((1, 1, 1), (1, 1, 1)) == pytest.approx(1)


def test_our_own_look_and_the_example_can_be_read_by_day_and_in_the_dark():
    themes = load_themes(EXAMPLES, PLAIN)

    assert list(themes) == ["voorbeeldstad"]
    assert poor(PLAIN, Theme(name="plain")) == ()
    assert poor(PLAIN, themes["voorbeeldstad"]) == ()


def test_what_cannot_be_read_is_named_with_its_side_and_what_it_needs():
    pale = Theme(name="bleek", dark={"--ww-text": "#555"}, light={"--utrecht-link-color": "rgb(170 170 170)"})

    lines = poor(PLAIN, pale)

    assert "bleek.css: light: --utrecht-link-color on --ww-sheet has a contrast of 2.3; it needs 4.5." in lines
    assert {line.split(": ")[1] for line in lines if "--ww-text" in line} == {"dark"}


def test_every_colour_of_the_pairs_can_be_worked_out():
    unreadable = dict.fromkeys({name for pair in PAIRS for name in pair[:2]}, "#777")

    assert len(poor(PLAIN, Theme(name="grijs", light=unreadable, dark=unreadable))) == 2 * len(PAIRS)
