"""From a correction at the desk to a reader in its place, in a small product: real files, readers, scores and tests."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from bot.conversation import replay
from bot.events import Consented, Corrected, HandedOver, Heard
from bot.handover import case_of
from bot.learn import files, trial
from bot.learn.gather import gather
from bot.learn.model import Proposal, Source
from bot.learn.run import NothingApproved, Outcome, learn
from bot.learn.trial import Moved, NotThere
from bot.learn.workshop import Workshop, run_tests, workshop
from bot.stores.corrections import stories
from bot.stores.migrate import migrate
from bot.stores.sql import SqlStore
from intents import heads
from intents.load import DATA, Reader, fingerprint, load_catalogue
from intents.model import Example, Reading, Understanding
from intents.sentences import HELD_OUT, load_sentences

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
THEMES, SIGNALS, ACTS = ("geldzorgen", "overlast", "wonen"), ("acute_danger", "minor_speaking"), ("greet", "stop")
MARGIN = 0.25  # of a small set, one message is many points
DATA_NEW = "intents/data/nl/themes/from_practice.yaml"
RUN = """
import pytest, yaml
from pathlib import Path
from intents import heads
from intents.encoder.encode import load_encoder
from intents.understand import Reader

CASES = [
    (path.stem, turn["resident"], turn["need"])
    for path in sorted(Path("tests/conversations/nl").glob("*.yaml"))
    for one in yaml.safe_load(path.read_text("utf-8"))
    for turn in one["turns"]
]

@pytest.mark.parametrize(("file", "text", "need"), CASES, ids=lambda each: each if isinstance(each, str) else "")
def test_it_is_read(file, text, need):
    reader = Reader(load_encoder(), heads.load(Path("intents/data/model.npz")))
    assert reader.understand(text).ranking[0].theme in need
"""


def nothing(_share: float, _what: str) -> None:
    pass


def small(examples: Iterable[Example], most: int) -> list[Example]:
    """Return the first few messages of each kind that the small product knows."""
    counts: dict[object, int] = {}
    found = []
    for each in examples:
        one = within(each) if each.signals else each
        kind = (one.themes, one.act, one.signals)
        known = set(one.themes) <= set(THEMES) and set(one.signals) <= set(SIGNALS) and one.act in (None, *ACTS)
        if known and one.language in ("nl", "en") and any(kind):
            counts[kind, one.language] = counts.get((kind, one.language), 0) + 1
            found += [one] if counts[kind, one.language] <= most else []
    return found


def within(one: Example) -> Example:
    """Return a message of danger without the themes that the small product does not know."""
    return one.model_copy(update={"themes": tuple(theme for theme in one.themes if theme in THEMES)})


def entry(one: Example) -> dict[str, object]:
    act = {"act": one.act} if one.act else {}
    return {"text": one.text, "themes": list(one.themes), "signals": list(one.signals), **act}


def put(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small product with a trained reader: three themes, the messages taken from the real one."""
    root = tmp_path_factory.mktemp("product")
    data = root / "intents/data"
    full, told = load_catalogue(), Reader(DATA).themes
    put(data / "themes.yaml", {"themes": {name: told[name] for name in THEMES}, "signals": [*SIGNALS], "acts": [*ACTS]})
    examples = small(full.examples, 14)
    for language in ("nl", "en"):
        mine = [one for one in examples if one.language == language]
        plain = [entry(one) for one in mine if not one.act]
        put(data / language / "themes/all.yaml", {"about": {}, "messages": {"short": plain}})
        acts = {act: [one.text for one in mine if one.act == act and not one.themes] for act in ACTS}
        put(data / language / "acts.yaml", {"acts": acts})
    unseen = [{**entry(one), "language": one.language} for one in small(full.development, 8)]
    put(data / "development/all.yaml", {"messages": unseen})
    put(root / "tests/intents/sentences/nl.yaml", {"messages": [*held_out()]})
    put(root / "tests/conversations/nl/needs.yaml", [talk("ik kan mijn schulden niet betalen", "geldzorgen")])
    (root / "tests/test_small.py").write_text(RUN, "utf-8")
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    for part in ("bot", "referral"):
        (root / part).mkdir()
    shutil.copy2(DATA / "encoder.npz", data / "encoder.npz")
    tools().train(root)
    return root


def held_out() -> Iterable[dict[str, object]]:
    """Yield a dozen held-out messages of each theme."""
    calm = [one for one in load_sentences(HELD_OUT) if one.language == "nl" and not one.signals]
    for theme in THEMES:
        for one in [one for one in calm if one.themes == (theme,)][:12]:
            yield {"text": one.text, "style": one.style, "themes": [theme]}


def talk(text: str, theme: str) -> dict[str, object]:
    return {"about": text, "turns": [{"resident": text, "need": [theme]}]}


@pytest.fixture
def root(product: Path, tmp_path: Path) -> Path:
    """Return a copy of the small product that a test may change."""
    return Path(shutil.copytree(product, tmp_path / "product"))


def tools() -> Workshop:
    """Return the real tools; only which tests are run is other than at home."""
    return replace(workshop(nothing, heads_only=True), test=lambda root: run_tests(root, ("tests/test_small.py",)))


def try_it(root: Path, tmp_path: Path, guide, how: Workshop | None = None, margin: float = MARGIN) -> Outcome:
    scratch, proposals = tmp_path / "scratch", tmp_path / "proposals"
    scratch.mkdir()
    return learn(root, scratch, proposals, how or tools(), guide, NOON, margin=margin, promote=True)


def proposal(text: str, theme: str, number: int = 0, kind: str = "example") -> Proposal:
    source = Source(case=f"{number:016x}", who="Sanne", when=NOON)
    what = {"text": text, "style": "short", "themes": [theme], "signals": []}
    return Proposal(
        kind=kind,  # type: ignore[arg-type]
        language="nl",
        entry=what if kind == "example" else talk(text, theme),
        why="",
        source=source,
        approved=True,
    )


# ---------------------------------------------------------------- the whole way


async def put_right(store: SqlStore, number: int, text: str) -> None:
    """Let a question about nuisance be read as one about money, and be put right at the desk."""
    readings = (Reading(theme="geldzorgen", confidence=0.9),)
    read = Understanding(language="nl", themes=readings, ranking=readings)
    events = (
        Heard(at=NOON, id="1", text=text, understanding=read),
        Consented(at=NOON, organisation="utrecht-dock"),
        HandedOver(at=NOON, organisation="utrecht-dock"),
        Corrected(at=NOON + timedelta(hours=number), by="Sanne", themes=("overlast",), heard="1", may_learn=True),
    )
    conversation = f"web:{number}"
    await store.append(conversation, events, after=0, case=case_of(replay(conversation, events)))


TOLD = [
    "de buren boven mij maken elke nacht herrie en dan doe ik geen oog dicht",
    "er staat een drumstel bij de buurman en het lawaai gaat tot laat door",
    "elke avond overlast van een groep jongeren die schreeuwt onder mijn raam",
    "mijn buren draaien harde muziek en luisteren niet als ik aanbel",
]


async def test_a_correction_ends_as_a_better_reader_in_its_place(root, tmp_path, real_minds):
    migrate(url := f"sqlite:///{tmp_path}/desk.db")
    store = SqlStore(url)
    for number, text in enumerate(TOLD):
        await put_right(store, number, text)
    folder = tmp_path / "proposals"

    async def collect():
        found = await gather(stories(store.engines, store), store, folder, root, real_minds.guide)
        files.write(folder, found.proposals, found.left_out)
        return found

    assert len((await collect()).proposals) == len(TOLD)
    for path in folder.rglob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace("approved: false", "approved: true"), "utf-8")

    outcome = try_it(root, tmp_path, real_minds.guide)

    assert outcome.verdict.may_promote, outcome.page
    assert {DATA_NEW, "intents/data/model.npz"} <= set(outcome.promoted)
    learned = heads.load(root / "intents/data/model.npz")
    assert learned.data == fingerprint(load_catalogue(root / "intents/data"))
    assert "Niets werd slechter" in outcome.page
    assert "goed: " in outcome.page
    assert all(one.promoted for one in files.read(folder))
    assert (await collect()).left_out == ()  # nothing new, and what was reviewed stays
    assert all(one.promoted for one in files.read(folder))

    await store.forget("web:0")
    assert len((await collect()).proposals) == len(TOLD) - 1
    await store.close()


def test_what_makes_the_reader_worse_is_refused_and_leaves_all_as_it_was(root, tmp_path, real_minds):
    money = [one.text for one in load_catalogue().examples if one.themes == ("geldzorgen",) and one.language == "nl"]
    wrong = [proposal(text, "overlast", number) for number, text in enumerate(money[200:320])]
    files.write(tmp_path / "proposals", wrong)
    before = trial.print_of(root)

    outcome = try_it(root, tmp_path, real_minds.guide, margin=0.05)

    assert not outcome.verdict.may_promote
    assert any("geldzorgen" in line or "Dutch" in line for line in outcome.verdict.worse)
    assert "Niet overnemen" in outcome.page
    assert outcome.promoted == ()
    assert trial.print_of(root) == before
    assert not any(one.promoted for one in files.read(tmp_path / "proposals"))


# ---------------------------------------------------------------- with a reader that is not learned again


def as_it_was() -> Workshop:
    """Return tools that learn nothing, so that they are quick."""
    return replace(tools(), train=lambda _root: None, test=lambda _root: {})


def test_a_new_test_that_fails_keeps_the_reader_out(root, tmp_path, real_minds):
    files.write(tmp_path / "proposals", [proposal("ik kan de huur niet meer betalen", "overlast", kind="conversation")])

    outcome = try_it(root, tmp_path, real_minds.guide, replace(as_it_was(), test=tools().test))

    assert [line for line in outcome.verdict.worse if "from_practice" in line]
    assert "mislukt" in outcome.page


def test_a_question_that_still_goes_to_the_wrong_team_keeps_the_reader_out(root, tmp_path, real_minds):
    given = {"themes": ["overlast"], "signals": [], "city": "utrecht", "nuisance": "neighbours"}
    route = proposal("", "overlast").model_copy(
        update={"kind": "referral", "entry": {"about": "een", "given": given, "refers_first": "utrecht-dock"}}
    )
    files.write(tmp_path / "proposals", [route])

    outcome = try_it(root, tmp_path, real_minds.guide, as_it_was())

    assert outcome.verdict.worse == ("mislukt: een gaat naar utrecht-buurtbemiddeling, niet naar utrecht-dock",)


def test_without_promote_nothing_is_put_in_place(root, tmp_path, real_minds):
    files.write(tmp_path / "proposals", [proposal(TOLD[0], "overlast")])
    before = trial.print_of(root)
    (tmp_path / "scratch").mkdir()

    outcome = learn(root, tmp_path / "scratch", tmp_path / "proposals", as_it_was(), real_minds.guide, NOON)

    assert outcome.verdict.may_promote
    assert trial.print_of(root) == before


def test_what_changed_in_the_meantime_is_not_overwritten(root, tmp_path, real_minds):
    files.write(tmp_path / "proposals", [proposal(TOLD[0], "overlast")])

    def meanwhile(_: Path) -> None:
        (root / "intents/data/nl/themes/new.yaml").write_text("about: {}\n", "utf-8")

    with pytest.raises(Moved):
        try_it(root, tmp_path, real_minds.guide, replace(as_it_was(), train=meanwhile))
    assert not (root / DATA_NEW).exists()


def test_what_nobody_approved_is_not_learned(root, tmp_path, real_minds):
    files.write(tmp_path / "proposals", [proposal(TOLD[0], "overlast").model_copy(update={"approved": False})])

    with pytest.raises(NothingApproved):
        try_it(root, tmp_path, real_minds.guide, as_it_was())


def test_learning_needs_the_source_of_the_product(tmp_path, real_minds):
    files.write(tmp_path / "proposals", [proposal(TOLD[0], "overlast")])
    empty = tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(NotThere, match="tests"):
        try_it(empty, tmp_path, real_minds.guide, as_it_was())


def test_a_second_round_stands_beside_the_first(root, tmp_path, real_minds):
    for number, text in enumerate(TOLD[:2]):
        files.write(tmp_path / "proposals", [proposal(text, "overlast", number)])
        try_it(root, tmp_path, real_minds.guide, as_it_was())
        shutil.rmtree(tmp_path / "scratch")

    kept = yaml.safe_load((root / DATA_NEW).read_text("utf-8"))
    assert [one["text"] for one in kept["messages"]["short"]] == TOLD[:2]
    assert "case" not in (root / DATA_NEW).read_text("utf-8")


def test_tests_that_cannot_be_run_count_as_failed(tmp_path):
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n", "utf-8")

    assert set(run_tests(tmp_path, ("broken.py",)).values()) == {"failed"}
