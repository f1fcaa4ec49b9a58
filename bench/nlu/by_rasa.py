"""Rasa 3.6 on one task: `python -m bench.nlu.by_rasa FOLDER`, in Rasa's own Python 3.10.

Trains as `rasa train nlu` does and reads as Rasa's server does, through the whole pipeline of rasa/config.yml.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rasa.core.agent import Agent  # type: ignore[import-not-found]
from rasa.model_training import train_nlu  # type: ignore[import-not-found]

from bench.nlu.engine import KEPT, Read, Task, run

CONFIG = Path(__file__).parent / "rasa" / "config.yml"
FALLBACK = "nlu_fallback"  # "I am not sure": no guess, so that the guesses behind it count


def learn(_: Task) -> Read:
    """Return a reader by Rasa, learned from nlu.yml in the folder of the task: the same messages and intents."""
    folder = Path(sys.argv[1])
    model = train_nlu(str(CONFIG), str(folder / "nlu.yml"), str(folder))
    agent = Agent.load(model)
    loop = asyncio.new_event_loop()

    def read(text: str) -> Sequence[str]:
        said = loop.run_until_complete(agent.parse_message(text))
        return [one["name"] for one in said["intent_ranking"] if one["name"] != FALLBACK][:KEPT]

    return read


if __name__ == "__main__":
    run(Path(sys.argv[1]), learn)
