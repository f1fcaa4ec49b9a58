"""Why something could not be told elsewhere. The words are codes: nothing that another system answered is in them."""

import re

_DETAIL = re.compile(r"[^\w .,:/_=-]")
_LONGEST = 120


class Failed(Exception):
    """It was not told now; it may be later. `problem` is a code, with a detail behind a colon."""

    def __init__(self, problem: str, detail: str = "") -> None:
        shown = _DETAIL.sub("", detail)[:_LONGEST]
        self.problem = f"{problem}:{shown}" if shown else problem
        super().__init__(self.problem)


class Refused(Failed):
    """It will never be taken as it is; somebody must look at it."""
