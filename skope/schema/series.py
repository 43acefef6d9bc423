"""The curves of one run, thinned to what a screen can show."""

from typing import Final

import msgspec
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


def curve_line(name: str, unit: str) -> bytes:
    """The line of a `Curve` in a series' file, with ``%b`` for each of its lists."""
    before = msgspec.json.encode(name) + b': {"unit":' + msgspec.json.encode(unit)
    return before.replace(b"%", b"%%") + b',"min":%b,"mean":%b,"max":%b}'


class DrawnSeries(Struct, frozen=True, kw_only=True):
    """A series to be written, likewise."""

    schema: str = SERIES_SCHEMA
    name: str
    run: int
    timestamp: int
    exec_time: float
    t: Raw
    curves: Raw
