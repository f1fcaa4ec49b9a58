"""Decision and language to Reply. Only words are chosen here; what to do was decided before."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.conversation import Conversation
from bot.messages import Choice, Part, Reply, Status, Way, payload, read_payload
from bot.phrases import DUTCH, Phrases
from referral.guide import Guide
from referral.hours import in_words, open_first, open_now
from referral.model import PLACE, UNKNOWN, Ask, Contact, Location, Words
from referral.tell import in_language, why_asked

# Which lines stand under the sentence for each that is said first (see referral_policy: "Signals come first").
_LINES: Mapping[str, tuple[str, ...]] = {
    "113": ("113", "112"),
    "veilig-thuis": ("veilig-thuis", "112"),
    "centrum-seksueel-geweld": ("centrum-seksueel-geweld", "112"),
    "utrecht-herstart": ("utrecht-gemeente", "politie"),
    "own-municipality": ("politie",),
}
_SHOWN_WAYS = 4
_TRIES = 2  # to understand somebody, before a person is offered
_KEYWORD = 2  # words that are taken up in the question what it is about
_EASY = "nl-simple"
FRONT_DESK = "utrecht-gemeente"  # takes the questions of those whose city is not known


class Wording:
    """Words for one reply: in one language, at one moment."""

    def __init__(self, phrases: Phrases, guide: Guide, language: str | None, now: datetime) -> None:
        self.language = phrases.spoken(language)
        self.phrases = phrases
        self.guide = guide
        self.now = now
        self.on = now.date()

    def say(self, key: str, **values: str) -> str:
        """Return one of the bot's own sentences."""
        return self.phrases(key, self.language, **values)

    def pick(self, words: str | Words) -> str:
        """Return the sentence in this language, or in Dutch when there is none."""
        return in_language(words, self.language)

    def name(self, organisation: str) -> str:
        """Return how an organisation is called."""
        return self.pick(self.guide.organisations[organisation].name)

    def wijk(self, wijk: str | None) -> str | None:
        """Return the name of a wijk, None when it is not known."""
        names = self.guide.facts["wijk"].values
        return self.pick(names[wijk]) if wijk and wijk in names else None

    # ---------------------------------------------------------------- pieces

    def intro(self) -> tuple[Part, ...]:
        """Return what is said at the start: this is a computer, and what it does with what is typed."""
        said = ["intro", "intro_privacy", *([] if self.phrases.is_checked(self.language) else ["not_checked"])]
        return (Part(kind="notice", text=" ".join(map(self.say, said))),)

    def danger(self, say_first: Iterable[str]) -> tuple[Part, ...]:
        """Return the sentences and lines that stand before everything else."""
        return tuple(
            Part(
                kind="danger",
                text=self.say(f"danger.{line}"),
                ways=tuple(way for one in _LINES.get(line, (line,)) for way in self.line(one)),
            )
            for line in say_first
        )

    def safe_here(self) -> tuple[tuple[Part, ...], tuple[Choice, ...]]:
        """Return the question whether it is safe to talk, with its answers; it asks nothing of what happened."""
        choices = self.button("safe_yes", "safe", here="yes"), self.button("safe_no", "safe", here="no")
        return (Part(kind="question", text=self.say("danger.safe_here")),), choices

    def languages(self) -> Reply:
        """Offer all languages, each by its own name."""
        return self.chat("language", *map(self._language, self.phrases.languages))

    def line(self, organisation: str) -> tuple[Way, ...]:
        """Return the phone of an organisation under its own name."""
        phones = [contact for contact in self.guide.contacts(organisation, self.on) if contact.kind == "phone"]
        return tuple(self.way(contact, label=self.name(organisation)) for contact in phones[:1])

    def ways(self, organisation: str, wijk: str | None) -> tuple[Way, ...]:
        """Return how a resident of this wijk reaches an organisation, as far as it was verified."""
        contacts = open_first(self.guide.contacts(organisation, self.on, wijk), self.now)
        ways = tuple(map(self.way, contacts[:_SHOWN_WAYS]))
        general = self.guide.organisations[organisation].general_way
        by_phone = any((way.href or "").startswith("tel:") for way in ways)
        return ways if by_phone or general is None else (*ways, *self.line(general))

    def lasting_ways(self, organisation: str, wijk: str | None) -> tuple[Way, ...]:
        """Return the same to keep or to print: with the hours, without whether it is open at this moment."""
        hours = {self.pick(one.value): one.hours for one in self.guide.contacts(organisation, self.on, wijk)}
        return tuple(
            way.model_copy(update={"hours": self.pick(told) if (told := hours.get(way.value)) else None})
            for way in self.ways(organisation, wijk)
        )

    def button(self, key: str, name: str | None = None, **values: str) -> Choice:
        """Return a button with one of the bot's own sentences on it."""
        return Choice(title=self.say(f"choice.{key}"), payload=payload(name or key, **values))

    def chat(self, key: str, *choices: Choice, status: Status = "chat", expects: str | None = None) -> Reply:
        """Return a reply of one sentence; without other buttons there is always the one for a person."""
        part = Part(kind="text", text=self.say(key))
        choices = choices or (self.button("human"),)
        return Reply(parts=(part,), choices=choices, language=self.language, status=status, expects=expects)

    # ---------------------------------------------------------------- replies

    def clarify(self, conversation: Conversation) -> Reply:
        """Ask which of the likeliest themes it is; after two tries offer all themes, the phone and a person."""
        if conversation.unclear >= _TRIES:
            return self.all_themes("clarify.person" if conversation.unclear % 2 == 0 else "clarify.list")
        likely = [reading.theme for reading in conversation.ranking[:3]]
        choices = (*map(self._theme, likely), self.button("other"), self.button("human"))
        last = conversation.words[-1] if conversation.words else ""
        if not conversation.unclear and 0 < len(last.split()) <= _KEYWORD and read_payload(last) is None:
            part = Part(kind="text", text=self.say("clarify.keyword", word=last))
            return Reply(parts=(part,), choices=choices, language=self.language, status="clarify", expects="theme")
        key = "clarify.again" if conversation.unclear else "clarify.first"
        return self.chat(key, *choices, *self._simpler(), status="clarify", expects="theme")

    def all_themes(self, key: str = "clarify.list") -> Reply:
        """Offer every theme, a phone number and a person."""
        choices = (self.button("human"), *map(self._theme, self.guide.themes))
        part = Part(kind="text", text=self.say(key), ways=self.front_desk())
        return Reply(parts=(part,), choices=choices, language=self.language, status="clarify", expects="theme")

    def front_desk(self, near: str | None = None) -> tuple[Way, ...]:
        """Return the phone that always stands open for a question: the municipality's, of the city of this one.

        Its website where no phone of it was verified; the phone of another city would not help.
        """
        city = self.guide.organisations[near].city if near else None
        desk = f"{city}-gemeente" if f"{city}-gemeente" in self.guide.organisations else FRONT_DESK
        return self.line(desk) or self.ways(desk, None)

    def ask(self, ask: Ask, conversation: Conversation) -> Reply:
        """Ask for one fact, with its answers as buttons, "weet ik niet" and "waarom vraagt u dit?"."""
        several = self._candidates(conversation.place) if ask.fact in (PLACE, "wijk") else ()
        again = conversation.expects == ask.fact  # it was asked just now, and not answered
        before = ("ask.once_more" if conversation.unclear else "ask.again") if again else None
        if several and (not again or (ask.fact == PLACE and not conversation.unclear)):
            before = "ask.several"
        elif again and ask.fact == PLACE and not several:
            before = "ask.not_found"
        question = self.question(ask.fact)
        part = Part(kind="question", text=f"{self.say(before)} {question}" if before else question)
        answers = several or self._answers(ask.fact)
        choices = (*answers, self._dont_know(ask.fact), self.button("why"), self.button("human"))
        return Reply(parts=(part,), choices=choices, language=self.language, status="ask", expects=ask.fact)

    def ask_afresh(self, ask: Ask, conversation: Conversation, *said: Part) -> Reply:
        """Ask for a fact in the question's own words, behind what is said first."""
        asked = self.ask(ask, conversation.afresh)
        return asked.model_copy(update={"parts": (*said, *asked.parts)})

    def question(self, fact: str) -> str:
        """Return the question for a fact."""
        question = self.guide.facts[fact].question
        assert question, f"{fact} is never asked"  # noqa: S101 -- the guide asks only facts with a question
        return self.pick(question)

    def why(self, ask: Ask) -> Part:
        """Tell why a fact is asked, and between whom the answer chooses."""
        return Part(kind="text", text=why_asked(ask, self.guide, self.language))

    # ---------------------------------------------------------------- details

    def _simpler(self) -> tuple[Choice, ...]:
        """Offer easy Dutch to who reads Dutch."""
        if self.language != DUTCH or _EASY not in self.phrases.languages:
            return ()
        return (self._language(_EASY),)

    def _language(self, language: str) -> Choice:
        return Choice(title=self.phrases("language_name", language), payload=payload("language", language=language))

    def way(self, contact: Contact, label: str | None = None) -> Way:
        """Return a contact as a resident reads it, with whether it is open now."""
        value = self.pick(contact.value)
        hours = self._hours(contact)
        label = label or self.say(f"way.{contact.kind}")
        return Way(label=label, value=value, href=_href(contact.kind, value), hours=hours)

    def _hours(self, contact: Contact) -> str | None:
        """Return whether it is open now, and the hours, as far as they are known."""
        hours = self.pick(contact.hours) if contact.hours else None
        opening = open_now(contact, self.now)
        if opening is None or (opening.now and opening.until is None):  # not known, or day and night
            return hours
        told = in_words(opening, self.now, self.guide, self.language)
        return f"{told}; {hours}" if hours else told

    def _theme(self, theme: str) -> Choice:
        return Choice(title=self.say(f"theme.{theme}"), payload=payload("theme", theme=theme))

    def _answers(self, fact: str) -> tuple[Choice, ...]:
        values = self.guide.facts[fact].values
        return tuple(
            Choice(title=self.pick(label), payload=payload("inform", **{fact: value}))
            for value, label in values.items()
        )

    def _dont_know(self, fact: str) -> Choice:
        return self.button("unknown", "inform", **{fact: UNKNOWN})

    def _candidates(self, place: Location | None) -> tuple[Choice, ...]:
        if place is None or len(place.candidates) < 2:
            return ()
        return tuple(
            Choice(
                title=self._place(city, wijk),
                payload=payload("inform", **({"wijk": wijk} if wijk else {"city": city})),
            )
            for city, wijk in place.candidates
        )

    def _place(self, city: str, wijk: str | None) -> str:
        town = self.pick(self.guide.facts["city"].values[city])
        return f"{name}, {town}" if (name := self.wijk(wijk)) else town


def _href(kind: str, value: str) -> str | None:
    if kind == "phone":
        return "tel:" + "".join(sign for sign in value if sign.isdigit() or sign == "+")
    return value if kind == "web" and value.startswith("https://") else None
