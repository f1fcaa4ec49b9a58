"""Plays a written conversation through the line, with the real reader and the real guide, and says what was not so.

Beside what a file asks for, two laws hold for every answer: what was told is not asked, and nothing is asked twice in
the same words. In Amersfoort nobody hears of a buurtteam, U Centraal or DOCK.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.conversation import Conversation, after
from bot.events import Claimed, Closed, Event
from bot.messages import Incoming, Reply, payload, read_payload
from bot.minds import Minds
from bot.turn import take_turn
from tests.conversations.written import Expect, Turn, Written

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OF_UTRECHT = ("buurtteam", "u centraal", "dock")
First = Literal["right", "asked", "wrong", "not understood"]
_BLANKS = ("name", "when", "reach", "word", "called", "number", "cities", "names", "wijk", "link")
_MOST_ANSWERS = 6


@dataclass
class Played:
    """What came of a conversation."""

    faults: list[str] = field(default_factory=list)
    first: First | None = None  # how its first need was understood
    acted: tuple[str, ...] = ()  # on which themes, at the first need
    lines: list[str] = field(default_factory=list)  # what was said, for who reads a fault

    def __str__(self) -> str:
        return "\n".join([*self.lines, "", *self.faults])


def play(written: Written, minds: Minds) -> Played:
    """Return what came of it; it stops at the first turn that goes wrong, since what follows hangs on it."""
    player = Player(written, minds)
    for turn in written.turns:
        player.take(turn)
        if player.played.faults:
            break
    return player.played


class Stuck(Exception):
    """The conversation cannot go on as it was written."""


class Player:
    """One conversation while it is played."""

    def __init__(self, written: Written, minds: Minds) -> None:
        self.written = written
        self.minds = minds
        self.now = Conversation(id="played:1")
        self.played = Played()
        self.told: set[str] = set()
        self.shown: set[str] = set()  # lines of danger that stood above an answer
        self.events: tuple[Event, ...] = ()  # of this turn
        self.erased = False

    def take(self, turn: Turn) -> None:
        """Play a turn and note what is not as it was written."""
        self.events, self.erased = (), False
        try:
            if turn.colleague:
                self._colleague(turn.colleague)
                return
            self.told |= set(turn.told)
            at_once = reply = self._say(self._typed(turn))
            if turn.need and self.played.first is None:
                self._note_first(turn, reply)
            if reply and self._may_clarify(turn, reply):
                reply = self._say(self._theme_button(turn, reply))
            reply = self._answer_all(turn, reply)
        except Stuck as stuck:
            self._fault(str(stuck))
            return
        for fault in self._missed(turn.expect, at_once, reply):
            self._fault(fault)

    # ---------------------------------------------------------------- saying

    def _typed(self, turn: Turn) -> str:
        if turn.taps is None:
            return turn.resident or ""
        choices = self.now.reply.choices if self.now.reply else ()
        for choice in choices:
            if choice.title == turn.taps:
                return choice.payload
        raise Stuck(f"there is no button “{turn.taps}”, only {[choice.title for choice in choices]}")

    def _say(self, text: str) -> Reply | None:
        before = self.now
        incoming = Incoming(id=str(self.now.version), conversation=self.now.id, text=text)
        turn = take_turn(self.now, incoming, self.minds, MONDAY)
        for event in turn.events:
            self.now = after(self.now, event)
        self.events, self.erased = (*self.events, *turn.events), turn.forget
        reply = next((event.reply for event in turn.events if event.kind == "said"), None)
        self.played.lines += [f"> {text}", *(f"  {line}" for line in _shown(reply, self.now))]
        if reply:
            self.shown |= _lines_above(reply, self.minds)
            for fault in _broken_laws(before, self.now, reply, self.told):
                self._fault(fault)
        return reply

    def _answer_all(self, turn: Turn, reply: Reply | None) -> Reply | None:
        """Answer what is asked, as long as the file has an answer; the same is asked once."""
        given: set[str] = set()
        for _ in range(_MOST_ANSWERS):
            asked = reply.expects if reply else None
            if asked is None or asked not in turn.answers:
                break
            if asked in given:
                raise Stuck(f"asks {asked} again after “{turn.answers[asked]}”")
            given.add(asked)
            reply = self._say(turn.answers[asked])
        self.told |= given
        return reply

    def _colleague(self, does: str) -> None:
        happened = Claimed(at=MONDAY, by="Noor") if does == "takes" else Closed(at=MONDAY, by="Noor", outcome="helped")
        self.now = after(self.now, happened)
        self.played.lines.append(f"(a colleague {does} it)")

    # ---------------------------------------------------------------- understanding

    def _may_clarify(self, turn: Turn, reply: Reply) -> bool:
        allowed = turn.clarify_ok or self.written.clarify_ok
        return bool(allowed and turn.need and reply.status == "clarify" and "theme" not in turn.expect.asks)

    def _theme_button(self, turn: Turn, reply: Reply) -> str:
        for theme in turn.need:
            if _offers(reply, theme):
                return payload("theme", theme=theme)
        raise Stuck(f"asks which theme it is, without {' or '.join(turn.need)} among the buttons")

    def _note_first(self, turn: Turn, reply: Reply | None) -> None:
        heard = next(event for event in self.events if event.kind == "heard")
        self.played.acted = tuple(reading.theme for reading in heard.understanding.themes)
        fine = {*turn.need, *self.written.also}
        if self.played.acted:
            right = self.played.acted[0] in turn.need and set(self.played.acted) <= fine
            self.played.first = "right" if right else "wrong"
        elif reply and reply.referrals:  # an organisation without a theme
            self.played.first = "wrong"
        else:
            offered = reply is not None and any(_offers(reply, theme, most=3) for theme in turn.need)
            self.played.first = "asked" if offered else "not understood"

    # ---------------------------------------------------------------- what must be

    def _fault(self, fault: str) -> None:
        self.played.faults.append(f"!! {fault}")

    def _missed(self, expect: Expect, at_once: Reply | None, reply: Reply | None) -> Iterator[str]:
        if expect.erased != self.erased:
            yield "is erased" if self.erased else "is not erased"
        if expect.silent or reply is None or at_once is None:
            if bool(expect.silent) != (reply is None):
                yield "speaks while a colleague holds it" if reply else "keeps silent"
            return
        yield from self._missed_danger(expect, at_once, reply)
        yield from self._missed_step(expect, reply)
        yield from self._missed_words(expect, reply)
        yield from self._missed_events(expect)

    def _missed_danger(self, expect: Expect, at_once: Reply, reply: Reply) -> Iterator[str]:
        shown = _lines_above(at_once, self.minds)
        for line in expect.danger:
            if line not in shown:
                yield f"does not put {line} above everything else (only {sorted(shown)})"
        if missing := set(expect.danger_by_now) - self.shown:
            yield f"did not put {sorted(missing)} above everything else by now"
        if expect.no_danger and any(part.kind == "danger" for part in (*at_once.parts, *reply.parts)):
            yield f"sees danger where there is none: {sorted(shown)}"
        if expect.asks_safe and not any(choice.payload == payload("safe", here="no") for choice in at_once.choices):
            yield "does not ask whether it is safe to talk"

    def _missed_step(self, expect: Expect, reply: Reply) -> Iterator[str]:
        if expect.asks and reply.expects not in expect.asks:
            yield f"should ask {' or '.join(expect.asks)}, not {reply.expects} ({reply.status})"
        if expect.refers and reply.referrals != expect.refers:
            yield f"should refer to {list(expect.refers)}, not {list(reply.referrals)} ({reply.expects})"
        if expect.refers_first and reply.referrals[:1] not in [(one,) for one in expect.refers_first]:
            yield f"should first refer to {list(expect.refers_first)}, not {list(reply.referrals)} ({reply.expects})"
        if expect.wijk and reply.wijk != expect.wijk:
            yield f"should know the wijk {expect.wijk}, not {reply.wijk}"
        if expect.language and reply.language != expect.language:
            yield f"should answer in {expect.language}, not {reply.language}"

    def _missed_words(self, expect: Expect, reply: Reply) -> Iterator[str]:
        for words in expect.says:
            if not self._says(words, reply):
                yield f"should say {words}"
        for words in expect.not_says:
            if self._says(words, reply):
                yield f"should not say {words}"
        for title in expect.offers:
            if title not in [choice.title for choice in reply.choices]:
                yield f"should offer “{title}”"

    def _missed_events(self, expect: Expect) -> Iterator[str]:
        handed_over = next((event for event in self.events if event.kind == "handed_over"), None)
        to = handed_over.organisation if handed_over else None
        if expect.hands_over and to != expect.hands_over:
            yield f"should hand over to {expect.hands_over}, not {to}"
        if expect.urgent is not None and self.now.urgent != expect.urgent:
            yield f"should {'' if expect.urgent else 'not '}be urgent"
        for what, value in expect.gets.items():
            if getattr(self.now, what) != value:
                yield f"should keep the {what} {value}, not {getattr(self.now, what)}"
        for fact, value in expect.knows.items():
            if self.now.facts.get(fact) != value:
                yield f"should know {fact} {value}, not {self.now.facts.get(fact)}"
        if expect.withdrawn and self.now.outcome != "withdrawn":
            yield "is not withdrawn"
        if expect.follow_up and not any(event.kind == f"follow_up_{expect.follow_up}" for event in self.events):
            yield f"the follow-up is not {expect.follow_up}"

    def _says(self, words: str, reply: Reply) -> bool:
        """Tell whether a sentence (by its key, with anything in its gaps) or some words stand in the reply."""
        blanks = dict.fromkeys(_BLANKS, "\0")
        try:
            pieces = self.minds.phrases(words, reply.language, **blanks).split("\0")
        except KeyError:
            pieces = [words]
        text = reply.plain.casefold()
        at = 0
        for piece in pieces:
            at = text.find(piece.casefold(), at)
            if at < 0:
                return False
        return True


def _offers(reply: Reply, theme: str, most: int | None = None) -> bool:
    """Tell whether a theme is among the buttons; with `most`, only when there are no more themes than that."""
    chosen = [read_payload(choice.payload) for choice in reply.choices]
    themes = [values.get("theme") for name, values in filter(None, chosen) if name == "theme"]
    return theme in themes and (most is None or len(themes) <= most)


def _lines_above(reply: Reply, minds: Minds) -> set[str]:
    """Return the lines of danger that stand above everything else in the reply itself."""
    above = []
    for part in reply.parts:
        if part.kind != "danger":
            break
        above.append(part.text)
    lines = {entry.line for entry in minds.guide.signals.say_first}
    return {line for line in lines if minds.phrases(f"danger.{line}", reply.language) in above}


def _broken_laws(before: Conversation, now: Conversation, reply: Reply, told: set[str]) -> Iterator[str]:
    if reply.status == "ask" and reply.expects in told:
        yield f"asks {reply.expects}, which was told"
    if before.reply and reply.expects and _words(before.reply) == _words(reply):
        yield "asks the same twice in the same words"
    if now.facts.get("city") == "amersfoort":
        for word in OF_UTRECHT:
            if word in reply.plain.casefold():
                yield f"names {word} in Amersfoort"


def _words(reply: Reply) -> tuple[str, ...]:
    return tuple(part.text for part in reply.parts if part.kind != "notice")


def _shown(reply: Reply | None, now: Conversation) -> list[str]:
    if reply is None:
        return ["(silent)"]
    choices = " | ".join(choice.title for choice in reply.choices)
    heard = f"{list(now.themes)} {list(now.signals)} {dict(now.facts)}"
    return [*reply.plain.split("\n"), f"[{choices}]", f"({reply.status}, asks {reply.expects}; {heard})"]
