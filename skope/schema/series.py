"""The curves of one run, thinned to what a screen can show."""

from typing import Final

from msgspec import Raw, Struct

SERIES_SCHEMA: Final = "skope.series/1"
MOST_POINTS: Final = 512


class Curve(Struct, frozen=True, kw_only=True):
    """One gauge over time; the three lists are as long as the series' `t`."""

    unit: str
    min: list[float | None]
    mean: list[float | None]
    max: list[float | None]


class Series(Struct, frozen=True, kw_only=True):
    """`t[i]` is the end of point i in seconds from the start of the run.

    Its file has one more field, the last: see `schema.seal`.
    """

    schema: str = SERIES_SCHEMA
    name: str
    run: int
    timestamp: int
    exec_time: float
    t: list[float]
    curves: dict[str, Curve]


def drawn_curve(unit: str, least: bytes, mean: bytes, most: bytes) -> Raw:
    """A `Curve` to be written, whose lists are JSON already; its unit holds nothing to escape."""
    return Raw(b'{"unit":"%b","min":%b,"mean":%b,"max":%b}' % (unit.encode(), least, mean, most))


class DrawnSeries(Struct, frozen=True, kw_only=True):
    """A series to be written, likewise."""

    schema: str = SERIES_SCHEMA
    name: str
    run: int
    timestamp: int
    exec_time: float
    t: Raw
    curves: dict[str, Raw]
    """As `drawn_curve` makes them."""
