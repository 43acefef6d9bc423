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


class Span:
    """The half-open window [start_ns, stop_ns) of CLOCK_MONOTONIC, and the readings at its ends."""

    __slots__ = ("after", "before", "counted", "counted_extra", "length_ns", "start_ns", "stop_ns")

    def __init__(self, start_ns: int, stop_ns: int, before: Edge, after: Edge) -> None:
        self.start_ns: Final = start_ns
        self.stop_ns: Final = stop_ns
        self.before: Final = before
        self.after: Final = after
        self.length_ns: Final = stop_ns - start_ns
        """From start to stop."""
        self.counted: Final = [
            last - first if last > first else 0
            for first, last in zip(before.counters, after.counters, strict=True)
        ]
        """What each counter rose by. A worker's own readings never fall; two workers' might."""
        self.counted_extra: Final = [
            None if UNAVAILABLE in (first, last) else max(0, last - first)
            for first, last in zip(before.extra, after.extra, strict=True)
        ]
        """The same by `EdgeCounter`; None where an end could not be had."""

    def fell_back(self) -> bool:
        """Whether a reading found a counter lower than before, and held it."""
        return bool((self.before.flags | self.after.flags) & FLAGS["clamped"])
