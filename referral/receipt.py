"""The number of an answer: short enough to say on the phone, the same for the same words, day and directory."""

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

LETTERS = "34679ACDEFHJKMNPRTWXY"  # none that looks like another: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V, G Q
LENGTH = 8
GROUP = 4


def receipt(words: Iterable[str], on: date, version: str) -> str:
    """Return the number of the answer to these words, such as K7MN-4XWA.

    The words are those of the resident so far, in order; with the same version of the directory they give the
    same referral on the same day, so the number stands for the answer and holds nothing of the person.
    """
    whole = json.dumps([list(words), on.isoformat(), version], ensure_ascii=False, separators=(",", ":"))
    rest = int.from_bytes(sha256(whole.encode("utf-8", "surrogatepass")).digest())
    letters = ""
    for _ in range(LENGTH):
        rest, place = divmod(rest, len(LETTERS))
        letters += LETTERS[place]
    return f"{letters[:GROUP]}-{letters[GROUP:]}"


def read_receipt(text: str) -> str | None:
    """Return the number as it is written, from what somebody typed or heard; None when it can be none."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    if len(letters) != LENGTH or not set(letters) <= set(LETTERS):
        return None
    return f"{letters[:GROUP]}-{letters[GROUP:]}"
