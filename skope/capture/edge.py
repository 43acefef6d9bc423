"""The machine at one instant, and the two instants that bound a capture."""

from typing import Final, NamedTuple, Self

from skope._fast import EDGE_WORDS, FLAGS, UNAVAILABLE

_FIRST: Final = {name: place.start for name, place in EDGE_WORDS.items()}


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
        words: list[int] = memoryview(reading).cast("q").tolist()
        return cls(
            monotonic_ns=words[_FIRST["monotonic_ns"]],
            realtime_ns=words[_FIRST["realtime_ns"]],
            boottime_ns=words[_FIRST["boottime_ns"]],
            counters=words[EDGE_WORDS["counters"]],
            gauges=words[EDGE_WORDS["gauges"]],
            extra=words[EDGE_WORDS["extra"]],
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
