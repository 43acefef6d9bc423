"""The machine at one instant, and the two instants that bound a capture."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

import numpy as np

from skope._fast import COUNTERS, UNAVAILABLE, dtype

_WORD: Final = 8


def _places() -> dict[str, slice]:
    """Which words of an edge_t each field is."""
    fields: Mapping[str, tuple[Any, ...]] = dtype("edge").fields or {}
    return {
        name: slice(at // _WORD, (at + kind.itemsize) // _WORD)
        for name, (kind, at, *_) in fields.items()
    }


_AT: Final = _places()
_MAY_FALL: Final = frozenset({"cpu_idle", "cpu_iowait"})
"""Guessed by the kernel while a processor sleeps, and put right later."""
_FIRST: Final = {name: place.start for name, place in _AT.items()}


class Edge(NamedTuple):
    """One reading, in the units of the record: ns, bytes, events."""

    monotonic_ns: int
    realtime_ns: int
    boottime_ns: int
    counters: list[int]
    """By `Counter`."""
    gauges: list[int]
    """By `Gauge`; UNAVAILABLE where it could not be had."""
    extra: list[int]
    """By `EdgeCounter`; UNAVAILABLE where it could not be had."""
    front_cpu_ns: int
    sampler_cpu_ns: int

    @classmethod
    def of(cls, reading: bytes) -> Self:
        """The edge in the bytes of an edge_t."""
        words: list[int] = np.frombuffer(reading, np.int64).tolist()
        return cls(
            monotonic_ns=words[_FIRST["monotonic_ns"]],
            realtime_ns=words[_FIRST["realtime_ns"]],
            boottime_ns=words[_FIRST["boottime_ns"]],
            counters=words[_AT["counters"]],
            gauges=words[_AT["gauges"]],
            extra=words[_AT["extra"]],
            front_cpu_ns=words[_FIRST["front_cpu_ns"]],
            sampler_cpu_ns=words[_FIRST["sampler_cpu_ns"]],
        )


class Span(NamedTuple):
    """The half-open window [start_ns, stop_ns) of CLOCK_MONOTONIC, and the readings at its ends."""

    start_ns: int
    stop_ns: int
    before: Edge
    after: Edge

    @property
    def length_ns(self) -> int:
        """From start to stop."""
        return self.stop_ns - self.start_ns

    def counted(self, counter: int) -> int:
        """What a counter rose by. The kernel's own may fall (idle, iowait do): that is no rise."""
        return max(0, self.after.counters[counter] - self.before.counters[counter])

    def counted_extra(self, counter: int) -> int | None:
        """The same for an `EdgeCounter`; None where an end could not be had."""
        first, last = self.before.extra[counter], self.after.extra[counter]
        if UNAVAILABLE in (first, last):
            return None
        return max(0, last - first)

    def fell_back(self) -> bool:
        """Whether a counter that only rises was lower at stop than at start."""
        kernel = zip(self.before.counters, self.after.counters, strict=True)
        extras = zip(self.before.extra, self.after.extra, strict=True)
        return any(
            last < first
            for name, (first, last) in zip(COUNTERS, kernel, strict=True)
            if name not in _MAY_FALL
        ) or any(UNAVAILABLE != last < first for first, last in extras)
