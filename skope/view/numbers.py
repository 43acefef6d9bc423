"""Where a number becomes words, and nowhere else: ``1.42 ms``, ``+6.9 %``, ``2 min ago``.

Inside Skope numbers are in base units. Two numbers that stand side by side share one `Scale`, so
that the eye can compare their digits.
"""

import math
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from skope.units import BYTE_UNITS
from skope.view.width import clean

NOTHING: Final = "-"
"""What stands for a value that could not be had."""


class Scale(NamedTuple):
    """How the numbers of one row are written."""

    suffix: str
    divisor: float
    decimals: int

    def text(self, value: float | None) -> str:
        """`value` with its unit."""
        return self._write(value, "")

    def signed(self, value: float | None) -> str:
        """A difference: always with a sign, and nought with a plus; of percentages in points."""
        apart = self._replace(suffix="pts") if self.suffix == "%" else self
        return apart._write(value, "+")  # noqa: SLF001 - it is one of us

    def bare(self, value: float | None) -> str:
        """A signed difference without its unit, for the bounds of an interval."""
        return _digits(value, self.divisor, self.decimals, "+")

    def _write(self, value: float | None, sign: str) -> str:
        digits = _digits(value, self.divisor, self.decimals, sign)
        return f"{digits} {self.suffix}".rstrip() if value is not None else digits


_ABSURD: Final = 1e12
"""No table has room for what is larger, and nothing measured is."""
_KIB: Final = 1024.0
_SECONDS: Final = (
    (1000.0, Scale("s", 1.0, 1)),
    (0.1, Scale("s", 1.0, 3)),
    (1e-2, Scale("ms", 1e-3, 1)),
    (1e-3, Scale("ms", 1e-3, 2)),
    (1e-4, Scale("µs", 1e-6, 0)),
    (1e-6, Scale("µs", 1e-6, 1)),
    (0.0, Scale("ns", 1e-9, 0)),
)
_MEBIBYTES: Final = (
    (1000.0, Scale("GiB", _KIB, 2)),
    (1.0, Scale("MiB", 1.0, 1)),
    (0.0, Scale("KiB", 1 / _KIB, 1)),
)
_BYTE_DECIMALS: Final = {"GiB": 2, "MiB": 1, "KiB": 1, "B": 0}
_BYTES: Final = tuple(
    (float(least), Scale(unit, float(size), _BYTE_DECIMALS[unit]))
    for least, size, unit in BYTE_UNITS
)
_COUNTS: Final = (
    (1e10, Scale("G", 1e9, 2)),
    (1e7, Scale("M", 1e6, 2)),
    (0.0, Scale("", 1.0, 0)),
)
_STEPS: Final = {"s": _SECONDS, "MiB": _MEBIBYTES, "B": _BYTES, "count": _COUNTS}
_PLAIN: Final = {"%": Scale("%", 1.0, 1)}
_ZERO: Final = {
    "s": Scale("s", 1.0, 0),
    "MiB": Scale("MiB", 1.0, 1),
    "B": Scale("B", 1.0, 0),
    "count": Scale("", 1.0, 0),
}


def scale_of(unit: str, *values: float | None) -> Scale:
    """The scale that suits the largest of `values`, given in `unit`."""
    if unit not in _STEPS:
        return _PLAIN.get(unit) or Scale(clean(unit), 1.0, 1)
    sizes = (abs(_real(value)) for value in values if value is not None)
    largest = max(filter(math.isfinite, sizes), default=0.0)
    if not largest:
        return _ZERO[unit]
    # A number is written with the scale of what it rounds to: 0.9999 MiB is 1.0 MiB.
    return next(scale for least, scale in _STEPS[unit] if largest >= least * 0.9995)


def quantity(value: float | None, unit: str) -> str:
    """One value by itself."""
    return scale_of(unit, value).text(value)


def count(value: int) -> str:
    """A whole number: ``1,248,031``."""
    return f"{value:,}"


def plural(number: int, noun: str) -> str:
    """``1 run``, ``2 runs``, ``2 processes``."""
    ending = "es" if noun.endswith("s") else "s"
    return f"{count(number)} {noun}{'' if number == 1 else ending}"


def percent(value: float | None, decimals: int = 1) -> str:
    """A share of a hundred: ``24.1 %``."""
    return f"{_digits(value, 1.0, decimals, '')} %" if value is not None else NOTHING


def change(ratio: float | None) -> str:
    """A ratio as a change: 1.069 is ``+6.9 %``."""
    bare = bare_change(ratio)
    return f"{bare} %" if ratio is not None else bare


def bare_change(ratio: float | None) -> str:
    """`change` without its sign of per cent, for the bounds of an interval."""
    if ratio is None:
        return NOTHING
    hundredfold = (ratio - 1.0) * 100.0
    return _digits(hundredfold, 1.0, 0 if abs(hundredfold) >= 1000 else 1, "+")


def moment(timestamp: float, zone: tzinfo | None = None) -> str:
    """A date and a time of day, the reader's: ``2026-11-23 07:20``."""
    at = _at(timestamp, zone)
    return f"{at:%Y-%m-%d %H:%M}" if at else NOTHING


def ago(timestamp: float, now: float, zone: tzinfo | None = None) -> str:
    """How long before `now` that was, as people say it; at most ten characters."""
    then, today = _at(timestamp, zone), _at(now, zone)
    if then is None or today is None:
        return NOTHING
    passed, days = now - timestamp, (today.date() - then.date()).days
    if passed < -60 or days >= 10:
        return f"{then:%Y-%m-%d}"
    if passed < 3600:
        return f"{int(passed // 60)} min ago" if passed >= 60 else "just now"
    if days:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{int(passed // 3600)} h ago"


def _at(timestamp: float, zone: tzinfo | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(timestamp, zone).astimezone(zone)
    except (OverflowError, OSError, ValueError):
        return None


def _digits(value: float | None, divisor: float, decimals: int, sign: str) -> str:
    real = math.nan if value is None else _real(value)
    if math.isnan(real):
        return NOTHING
    if math.isinf(real):
        return "-∞" if real < 0 else f"{sign}∞"
    scaled = real / divisor
    if abs(scaled) >= _ABSURD:
        return f"{scaled:{sign}.3g}"
    text = f"{scaled:{sign},.{decimals}f}"
    nought = not text.strip("+-0.,")
    return text.replace("-", sign) if nought else text


def _real(value: float) -> float:
    """A file may hold integers that no float can."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
