"""The machine at one instant, and the two instants that bound a capture."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

import numpy as np

from skope._fast import FLAGS, UNAVAILABLE, dtype

_WORD: Final = 8


def _places() -> dict[str, slice]:
    """Which words of an edge_t each field is."""
    fields: Mapping[str, tuple[Any, ...]] = dtype("edge").fields or {}
    return {
        name: slice(at // _WORD, (at + kind.itemsize) // _WORD)
        for name, (kind, at, *_) in fields.items()
    }


_AT: Final = _places()
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
    flags: int

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
            flags=words[_FIRST["flags"]],
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
        """What a counter rose by. A worker's own readings never fall; two workers' might."""
        return max(0, self.after.counters[counter] - self.before.counters[counter])

    def counted_extra(self, counter: int) -> int | None:
        """The same for an `EdgeCounter`; None where an end could not be had."""
        first, last = self.before.extra[counter], self.after.extra[counter]
        if UNAVAILABLE in (first, last):
            return None
        return max(0, last - first)

    def fell_back(self) -> bool:
        """Whether a reading found a counter lower than before, and held it."""
        return bool((self.before.flags | self.after.flags) & FLAGS["clamped"])
