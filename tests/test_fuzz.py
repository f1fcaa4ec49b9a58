"""Nothing that a stranger sends breaks what reads it; `python -m bench.fuzz` tries that for as long as one likes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.fuzz.targets import TARGETS, seeds

# What people really send, cut and joined with anything; deep and long things, that parsers stumble over.
REAL = st.sampled_from(seeds())
BITS = st.one_of(st.binary(max_size=40), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")))
DEEP = st.sampled_from([b"[", b'{"a":', b'"', b"9", b"&a=", b"%", b"(", b" ", b"a1 "]).map(lambda one: one * 3000)
MIXED = st.builds(lambda real, at, bit: real[:at] + bit + real[at:], REAL, st.integers(0, 300), BITS)
NESTED = st.builds(lambda begin, deep: begin + deep + b"}", st.sampled_from([b'/x{"a":', b'{"message":', b""]), DEEP)
SENT = st.one_of(MIXED, BITS, NESTED)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_nothing_that_a_stranger_sends_breaks_what_reads_it(target):
    @given(SENT)
    @example(b'/x{"a":' + b"[" * 100_000 + b"}")
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    def holds(sent: bytes) -> None:
        target(sent)

    holds()
