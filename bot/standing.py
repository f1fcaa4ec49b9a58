"""How the store stands: what waits, how long, and what was promised. Numbers only."""

from bot.messages import Value

SOON = 4  # hours; a promise that ends sooner is at risk


class Queue(Value):
    """What waits for colleagues in a municipality; ages in seconds."""

    municipality: str
    waiting: int
    age: float
    at_risk: int
    late: int


class Standing(Value):
    """What waits in the store; ages in seconds."""

    letters: int
    dead_letters: int
    letter_age: float
    stuck: int
    failing: int
    queues: tuple[Queue, ...] = ()
