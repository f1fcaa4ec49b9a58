"""From what staff put right to proposals. Values in, values out.

One message is learned from or tested with, never both: what was learned measures nothing. A danger that was missed is
always to be learned; of the other messages a third, always the same, become tests, and all where a fact was misread.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from hashlib import sha256

from bot.conversation import Conversation, after, replay
from bot.events import ContactGiven, Corrected, Event, Heard, Passed
from bot.learn.already import Already
from bot.learn.model import Collected, Kind, LeftOut, Proposal, Source
from bot.learn.personal import without_names, without_person
from bot.messages import Value, read_payload
from bot.queue import case_number
from intents.model import Catalogue
from intents.normalise import plain, words
from referral.decide import decide
from referral.guide import Guide
from referral.model import PLACE, Refer, Situation

_TESTED = 3  # one of so many
_KEYWORD, _STORY = 3, 40  # words up to which, and from which
_NOT_TOLD = {PLACE, "wijk"}  # facts that name a place; no row of a table looks at them

Story = tuple[str, Sequence[Event]]  # a conversation and all that happened in it


class Known(Value):
    """What there is already: the messages to learn from, those that are held out, and the guide."""

    catalogue: Catalogue
    held_out: tuple[str, ...]
    guide: Guide

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every plain word of the messages."""
        return frozenset(word for one in self.catalogue.examples for word in words(plain(one.text)))


def collect(stories: Iterable[Story], known: Known, earlier: Sequence[Proposal] = ()) -> Collected:
    """Return what is newly proposed beside earlier proposals, and what was left out with the reason."""
    proposals: list[Proposal] = []
    left_out: list[LeftOut] = []
    already = Already(known.catalogue.examples, known.held_out)
    done = {_key(one.kind, one.source) for one in earlier}
    for found in (one for story in stories for one in _of(story, known)):
        if isinstance(found, LeftOut):
            left_out.append(found)
        elif _key(found.kind, found.source) in done or _key(_other(found.kind), found.source) in done:
            continue
        elif why := already.refuses(found, [*earlier, *proposals]):
            left_out.append(LeftOut(source=found.source, why=why))
        else:
            proposals.append(found)
    return Collected(proposals=tuple(proposals), left_out=tuple(left_out))


def _key(kind: Kind, source: Source) -> tuple[Kind, Source]:
    return kind, source


def _other(kind: Kind) -> Kind:
    return "conversation" if kind == "example" else "example" if kind == "conversation" else kind


# ---------------------------------------------------------------- one conversation


def _of(story: Story, known: Known) -> Iterator[Proposal | LeftOut]:
    conversation, events = story
    quiet = replay(conversation, events).quiet
    corrections: dict[str, list[Corrected]] = {}
    now = Conversation(id=conversation)
    for event in events:
        if isinstance(event, Passed) and event.misroute:
            yield _misroute(now, event, _names(events), quiet=quiet)
        if isinstance(event, Corrected):
            corrections.setdefault(event.heard or f"-{now.version}", []).append(event)
        now = after(now, event)
    for heard, some in corrections.items():
        message = next((one for one in events if isinstance(one, Heard) and one.id == heard), None)
        yield _corrected(conversation, events, message, some, quiet=quiet, known=known)


def _corrected(
    conversation: str,
    events: Sequence[Event],
    message: Heard | None,
    some: Sequence[Corrected],
    *,
    quiet: bool,
    known: Known,
) -> Proposal | LeftOut:
    last = some[-1]
    source = Source(case=case_number(conversation), who=last.by, when=last.at)
    if why := _not_allowed(message, some, quiet=quiet):
        return LeftOut(source=source, why=why)
    assert message  # noqa: S101 -- else it is not allowed
    right = _merged(some)
    text = without_person(message.text, _names(events), known.guide.areas, known.vocabulary)
    return _proposed(text, message, right, source, known)


def _names(events: Sequence[Event]) -> list[str]:
    return [part for one in events if isinstance(one, ContactGiven) for part in (one.name, one.reach) if part]


def _not_allowed(message: Heard | None, some: Sequence[Corrected], *, quiet: bool) -> str | None:
    """Return why nothing may be learned of it, None when it may."""
    if quiet:
        return "Thuis kan iemand meelezen; van dit gesprek leren we niets."
    if message is None:
        return "De medewerker wees geen bericht aan."
    if not all(one.may_learn for one in some):
        return "De bewoner gaf geen toestemming om van dit bericht te leren."
    if read_payload(message.text):
        return "De bewoner drukte op een knop; er zijn geen woorden om van te leren."
    return None


def _merged(some: Sequence[Corrected]) -> Corrected:
    """Return all that was put right about one message, the last word last."""
    themes = [one.themes for one in some if one.themes is not None]
    signals = [one.signals for one in some if one.signals is not None]
    facts = {name: value for one in some for name, value in (one.facts or {}).items()}
    return some[-1].model_copy(
        update={"themes": themes[-1] if themes else None, "signals": signals[-1] if signals else None, "facts": facts}
    )


def _proposed(text: str, message: Heard, right: Corrected, source: Source, known: Known) -> Proposal | LeftOut:
    read = message.understanding
    themes = right.themes if right.themes is not None else tuple(one.theme for one in read.themes)
    signals = right.signals if right.signals is not None else read.signals
    why = _difference(message, right)
    if _is_tested(text, message, right):
        entry = _conversation(text, themes, right, source, known)
        return Proposal(kind="conversation", language=read.language, entry=entry, why=why, source=source)
    if not themes and not signals:
        return LeftOut(source=source, why="Zonder onderwerp of gevaar is er niets om te leren.")
    entry = {"text": text, "style": _style(text), "themes": list(themes), "signals": list(signals)}
    return Proposal(kind="example", language=read.language, entry=entry, why=why, source=source)


def _is_tested(text: str, message: Heard, right: Corrected) -> bool:
    if right.signals is not None and set(right.signals) - set(message.understanding.signals):
        return False
    return bool(right.facts) or int(sha256(plain(text).encode()).hexdigest(), 16) % _TESTED == 0


def _conversation(
    text: str, themes: Sequence[str], right: Corrected, source: Source, known: Known
) -> dict[str, object]:
    expect: dict[str, object] = {}
    if right.signals is not None:
        lines = list(decide(Situation(signals=right.signals), known.guide, on=right.at.date()).say_first)
        expect |= {"danger": lines} if lines else {"no_danger": True}
    told = {name: value for name, value in (right.facts or {}).items() if name not in _NOT_TOLD}
    if told:
        expect["knows"] = told
    turn: dict[str, object] = {"resident": text}
    if right.themes:
        turn |= {"need": list(themes), "clarify_ok": True}
    return {"about": _about(source), "turns": [{**turn, **({"expect": expect} if expect else {})}]}


def _about(source: Source) -> str:
    return f"van de desk, vraag {source.case}, {source.when:%d-%m-%Y %H:%M:%S}"


def _difference(message: Heard, right: Corrected) -> str:
    """Return in words what was put right."""
    read = message.understanding
    parts = []
    if right.themes is not None:
        parts.append(f"onderwerp {_list(one.theme for one in read.themes)} wordt {_list(right.themes)}")
    if right.signals is not None:
        parts.append(f"gevaar {_list(read.signals)} wordt {_list(right.signals)}")
    if right.facts:
        facts = (f"{name} {read.facts.get(name, 'niet gelezen')} wordt {value}" for name, value in right.facts.items())
        parts.append(", ".join(facts))
    return "; ".join(parts)


def _list(names: Iterable[str]) -> str:
    return "+".join(names) or "geen"


def _style(text: str) -> str:
    count = len(text.split())
    return "keyword" if count <= _KEYWORD else "story" if count >= _STORY else "short"


def _misroute(before: Conversation, passed: Passed, names: Sequence[str], *, quiet: bool) -> Proposal | LeftOut:
    """Return a test of the tables: this situation, without a word of the resident, should lead to whom it went."""
    source = Source(case=case_number(before.id), who=passed.by, when=passed.at)
    if quiet:
        return LeftOut(source=source, why="Thuis kan iemand meelezen; van dit gesprek leren we niets.")
    if not before.themes:
        return LeftOut(source=source, why="De vraag had geen onderwerp; er is geen rij om te toetsen.")
    facts = {name: value for name, value in sorted(before.facts.items()) if name not in _NOT_TOLD}
    entry = {
        "about": _about(source),
        "given": {"themes": list(before.themes), "signals": list(before.signals), **facts},
        "refers_first": passed.organisation,
    }
    why = f"{before.organisation} gaf door aan {passed.organisation}: {without_names(passed.reason, names)}"
    rule = f" (rij {passed.rule})" if passed.rule else ""
    return Proposal(kind="referral", language="nl", entry=entry, why=why + rule, source=source)


def refers_first(proposal: Proposal, guide: Guide, on: date) -> str | None:
    """Return whom the tables name first in the situation of a referral proposal; None when they ask or name nobody."""
    given = dict(proposal.entry["given"])
    themes, signals = tuple(given.pop("themes", ())), tuple(given.pop("signals", ()))
    decision = decide(Situation(themes=themes, signals=signals, facts=given), guide, on=on)
    named = decision.referrals if isinstance(decision, Refer) else ()
    return next((one.organisation for one in named), None)
