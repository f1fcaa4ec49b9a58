"""Asking later whether it worked out: only who agreed is asked, and after violence at home only when it is safe."""

from bot.contact import Step, hand_over
from bot.conversation import Conversation
from bot.events import Followed, FollowUpAgreed, FollowUpDeclined, Result
from bot.messages import Part, Reply, Way, read_payload
from bot.promise import days_later
from bot.wording import Wording
from referral.model import Refer

FIRST, SECOND = 7, 28  # days after which is asked
_RESULTS: tuple[Result, ...] = ("helped", "on_the_way", "not_yet", "no_answer", "not_helped")
_PARTS = {"day", "evening"}
_NOT_THEIRS = {"withdrawn", "wrong_address"}  # a case that ended so does not go back to them


def answer(then: Conversation, typed: str, words: Wording) -> Step | None:
    """Return the next step when a button of the follow-up was chosen, else None."""
    match read_payload(typed):
        case ("follow_up", {"when": "never"}):
            return (FollowUpDeclined(at=words.now),), words.chat(
                "follow_up.none", words.button("more"), words.button("human")
            )
        case ("follow_up", {"when": part}) if part in _PARTS and organisation_of(then):
            return _agreed(part, words)
        case ("follow_up", {}) if organisation_of(then):
            return ((), _when_safe(words)) if then.quiet else _agreed("day", words)
        case ("result", {"is": told}) if told in _RESULTS and (organisation := organisation_of(then)):
            return _followed(then, organisation, next(one for one in _RESULTS if one == told), words)
        case _:
            return None


def organisation_of(then: Conversation) -> str | None:
    """Return whom the resident was pointed to: who has the question, else who had it or the first that was named."""
    named = [one.organisation for one in then.decision.referrals] if isinstance(then.decision, Refer) else []
    if then.state in ("waiting", "staff") or then.organisation in named:
        return then.organisation
    return next(iter(named), then.organisation)  # what was closed may have been another question


def _when_safe(words: Wording) -> Reply:
    parts = (Part(kind="question", text=words.say("follow_up.when_safe")),)
    choices = (
        words.button("by_day", "follow_up", when="day"),
        words.button("by_evening", "follow_up", when="evening"),
        words.button("never", "follow_up", when="never"),
    )
    return Reply(parts=parts, choices=choices, language=words.language)


def _agreed(part: str, words: Wording) -> Step:
    first = days_later(FIRST, part, words.now)
    return (FollowUpAgreed(at=words.now, first=first),), words.chat(
        "follow_up.agreed", words.button("more"), words.button("human")
    )


def question(then: Conversation, words: Wording) -> Reply | None:
    """Return the question that is asked later, None when nobody was named any more."""
    if (organisation := organisation_of(then)) is None:
        return None
    text = words.say("follow_up.question", name=words.name(organisation))
    results = (words.button(one, "result", **{"is": one}) for one in _RESULTS)
    choices = (*results, words.button("never", "follow_up", when="never"))
    return Reply(parts=(Part(kind="question", text=text),), choices=choices, language=words.language)


def _followed(then: Conversation, organisation: str, result: Result, words: Wording) -> Step:
    told = Followed(at=words.now, organisation=organisation, themes=then.themes, result=result)
    name = words.name(organisation)
    ways = words.ways(organisation, then.facts.get("wijk"))
    match result:
        case "helped" | "on_the_way":
            return (told,), words.chat(f"follow_up.{result}", words.button("more"), words.button("human"))
        case "not_yet":
            return (told,), _with_ways("follow_up.not_yet", ways, words, name=name)
        case _ if _was_theirs(then, organisation):
            return (told, hand_over(organisation, words)), _with_ways("follow_up.reopened", ways, words, name=name)
        case _:
            return (told,), _with_ways("follow_up.other_way", words.front_desk(organisation), words)


def _was_theirs(then: Conversation, organisation: str) -> bool:
    """Tell whether they had the question and closed it, so that it goes back to them."""
    return then.state == "closed" and then.organisation == organisation and then.outcome not in _NOT_THEIRS


def _with_ways(key: str, ways: tuple[Way, ...], words: Wording, **names: str) -> Reply:
    choices = words.button("human"), words.button("themes", "other"), words.button("more")
    part = Part(kind="text", text=words.say(key, **names), ways=ways)
    return Reply(parts=(part,), choices=choices, language=words.language)
