"""How often things may happen: tight for one conversation, wide for one address, which a whole library may share.

Counted in this process alone, with a bounded number of keys: whoever was seen longest ago is forgotten first, and
begins anew. With several processes each counts for itself, so all together let through so many times as much.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, IPv6Network, ip_address

MOST_KEYS = 50_000  # of each kind; about 10 MB in all when they are full

_STREAMS_OF_ONE = 8  # open pages of one conversation, or of one colleague
_STREAMS_HERE = 400  # of one address

_ROUNDING = 1e-6  # seconds

Clock = Callable[[], float]


class TooFast(Exception):
    """Not now; it may be tried again in so many whole seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too fast")
        self.seconds = max(1, math.ceil(seconds))


class Pace:
    """How often something may happen under one key: `burst` times at once, and then once in `every` seconds."""

    def __init__(self, burst: int, every: float, most_keys: int = MOST_KEYS) -> None:
        self.burst = burst
        self.every = every
        self.most_keys = most_keys
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when all of the burst is there again

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: str, now: float) -> float:
        """Return in how many seconds it may happen; 0 or less is now."""
        return self._after(key, now) - now - self.burst * self.every - _ROUNDING

    def count(self, key: str, now: float) -> None:
        """Note that it happened."""
        self._full_at[key] = self._after(key, now)
        self._full_at.move_to_end(key)
        while len(self._full_at) > self.most_keys:
            self._full_at.popitem(last=False)

    def _after(self, key: str, now: float) -> float:
        return max(self._full_at.get(key, now), now) + self.every


class Limits:
    """What one conversation, one address, one colleague and one caller with a token may ask.

    `times` makes everything so many times as wide; 0 lets everything through.
    """

    def __init__(self, times: float = 1.0, clock: Clock = time.monotonic) -> None:
        def pace(burst: int, every: float) -> Pace:
            return Pace(round(burst * times) or 1, every / (times or 1))

        self.is_off = times == 0
        self._clock = clock
        self._most_of_one, self._most_here = (round(n * times) for n in (_STREAMS_OF_ONE, _STREAMS_HERE))
        self._requests = pace(1500, 0.05)  # of one address, whatever they ask
        self._costly = pace(60, 1.0)  # of one address, what takes a tenth of a second: a PDF, a password
        self._callers = pace(2000, 0.01)  # who shows the token of this installation
        self._colleagues = pace(300, 0.2)  # one session at the desk
        self._conversations = pace(20, 2.0)  # messages of one conversation
        self._messages = pace(600, 0.1)  # of one address, in conversations that we know
        self._beginnings = pace(120, 1.0)  # of one address: new conversations, and tokens that nobody has
        self._met: OrderedDict[str, None] = OrderedDict()
        self._open: Counter[str] = Counter()

    def request(self, address: str) -> None:
        """Count a request of an address. Raises TooFast."""
        self._take((self._requests, address))

    def costly(self, address: str) -> None:
        """Count a request that costs much to answer. Raises TooFast."""
        self._take((self._costly, address))

    def caller(self, token: str) -> None:
        """Count a request of a caller with a good token. Raises TooFast."""
        self._take((self._callers, token))

    def colleague(self, session: str) -> None:
        """Count a request of a session at the desk. Raises TooFast."""
        self._take((self._colleagues, session))

    async def message(self, conversation: str, address: str, exists: Callable[[str], Awaitable[object]]) -> None:
        """Count a message. `exists` is asked only for a conversation that this process has not met. Raises TooFast."""
        if self.is_off:
            return
        known = conversation in self._met or bool(await exists(conversation))
        here = self._messages if known else self._beginnings
        self._take((self._conversations, conversation), (here, address))
        self._meet(conversation)

    @contextmanager
    def stream(self, listener: str, address: str) -> Iterator[None]:
        """Count a stream as long as it is open. Raises TooFast when there are too many."""
        keys = (f"of:{listener}", f"at:{address}")
        if not self.is_off and any(
            self._open[key] >= most for key, most in zip(keys, (self._most_of_one, self._most_here), strict=True)
        ):
            raise TooFast(10)
        self._open.update(keys)
        try:
            yield
        finally:
            self._open.subtract(keys)
            for key in keys:
                if not self._open[key]:
                    del self._open[key]

    def _take(self, *asked: tuple[Pace, str]) -> None:
        """Count all of these, or none of them. Raises TooFast."""
        if self.is_off:
            return
        now = self._clock()
        wait = max(pace.wait(key, now) for pace, key in asked)
        if wait > 0:
            raise TooFast(wait)
        for pace, key in asked:
            pace.count(key, now)

    def _meet(self, conversation: str) -> None:
        self._met[conversation] = None
        self._met.move_to_end(conversation)
        while len(self._met) > MOST_KEYS:
            self._met.popitem(last=False)


OFF = Limits(0)


def address_of(host: str | None) -> str:
    """Return the key of a client's address: an IPv4 address, the /64 of an IPv6 one (a home has at least that)."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or "nowhere"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Network((address, 64), strict=False))
    return str(address)
