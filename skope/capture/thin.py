"""The curves of a run: at most 512 points, each the least, mean and highest of what it stands for.

Gauges come from the ticks, or from coarse slots where the capture outlived the fine ring: a slot is
one point with its own least and highest. Disk and network are counters the slow lane reads about
once a second: their rate over a point is had between the readings around it.
"""

from math import isnan
from typing import Any, Final, NamedTuple

import numpy as np

from skope._fast import SLOW_VALUES, UNAVAILABLE, gauge_columns, rate_columns
from skope.capture.measures import CPU_BUSY, MEMORY_USED
from skope.capture.record import Rows
from skope.capture.window import Window
from skope.schema.series import MOST_POINTS, Curve
from skope.units import BYTES_PER_MIB, NS_PER_S

Floats = np.ndarray[Any, np.dtype[np.float64]]
Column = list[float | None]

_DIGITS: Final = 3
_GAUGES: Final = (
    ("machine.memory_used", "MiB", MEMORY_USED, 1 / BYTES_PER_MIB),
    ("machine.cpu_usage", "%", CPU_BUSY, 1e-4),
)
"""(curve, unit, gauge, its units in one of the record's)."""
_READ: Final = [(gauge, scale) for *_, gauge, scale in _GAUGES]
_COLUMNS: Final = [gauge for *_, gauge, _ in _GAUGES]
_SCALE: Final = np.array([scale for *_, scale in _GAUGES])
_RATES: Final = (
    ("machine.disk_read_rate", SLOW_VALUES.index("disk_read_bytes")),
    ("machine.disk_write_rate", SLOW_VALUES.index("disk_write_bytes")),
    ("machine.net_rx_rate", SLOW_VALUES.index("net_rx_bytes")),
    ("machine.net_tx_rate", SLOW_VALUES.index("net_tx_bytes")),
)
_COUNTERS: Final = [counter for _, counter in _RATES]


class _Points(NamedTuple):
    """What may become points: one row a tick, slot or head, in order of time."""

    end_ns: Floats
    low: Floats
    mean: Floats
    high: Floats
    """The last three of shape (n, curves) in the curves' units; NaN where it could not be had."""


def thin(window: Window, slow: Rows) -> tuple[list[float], dict[str, Curve]]:
    """(t, curves): the end of each point in seconds from the start, and the curves by name."""
    end_ns, gauges = _gauges(window)
    if not len(end_ns):
        return [], {}
    named = [
        (name, unit, columns) for (name, unit, *_), columns in zip(_GAUGES, gauges, strict=True)
    ]
    if len(slow) >= 2:
        edges = np.concatenate(([float(window.span.start_ns)], end_ns))
        rates = rate_columns(slow, _COUNTERS, edges)
        named += [(name, "B/s", columns) for (name, _), columns in zip(_RATES, rates, strict=True)]
    since_ns = end_ns - window.span.start_ns
    return np.round(since_ns / NS_PER_S, 6).tolist(), {
        name: Curve(unit=unit, min=low, mean=mean, max=high)
        for name, unit, (low, mean, high) in named
        if any(value is not None for value in mean)
    }


def _gauges(window: Window) -> tuple[Floats, list[tuple[Column, Column, Column]]]:
    """(end of each point, per gauge its least, mean and highest)."""
    ticks = window.ticks
    if window.head is None and not window.coarse and len(ticks) <= MOST_POINTS:
        columns = gauge_columns(ticks, _READ)
        return ticks["begin_ns"].astype(float), [(column,) * 3 for column in columns]
    points = _grouped(_points(window), window)
    parts = (_columns(part) for part in (points.low, points.mean, points.high))
    return points.end_ns, list(zip(*parts, strict=True))


def _points(window: Window) -> _Points:
    ticks = _of_ticks(window.ticks)
    if window.head is None and not window.coarse:
        return ticks
    parts = [] if window.head is None else [_of_folds(window.head.fold.reshape(1))]
    parts += [_of_folds(slots["fold"]) for _, slots in window.coarse]
    return _Points(*(np.concatenate(column) for column in zip(*parts, ticks, strict=True)))


def _of_folds(folds: Rows) -> _Points:
    low = _known(folds["low"][:, _COLUMNS])
    mean = folds["weighted"][:, _COLUMNS] / np.maximum(folds["weight_ns"], 1.0)[:, None]
    return _Points(
        folds["last_ns"].astype(float),
        low,
        np.where(np.isnan(low), np.nan, mean * _SCALE),
        _known(folds["high"][:, _COLUMNS]),
    )


def _of_ticks(ticks: Rows) -> _Points:
    values = _known(ticks["gauges"][:, _COLUMNS])
    return _Points(ticks["begin_ns"].astype(float), values, values, values)


def _known(values: Rows) -> Floats:
    return np.where(values == UNAVAILABLE, np.nan, values * _SCALE)


def _grouped(points: _Points, window: Window) -> _Points:
    """The points as they are while there are few, else by equal stretches of time."""
    end_ns, start_ns = points.end_ns, window.span.start_ns
    if len(end_ns) <= MOST_POINTS:
        return points
    share = (end_ns - start_ns) / window.span.length_ns
    bucket = np.minimum((share * MOST_POINTS).astype(int), MOST_POINTS - 1)
    first = np.flatnonzero(np.diff(bucket, prepend=-1))
    weight = np.maximum(np.diff(end_ns, prepend=float(start_ns)), 1.0)[:, None]
    return _Points(
        end_ns[np.append(first[1:], len(end_ns)) - 1],
        np.fmin.reduceat(points.low, first),
        np.add.reduceat(points.mean * weight, first) / np.add.reduceat(weight, first),
        np.fmax.reduceat(points.high, first),
    )


def _columns(values: Floats) -> list[Column]:
    columns: list[Column] = np.round(values, _DIGITS).T.tolist()
    if np.isnan(values).any():
        return [[None if v is None or isnan(v) else v for v in column] for column in columns]
    return columns
