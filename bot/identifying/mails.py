"""E-mail addresses, also as they are said: "fatima punt b apenstaartje gmail punt com"."""

import re
from collections.abc import Iterator

from bot.identifying.folded import Found

_SAID_AT = r"apenstaart\w*|arroba|собака|собачка|małpa|klammeraffe|kuyruklu a|maymună"
_AT = re.compile(rf" ?@ ?| ?[(\[] ?(?:at|{_SAID_AT}) ?[)\]] ?| (?:at|{_SAID_AT}) ")
_SAID_DOT = r"punt|dot|punto|punkt|point|punct|kropka|точка|крапка|nokta|نقطة|نقطه"
_DOT = rf"(?:\.| ?[(\[] ?(?:{_SAID_DOT}) ?[)\]] ?| (?:{_SAID_DOT}) )"
_BEFORE = re.compile(rf"[\w+-]{{1,64}}(?:{_DOT}[\w+-]{{1,64}}){{0,4}}$")
_BEHIND = re.compile(rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,63}}){{0,3}}{_DOT}[^\W\d_]{{2,24}}(?!\w)")
_PROVIDERS = re.compile(
    r"(?:gmail|hotmail|outlook|live|yahoo|icloud|ziggo|kpnmail|planet|xs4all|proton\w*|msn|casema|hetnet|home|upcmail)"
    r"(?:\.| )"
)
_ENDS = re.compile(r"(?:com|nl|net|org|eu|de|be|fr|es|uk|tr|pl|ro|bg|ru|ua|io|info)$")
_LONGEST = 96  # signs before the at that are looked at


def mails_in(text: str) -> Iterator[Found]:
    """Yield the addresses in a folded text."""
    for at in _AT.finditer(text):
        behind = _BEHIND.match(text, at.end())
        before = _BEFORE.search(text[max(0, at.start() - _LONGEST) : at.start()])
        if behind and before and (at[0] != " at " or _is_address(behind[0])):
            yield Found(at.start() - len(before[0]), behind.end(), "e-mailadres")


def _is_address(domain: str) -> bool:
    """Tell whether what stands behind a plain "at" is a domain of mail: "look at wegwijs.nl" is none."""
    return _PROVIDERS.match(domain) is not None or (" " in domain and _ENDS.search(domain) is not None)
