"""What `skope agg` says now and then where nobody watches a screen."""

from collections.abc import Mapping
from typing import NamedTuple

from skope.view.numbers import count, plural

_KILO = 1000
_UNITS = ("", " k", " M", " G")


class Standing(NamedTuple):
    """The intake at one moment."""

    records: int
    names: int
    rejected: Mapping[str, int]
    """By HTTP status."""


def line(clock: str, now: Standing, before: Standing, seconds: float) -> str:
    """One line: how much there is, how much came since, how fast.

    Parameters
    ----------
    clock : the time of day as it is to be shown
    now, before : the intake now, and `seconds` ago
    """
    fresh = now.records - before.records
    speed = rate(fresh / seconds) if seconds > 0 else "0 /s"
    return (
        f"{clock} agg {plural(now.records, 'record')} (+{count(fresh)}, {speed}) "
        f"{plural(now.names, 'name')}, {refusals(now.rejected)}"
    )


def rate(per_second: float) -> str:
    """`12.5 k/s`."""
    value, unit = per_second, 0
    while value >= _KILO and unit < len(_UNITS) - 1:
        value /= _KILO
        unit += 1
    digits = f"{value:.1f}" if unit or value < 100 else f"{value:.0f}"
    return f"{digits}{_UNITS[unit] or ' '}/s"


def refusals(rejected: Mapping[str, int]) -> str:
    """`2 rejected: 400 x2`."""
    total = sum(rejected.values())
    parts = [f"{status} x{count(times)}" for status, times in sorted(rejected.items()) if times]
    return f"{count(total)} rejected" + (f": {', '.join(parts)}" if parts else "")
