"""Inzage (AVG, article 15): a copy of all that is kept about one conversation, for machines and for people.

Whoever runs Wegwijs gives the whole of it, after a look whether it tells of others too. What a resident downloads
in the chat leaves out what colleagues wrote to each other and their names in the log, and says so in its place.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from bot.messages import Value

Rows = Mapping[str, Sequence[Mapping[str, Any]]]  # table -> rows

WITHHELD = "[staat niet in deze download; vraag het aan de gemeente]"
# What colleagues wrote to each other, by the kind of event.
_AMONG_STAFF = {
    "noted": ("text",),
    "reminder_set": ("what",),
    "closed": ("note",),
    "passed": ("reason",),
    "reopened": ("reason",),
}
_STYLE = "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"


class Copy(Value):
    """A copy of what is kept of a conversation, at a moment."""

    conversation: str
    made_at: datetime
    rows: Rows


class Words(Value):
    """What stands around it in the copy for people."""

    title: str
    you: str
    bot: str
    stored: str
    language: str = "nl"


DUTCH_WORDS = Words(title="Wat er bewaard is", you="Bewoner", bot="Wegwijs, computer", stored="Zoals het is opgeslagen")


def for_resident(copy: Copy) -> Copy:
    """Return the copy without what colleagues wrote to each other and their names in the log."""
    rows = {**copy.rows}
    rows["events"] = [_without(row, _AMONG_STAFF.get(row["kind"], ())) for row in copy.rows.get("events", ())]
    rows["pending"] = [{**row, "body": WITHHELD} for row in copy.rows.get("pending", ())]
    rows["audit"] = [{**row, "who": WITHHELD, "source": WITHHELD} for row in copy.rows.get("audit", ())]
    return copy.model_copy(update={"rows": {name: found for name, found in rows.items() if found}})


def as_json(copy: Copy) -> str:
    """Return the copy for machines: every row of every table."""
    told = {"conversation": copy.conversation, "made_at": copy.made_at.isoformat(), "kept": copy.rows}
    return json.dumps(told, ensure_ascii=False, indent=2, default=list)


def as_html(copy: Copy, words: Words = DUTCH_WORDS) -> str:
    """Return the copy for people: what was said, and below it everything as it is stored."""
    said = "\n".join(_line(row["body"], words) for row in copy.rows.get("events", ()))
    return f"""<!doctype html>
<html lang="{escape(words.language)}"><head><meta charset="utf-8"><title>{escape(words.title)}</title>
<style>{_STYLE}</style></head><body>
<h1>{escape(words.title)}</h1>
<p>{copy.made_at:%d-%m-%Y %H:%M}</p>
<dl dir="auto">
{said}
</dl>
<h2>{escape(words.stored)}</h2>
<pre>{escape(as_json(copy))}</pre>
</body></html>
"""


def _line(event: Mapping[str, Any], words: Words) -> str:
    who = {"heard": words.you, "contact_given": words.you}.get(event["kind"], event.get("by") or words.bot)
    name = words.bot if who == "bot" else who
    text = "<br>".join(escape(one) for one in _texts(event))
    return f"<dt>{escape(event['at'][:16].replace('T', ' '))} {escape(str(name))}</dt><dd>{text}</dd>" if text else ""


def _texts(event: Mapping[str, Any]) -> Sequence[str]:
    """Return what an event says in words; what it decided stands in the copy for machines."""
    match event["kind"]:
        case "said":
            return [part["text"] for part in event["reply"]["parts"] if part["text"]]
        case "contact_given":
            return [one for one in (event["name"], event["reach"]) if one]
        case kind:
            names = ("text", *_AMONG_STAFF.get(kind, ()))
            return [str(event[name]) for name in dict.fromkeys(names) if event.get(name)]


def _without(row: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    body = {name: WITHHELD if name in names and one else one for name, one in row["body"].items()}
    return {**row, "body": body}
