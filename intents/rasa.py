"""Messages to the training files of Rasa 3: NLU data and a domain, as text. Nothing here touches a file."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from intents.model import Example

VERSION = "3.1"  # of Rasa's training data format, for every Rasa from 3.1 on
_ENTITY = re.compile(r"\](?=[({])")  # "[some](word)" and "[some]{…}" mark an entity to Rasa, also inside quotes
_UNPRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")  # JSON leaves them as they are, YAML breaks a line or stops


def rasa_files(examples: Iterable[Example]) -> Mapping[str, str]:
    """Return the text of nlu.yml and domain.yml: every message with a theme or an act, under its intent.

    Language, style, themes and signals go along as metadata of the message. Where a message has what Rasa would take
    for the mark of an entity, a space comes between.
    """
    intents: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if intent := intent_of(example):
            intents[intent].append(example)
    head = f"version: {_quoted(VERSION)}\n\n"
    return {
        "nlu.yml": head + "\n".join(["nlu:", *(line for name in intents for line in _block(name, intents[name])), ""]),
        "domain.yml": head + "\n".join(["intents:", *(f"- {_quoted(name)}" for name in intents), ""]),
    }


def intent_of(example: Example) -> str | None:
    """Return the intent of a message: its main theme, else its act; None where it has neither."""
    return example.themes[0] if example.themes else example.act


def _block(intent: str, examples: Sequence[Example]) -> Iterator[str]:
    yield f"- intent: {_quoted(intent)}"
    yield "  examples:"
    for example in examples:
        yield f"  - text: {_quoted(_ENTITY.sub('] ', example.text))}"
        yield f"    metadata: {_quoted(_metadata(example))}"


def _metadata(example: Example) -> Mapping[str, str | tuple[str, ...]]:
    more = {"themes": example.themes, "signals": example.signals}
    return {"language": example.language, "style": example.style, **{name: some for name, some in more.items() if some}}


def _quoted(value: object) -> str:
    """Return a value as JSON, which is YAML too: line breaks, dashes, quotes and numbers stay text."""
    written = json.dumps(value, ensure_ascii=False)
    return _UNPRINTED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)
