"""Talks with a running Rasa that has this example, and tells whether it answers as it should.

`python talk.py http://127.0.0.1:5005`; exit 1 at the first answer that is wrong. Only the standard library is used.
"""

import json
import sys
import time
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

PATIENCE = 180  # seconds for a server to start

# What is typed, and what must be somewhere in the answer.
CONVERSATIONS: Sequence[Sequence[tuple[str, str]]] = (
    (("hallo", "digitale assistent van de gemeente"),),
    (
        ("ik heb schulden en kan de huur niet betalen", '"ask": "place"'),
        ("overvecht", '"ask": "home_or_utilities_at_risk"'),
        ("/why", "team dat snel kan handelen"),
        ("nee", '"ask": "children_at_home"'),
        ('/inform{"children_at_home":"no"}', '"referrals": ["utrecht-buurtteam-sociaal"]'),
    ),
    (
        ("ik heb schulden", '"ask": "place"'),
        ("ik wil niet meer leven", "Bel 113"),
        ("amersfoort", '"referrals": ["amersfoort'),
    ),
    (
        ('/theme{"theme":"eenzaamheid"}', '"ask": "place"'),
        ("utrecht", '"ask": "wijk"'),
        ("weet ik niet", '"ask": "able_to_go"'),
        ("stop", "we stoppen"),
    ),
)


def talk(server: str) -> None:
    """Hold every conversation; stop at an answer that is wrong."""
    for lines in CONVERSATIONS:
        sender = uuid.uuid4().hex
        for typed, expected in lines:
            answer = json.dumps(say(server, sender, typed), ensure_ascii=False)
            if expected not in answer:
                sys.exit(f"{typed!r} should be answered with {expected}, and was with {answer}")
            print("ok", typed)


def say(server: str, sender: str, text: str) -> list[dict[str, Any]]:
    """Return what Rasa answers over its REST channel."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = Request(f"{server}/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return list(json.load(answer))


def wait_for(server: str) -> None:
    """Return when the server answers."""
    for _ in range(PATIENCE):
        try:
            urlopen(f"{server}/webhooks/rest/", timeout=5).close()
        except URLError:
            time.sleep(1)
        else:
            return
    sys.exit(f"{server} does not answer")


if __name__ == "__main__":
    wait_for(sys.argv[1])
    talk(sys.argv[1])
