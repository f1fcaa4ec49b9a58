"""Words for a referral: who helps, why there, how to reach them and what to bring."""

from collections.abc import Iterable, Mapping

from bot.messages import Choice, Part, Reply
from bot.wording import Wording
from referral.explain import Explanation
from referral.hours import lines_open_first
from referral.model import ELSEWHERE, UNKNOWN, Refer
from referral.tell import why_here as reasons_of


def referral(words: Wording, refer: Refer, facts: Mapping[str, str], number: str | None = None) -> Reply:
    """Tell who helps, why, how to reach them and what to bring, with the number of this answer."""
    if not refer.referrals:
        return words.chat("refer.nothing", words.button("human"))
    head = "refer.intro" if len(refer.referrals) == 1 else "refer.intro_many"
    elsewhere = any(one.organisation == "own-municipality" for one in refer.referrals)
    offer = _on_our_desk(words, refer)
    parts = [
        *([Part(kind="text", text=words.say("refer.elsewhere", cities=_cities(words)))] if elsewhere else []),
        Part(kind="text", text=words.say(head)),
        *(_card(words, one.organisation, one.wijk, words.pick(one.because)) for one in refer.referrals),
        *_footnotes(words, refer, facts),
        *([Part(kind="text", text=words.say("refer.receipt", number=number))] if number else []),
        *([Part(kind="question", text=words.say("refer.offer"))] if offer else []),
    ]
    choices = (
        *_offer(words, refer),
        words.button("why_here"),
        words.button("follow_up"),
        words.button("more"),
        words.button("human"),
    )
    return Reply(
        parts=tuple(parts),
        choices=choices,
        language=words.language,
        status="refer",
        expects="offer" if offer else None,
        referrals=tuple(referral.organisation for referral in refer.referrals),
        receipt=number,
    )


def why_here(words: Wording, told: Explanation) -> Reply:
    """Tell in two sentences for each organisation what the referral hung on; nothing is asked."""
    if not isinstance(told.decision, Refer):
        return words.chat("help", words.button("human"))
    reasons = [reasons_of(told, words.guide, words.language, place) for place in range(len(told.decision.referrals))]
    names = [words.name(one.organisation) for one in told.decision.referrals]
    parts = [
        Part(kind="text", title=name, text=" ".join(dict.fromkeys(reason)))
        for name, reason in zip(names, reasons, strict=True)
    ]
    choices = (*_offer(words, told.decision), words.button("more"), words.button("human"))
    expects = "offer" if _on_our_desk(words, told.decision) else None
    return Reply(parts=tuple(parts), choices=choices, language=words.language, expects=expects)


def organisation(words: Wording, asked_for: str, called: str, wijk: str | None) -> Reply:
    """Tell about the organisation that was asked for by name."""
    name = words.name(asked_for)
    renamed = called.casefold() not in name.casefold()
    first = (Part(kind="text", text=words.say("refer.now_called", called=called, name=name)),) if renamed else ()
    return Reply(
        parts=(*first, _card(words, asked_for, wijk)),
        choices=(words.button("more"), words.button("human")),
        language=words.language,
        status="refer",
        referrals=(asked_for,),
    )


def _on_our_desk(words: Wording, refer: Refer) -> bool:
    """Tell whether one of them is of our cities; only these have a desk here."""
    return any(words.guide.organisations[one.organisation].city for one in refer.referrals)


def _offer(words: Wording, refer: Refer) -> tuple[Choice, ...]:
    return (words.button("contact"),) if _on_our_desk(words, refer) else ()


def _card(words: Wording, name_of: str, in_wijk: str | None, because: str | None = None) -> Part:
    organisation = words.guide.organisations[name_of]
    name = words.pick(organisation.name)
    wijk = words.wijk(in_wijk) if organisation.per_wijk else None
    lines = [words.pick(organisation.does), *([because] if because else [])]
    if organisation.per_wijk and words.guide.is_general(name_of, words.on, in_wijk):
        key = "refer.general" if wijk else "refer.general_somewhere"
        lines.append(words.say(key, name=name, wijk=wijk or ""))
    if organisation.bring:
        lines.append(words.pick(organisation.bring))
    title = f"{name} ({wijk})" if wijk else name
    return Part(
        kind="referral",
        title=title,
        text="\n".join(lines),
        ways=words.ways(name_of, in_wijk),
    )


def _footnotes(words: Wording, refer: Refer, facts: Mapping[str, str]) -> Iterable[Part]:
    first = [referral.organisation for referral in refer.referrals]
    beside = dict.fromkeys(one for referral in refer.referrals for one in referral.beside)
    extra = lines_open_first([one for one in beside if one not in first], words.guide, words.now)
    if extra:
        names = ", ".join(map(words.name, extra))
        ways = tuple(way for one in extra for way in words.line(one))
        yield Part(kind="text", text=words.say("refer.beside", names=names), ways=ways)
    if refer.left_over:
        names = ", ".join(map(words.name, refer.left_over))
        yield Part(kind="text", text=words.say("refer.left_over", names=names))
    if UNKNOWN in facts.values():
        yield Part(kind="text", text=words.say("refer.unknown", name=words.name(first[0])))


def _cities(words: Wording) -> str:
    names = [words.pick(name) for city, name in words.guide.facts["city"].values.items() if city != ELSEWHERE]
    return ", ".join(names[:-1]) + f" {words.say('and')} {names[-1]}"
