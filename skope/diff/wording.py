"""Findings as plain sentences: which way, by how much, how surely."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from skope.schema.metrics import Scale
from skope.stats.shift import factor
from skope.units import BYTE_UNITS

_VERBS: Final = {
    "exec_time": ("takes", "longer", "less time"),
    "wait_cpu": ("waits", "more", "less"),
}
_BY_UNIT: Final = {
    "s": ("uses", "more", "less"),
    "MiB": ("uses", "more", "less"),
    "%": ("uses", "more", "less"),
}
_OTHERWISE: Final = ("has", "more", "less")
_APART: Final = {"%": "points"}
"""What the difference of two values is in, where that is not their own unit."""
_WHOLE_FROM: Final = 100
"""Percentages of so much and more are written without a decimal."""
_LEAST_P: Final = 1e-4
_NEAR_CERTAIN: Final = 99.9
_BRIEF_S: Final = 0.1
_MILLISECOND_S: Final = 1e-3
_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_ABSURD: Final = 1e15
_LONG: Final = 2
"""From so many of a larger unit on, it is used."""


def finding(metric: str, unit: str, size: float, scale: Scale) -> str:
    """What head does: `head uses 12.4 % more`; `size` is on the scale."""
    verb, more, less = _VERBS.get(metric) or _BY_UNIT.get(unit, _OTHERWISE)
    amount = extent(size, scale, unit)
    if amount.split()[0] in {"0", "0.0"}:
        return f"head {verb} as much as base"
    return f"head {verb} {amount} {more if size > 0 else less}"


def standing(metric: str, unit: str, size: float, scale: Scale) -> str:
    """The same with the metric's name: `exec_time is 6.9 % higher`."""
    return f"{metric} is {extent(size, scale, unit)} {'higher' if size > 0 else 'lower'}"


def extent(size: float, scale: Scale, unit: str) -> str:
    """A change without its direction: `12.4 %`, `54 MiB`."""
    if scale == "difference":
        return quantity(abs(size), _APART.get(unit, unit))
    return f"{_digits(abs(_percent(size)))} %"


def bounds(low: float, high: float, scale: Scale, unit: str) -> str:
    """An interval with its signs: `+9.1 to +15.8 %`, `-0.31 to +2.4 ms`."""
    if scale == "difference":
        times, shown = _written_in(max(abs(low), abs(high)), _APART.get(unit, unit))
        return f"{_number(low, times, '+')} to {_number(high, times, '+')}{shown}"
    return f"{_signed(_percent(low))} to {_signed(_percent(high))} %"


def quantity(value: float, unit: str) -> str:
    """A number in its unit: `512 MiB`, `51.66 ms`, `12,345,678`."""
    times, shown = _written_in(abs(value), unit)
    return f"{_number(value, times)}{shown}"


def margin(min_effect: float, scale: Scale, unit: str) -> str:
    """The practical gate: `2.0 %`, `1.28 MiB`."""
    if scale == "difference":
        return quantity(min_effect, _APART.get(unit, unit))
    return f"{_digits(100 * min_effect)} %"


def level(confidence: float) -> str:
    """A confidence: `95 %`, `99.2 %`; never rounded up to certainty."""
    return f"{min(100 * confidence, _NEAR_CERTAIN):.3g} %"


def chance(p: float) -> str:
    """A p: `p = 0.0079`."""
    return f"p = {p:.2g}" if p >= _LEAST_P else "p < 0.0001"


def pairings(effect: float, size: float) -> str:
    """An effect size, from the side the change is on: `higher in 92 % of pairings`."""
    if size < 0:
        return f"lower in {100 * (1 - effect):.0f} % of pairings"
    return f"higher in {100 * effect:.0f} % of pairings"


def of_pairs(effect: float, size: float) -> str:
    """The same of runs measured in pairs: `higher in 92 % of the pairs`."""
    return pairings(effect, size).replace("pairings", "the pairs")


def duration(seconds: float) -> str:
    """A length of time nobody will hold us to: `40 s`, `3 min`, `2 h`."""
    if not isfinite(seconds) or seconds < _LONG * _MINUTE_S:
        return f"{max(1, round(seconds))} s" if isfinite(seconds) else "long"
    if seconds < _LONG * _HOUR_S:
        return f"{round(seconds / _MINUTE_S)} min"
    return f"{round(seconds / _HOUR_S)} h"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _written_in(largest: float, unit: str) -> tuple[float, str]:
    """How many of the unit that suits `largest` one of `unit` is, and what follows the number."""
    if unit == "count":
        return 1.0, ""
    if unit == "B":
        fitting = ((1 / size, f" {name}") for least, size, name in BYTE_UNITS if largest >= least)
        return next(fitting, (1.0, " B"))
    if unit != "s" or not 0 < largest < _BRIEF_S:
        return 1.0, f" {unit}"
    return (1e3, " ms") if largest >= _MILLISECOND_S else (1e6, " µs")


def _number(value: float, times: float, sign: str = "") -> str:
    """`value` in a unit of which its own holds `times`; no exponent because it is large."""
    scaled = value * times
    digits = 6 if times == 1 else 4
    if 10**digits - 0.5 <= abs(scaled) < _ABSURD:
        return f"{scaled:{sign},.0f}"
    return f"{scaled:{sign}.{digits}g}"


def _percent(log_ratio: float) -> float:
    return 100 * (factor(log_ratio) - 1)


def _digits(percent: float) -> str:
    return f"{percent:.1f}" if round(percent, 1) < _WHOLE_FROM else f"{percent:.0f}"


def _signed(percent: float) -> str:
    return f"{'-' if round(percent, 1) < 0 else '+'}{_digits(abs(percent))}"
