"""Histograms of known values, counted without a kernel."""

from fractions import Fraction
from math import ceil, log2
from typing import NamedTuple

from skope.stats.histogram import PER_OCTAVE


class Counted(NamedTuple):
    """What a tally keeps of some values."""

    zeros: int
    runs: list[tuple[int, list[int]]]
    low: float
    high: float


def index_of(value):
    """The bucket of a positive value: it lies above its lower edge, or at its upper one."""
    return ceil(log2(value) * PER_OCTAVE) - 1


def counted(values):
    """The histogram of `values`; adjoining buckets are one run."""
    held = {}
    for value in values:
        if value:
            held[index_of(value)] = held.get(index_of(value), 0) + 1
    runs = []
    for index in sorted(held):
        if not runs or index != runs[-1][0] + len(runs[-1][1]):
            runs.append((index, []))
        runs[-1][1].append(held[index])
    return Counted(sum(not value for value in values), runs, min(values), max(values))


def exact_sum(values, unit):
    """The sum as an integer number of 1 / `unit`."""
    return sum(int(Fraction(value) * unit) for value in values)
