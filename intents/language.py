"""Text to language. The conversation's language is prior knowledge; a short text changes it only when it is plain."""

import re

import eldc

KNOWN = ("nl", "en", "tr", "ar", "pl", "uk", "es", "fr", "de", "ru", "fa", "bg", "ro")
_SURE_FROM = 3  # words; fewer are too little to go by, unless the script or the word says it
_SCRIPTS = (
    ("ti", re.compile(r"[\u1200-\u139f]")),
    ("fa", re.compile(r"[\u067e\u0686\u0698\u06af\u06cc\u06a9]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("uk", re.compile(r"[іїєґІЇЄҐ]")),
)
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")

_detector = None


def language_of(text: str, before: str | None = None) -> str:
    """Return the language (ISO 639-1) of a guarded text; `before` is what the conversation spoke so far."""
    found = re.findall(r"[^\W\d_]+", text)
    if not found:
        return before or "nl"
    for language, signs in _SCRIPTS:
        if signs.search(text):
            return language
    if before and len(found) < _SURE_FROM and not _CYRILLIC.search(text):
        return before
    detected = _detect(" ".join(found).lower())
    if detected.language in KNOWN:
        if len(found) < _SURE_FROM and not detected.reliable:
            return before or "nl"
        return str(detected.language)
    return before or "nl"


def _detect(text: str) -> "eldc.Result":
    global _detector  # noqa: PLW0603 -- the detector's tables, made once
    if _detector is None:
        eldc.init()
        _detector = eldc.instance()
        _detector.set_languages(list(KNOWN))
    return _detector.detect_details(text)
