"""Text and patterns to the signs they are compared in: one for letters that people type for each other."""

import re
from functools import lru_cache

from intents.normalise import guard, plain

# Turkish and Polish without the right keyboard; Arabic, Persian, Cyrillic and Ethiopic letters that change places;
# commas and full stops of other scripts.
_LETTERS = dict(zip("ığłأإآٱىیکةґёአ،؛؟፡፣፤።", "iglااااييكهгеኣ,,?,,,.", strict=True))
_SIGNS = dict.fromkeys('"“”„«»ـ¿¡', "")
_ETHIOPIC = {chr(other + i): chr(one + i) for other, one in ((0x1220, 0x1230), (0x1340, 0x1338)) for i in range(7)}
_DIGITS = {chr(zero + i): str(i) for zero in (0x0660, 0x06F0) for i in range(10)}  # Arabic and Persian
_SAME = str.maketrans({**_LETTERS, **_SIGNS, **_ETHIOPIC, **_DIGITS})
_BRACKETS = re.compile(r"\s*[()\[\];:–—]+\s*|\s+-+\s+|\s*,\s*")
_TIME = re.compile(r"(\d):(\d)")
_TWICE = re.compile(r"(?:, ){2,}|\s{2,}")
_ESCAPED = re.compile(r"\\.")


@lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """Return a text as the patterns see it: guarded, plain, brackets and dashes as commas with a space."""
    spread = _BRACKETS.sub(", ", _TIME.sub(r"\1.\2", plain(guard(text)).translate(_SAME)))
    return _TWICE.sub(lambda gap: ", " if "," in gap[0] else " ", spread).strip(" ,")


def fold_regex(pattern: str) -> str:
    """Return a regex on folded text; what follows a backslash keeps its capital."""
    parts = re.split(r"(\\.)", pattern)
    return "".join(part if _ESCAPED.fullmatch(part) else plain(part).translate(_SAME) for part in parts)
