"""Figures for Prometheus: how turns go in this process, and how the store stands.

Labels are names of channels, themes of danger, municipalities and routes of ours; never anything of a resident.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bot.events import Decided, Event, HandedOver, Heard, Said
from bot.meter import Note
from bot.standing import Standing
from bot.watch.tracing import Tracer
from referral.model import Ask

SEVERAL = "PROMETHEUS_MULTIPROC_DIR"  # where several workers of one machine add up what they count
_TURN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_CHANCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


def count_as(place: int) -> None:
    """Let this process count in the files of a worker's place, where who comes after it goes on.

    Named after the process, as the library does it, they would be more with each worker that is replaced.
    """
    values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]


class Metrics:
    """The Meter that counts for Prometheus."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self.registry = CollectorRegistry()
        self._tracer = tracer or Tracer()
        here = self.registry
        self.turns = Counter("wegwijs_turns", "Turns, by what came of them.", ["channel", "outcome"], registry=here)
        self.seconds = Histogram("wegwijs_turn_seconds", "Time of a turn.", ["channel"], buckets=_TURN, registry=here)
        self.danger = Counter("wegwijs_safety_hits", "Messages in which danger was read.", ["signal"], registry=here)
        self.confidence = Histogram(
            "wegwijs_confidence", "Chance of the first theme of a message.", buckets=_CHANCES, registry=here
        )
        self.unsure = Counter(
            "wegwijs_unsure", "Messages with a theme that was not sure enough to act on.", registry=here
        )
        self.stumbled = Counter("wegwijs_set_aside", "Messages that could not be taken.", ["problem"], registry=here)
        self.requests = Histogram(
            "wegwijs_request_seconds", "Time of a request.", ["method", "route", "status"], buckets=_TURN, registry=here
        )
        self.erased = Counter("wegwijs_erased", "What was kept long enough and was erased.", ["kind"], registry=here)

    @contextmanager
    def turn(self, channel: str) -> Iterator[Note]:
        """Measure a turn from begin to end."""
        began = time.perf_counter()
        with self._tracer.span("turn", channel=channel):
            yield lambda events: self._note(channel, events)
        self.seconds.labels(channel).observe(time.perf_counter() - began)

    def aside(self, kind: str) -> None:
        """Count a message that could not be taken, by the kind of problem."""
        self.stumbled.labels(kind).inc()

    def _note(self, channel: str, events: Sequence[Event]) -> None:
        self.turns.labels(channel, _outcome(events)).inc()
        for heard in (event for event in events if isinstance(event, Heard)):
            for signal in heard.understanding.signals:
                self.danger.labels(signal).inc()
            if heard.understanding.ranking:
                self.confidence.observe(heard.understanding.ranking[0].confidence)
                self.unsure.inc(not heard.understanding.themes)

    def text(self, standing: Standing | None, broken: Iterable[str]) -> bytes:
        """Return everything as Prometheus reads it; of the store nothing when it is away."""
        registry = self.registry
        if os.environ.get(SEVERAL):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        now = CollectorRegistry()
        now.register(_Now(standing, tuple(broken)))
        return generate_latest(registry) + generate_latest(now)


class _Now(Collector):
    """How everything stands, as gauges."""

    def __init__(self, standing: Standing | None, broken: tuple[str, ...]) -> None:
        self._standing = standing
        self._broken = broken

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give each gauge."""
        yield _gauge("wegwijs_up", "Whether the database answers.", float(self._standing is not None))
        yield _gauge(
            "wegwijs_people_only", "Whether only phone numbers and people are offered.", float(bool(self._broken))
        )
        if self._standing is None:
            return
        yield _gauge("wegwijs_outbox_waiting", "Replies on their way.", self._standing.letters)
        yield _gauge("wegwijs_outbox_dead", "Replies that were given up.", self._standing.dead_letters)
        yield _gauge("wegwijs_outbox_age_seconds", "Age of the oldest reply on its way.", self._standing.letter_age)
        yield _gauge("wegwijs_stuck", "Messages, timers and updates that stand still.", self._standing.stuck)
        yield _gauge(
            "wegwijs_elsewhere_failing", "What could not be told to another system yet.", self._standing.failing
        )
        told = {
            "wegwijs_queue_waiting": ("Questions that wait for a colleague.", "waiting"),
            "wegwijs_queue_age_seconds": ("How long the oldest of them waits.", "age"),
            "wegwijs_promises_at_risk": ("Of them, promised within four hours.", "at_risk"),
            "wegwijs_promises_late": ("Of them, promised before now.", "late"),
        }
        for name, (text, field) in told.items():
            family = GaugeMetricFamily(name, text, labels=["municipality"])
            for queue in self._standing.queues:
                family.add_metric([queue.municipality], float(getattr(queue, field)))
            yield family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _outcome(events: Sequence[Event]) -> str:
    """Return what came of a turn: a question, a referral, a handover, another reply, or silence."""
    for event in events:
        match event:
            case HandedOver():
                return "handed_over"
            case Decided(decision=Ask()):
                return "asked"
            case Decided():
                return "referred"
            case _:
                continue
    said = [event for event in events if isinstance(event, Said)]
    return said[-1].reply.status if said else "silent"
