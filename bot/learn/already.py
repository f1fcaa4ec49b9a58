"""What somebody wrote already, so that it need not be proposed once more. Made ready once for all that is proposed."""

from collections import defaultdict
from collections.abc import Sequence

from bot.learn.model import Proposal
from intents.duplicates import LEARNED_TWICE, NOT_HELD_OUT, Texts, alike
from intents.model import Example


class Already:
    """The messages to learn from and those that are held out, ready to compare with."""

    def __init__(self, examples: Sequence[Example], held_out: Sequence[str]) -> None:
        by_language: dict[str, list[str]] = defaultdict(list)
        for one in examples:
            by_language[one.language].append(one.text)
        self._learned = {language: Texts(texts) for language, texts in by_language.items()}
        self._tested = Texts(held_out)

    def refuses(self, proposal: Proposal, others: Sequence[Proposal]) -> str | None:
        """Return why a proposal is none: somebody wrote nearly the same already, here or in another proposal."""
        if proposal.kind == "referral":
            same = any(one.kind == "referral" and _situation(one) == _situation(proposal) for one in others)
            return "Deze situatie is al voorgesteld." if same else None
        if _is_like(proposal.text, Texts([one.text for one in others]), LEARNED_TWICE):
            return "Bijna hetzelfde bericht is al voorgesteld."
        limit = LEARNED_TWICE if proposal.kind == "example" else NOT_HELD_OUT
        learned = self._learned.get(proposal.language)
        if learned and _is_like(proposal.text, learned, limit):
            return "Bijna hetzelfde bericht staat al bij de voorbeelden."
        if _is_like(proposal.text, self._tested, NOT_HELD_OUT):
            return "Bijna hetzelfde bericht staat al bij de toetsen."
        return None


def _situation(proposal: Proposal) -> object:
    return proposal.entry["given"], proposal.entry["refers_first"]


def _is_like(text: str, others: Texts, least: int) -> bool:
    """Tell whether a text is nearly one of these; what is too short to compare must be the very same."""
    one = Texts([text])
    return bool(one.short & others.short) or any(True for _ in alike(one, others, least))
