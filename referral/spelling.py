"""Names as people write them: the same words in any dress, the same sound in any spelling."""

import re
import unicodedata
from functools import lru_cache

ALIKE = (
    ("sch", "sg"), ("ch", "g"), ("ck", "k"), ("c", "k"), ("q", "k"), ("x", "ks"), ("ph", "f"), ("th", "t"),
    ("dt", "t"), ("y", "ij"), ("ei", "ij"), ("ou", "au"), ("v", "f"), ("z", "s"),
)  # fmt: skip


def words_of(text: str) -> str:
    """Return the text in plain small letters and digits, one space between words."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


@lru_cache(maxsize=4096)
def by_sound(words: str) -> str:
    """Plain words as they roughly sound in Dutch, without spaces and double letters."""
    sound = words.replace(" ", "")
    for written, heard in ALIKE:
        sound = sound.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", sound)
