"""The curves of a run: at most 512 points, each the least, mean and highest of what it stands for.

Gauges come from the ticks, or from coarse slots where the capture outlived the fine ring: a slot is
one point with its own least and highest. Disk and network are counters the slow lane reads about
once a second: their rate over a point is had between the readings around it.
"""

from math import isnan
from typing import Any, Final, NamedTuple

import numpy as np

from skope._fast import SLOW_VALUES, UNAVAILABLE
from skope.capture.measures import CPU_BUSY, MEMORY_USED
from skope.capture.record import Rows
from skope.capture.window import Window
from skope.schema.series import MOST_POINTS, Curve
from skope.units import BYTES_PER_MIB, NS_PER_S

Floats = np.ndarray[Any, np.dtype[np.float64]]

_DIGITS: Final = 3
_GAUGES: Final = (
    ("machine.memory_used", "MiB", MEMORY_USED, 1 / BYTES_PER_MIB),
    ("machine.cpu_usage", "%", CPU_BUSY, 1e-4),
)
"""(curve, unit, gauge, its units in one of the record's)."""
_COLUMNS: Final = [gauge for *_, gauge, _ in _GAUGES]
_SCALE: Final = np.array([scale for *_, scale in _GAUGES])
_RATES: Final = (
    ("machine.disk_read_rate", SLOW_VALUES.index("disk_read_bytes")),
    ("machine.disk_write_rate", SLOW_VALUES.index("disk_write_bytes")),
    ("machine.net_rx_rate", SLOW_VALUES.index("net_rx_bytes")),
    ("machine.net_tx_rate", SLOW_VALUES.index("net_tx_bytes")),
)


class _Points(NamedTuple):
    """What may become points: one row a tick, slot or head, in order of time."""

    end_ns: Floats
    low: Floats
    mean: Floats
    high: Floats
    """The last three of shape (n, curves) in the curves' units; NaN where it could not be had."""


def thin(window: Window, slow: Rows) -> tuple[list[float], dict[str, Curve]]:
    """(t, curves): the end of each point in seconds from the start, and the curves by name."""
    points = _grouped(_points(window), window)
    if not len(points.end_ns):
        return [], {}
    curves = _curves([(name, unit) for name, unit, *_ in _GAUGES], points)
    rates = _rates(points.end_ns, window.span.start_ns, slow)
    if rates:
        curves |= _curves([(name, "B/s") for name, _ in _RATES], rates)
    since_ns = points.end_ns - window.span.start_ns
    return np.round(since_ns / NS_PER_S, 6).tolist(), curves


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


def _rates(end_ns: Floats, start_ns: int, slow: Rows) -> _Points | None:
    """Rates of the slow lane's counters over the points; unknown beyond its readings."""
    if len(slow) < 2:
        return None
    at = slow["begin_ns"].astype(float)
    raw = slow["values"][:, [column for _, column in _RATES]]
    counted = np.where(raw == UNAVAILABLE, np.nan, raw)
    step = np.maximum(counted[1:] - counted[:-1], 0.0) / (at[1:] - at[:-1])[:, None]
    step = np.concatenate((step, step[-1:])) * NS_PER_S
    total = np.concatenate((np.zeros((1, len(_RATES))), np.cumsum(
        step[:-1] * (at[1:] - at[:-1])[:, None], axis=0)))  # fmt: skip
    edges = np.concatenate(([float(start_ns)], end_ns))
    before = np.searchsorted(at, edges, side="right") - 1
    inside = np.minimum(np.maximum(before, 0), len(at) - 2)
    reached = total[inside] + step[inside] * (edges - at[inside])[:, None]
    mean = (reached[1:] - reached[:-1]) / np.maximum(edges[1:] - edges[:-1], 1.0)[:, None]
    # The steps that point i overlaps are those from its first instant's to its last one's.
    bounds = np.column_stack((inside[:-1], inside[1:] + 1)).ravel()
    low, high = (lowest.reduceat(step, bounds)[::2] for lowest in (np.minimum, np.maximum))
    beyond = (edges[1:] > at[-1]) | (edges[:-1] < at[0])
    mean[beyond] = low[beyond] = high[beyond] = np.nan
    return _Points(end_ns, low, mean, high)


def _curves(names: list[tuple[str, str]], points: _Points) -> dict[str, Curve]:
    """One curve a column; one that is nowhere known is left out."""
    low, mean, high = (_columns(part) for part in (points.low, points.mean, points.high))
    return {
        name: Curve(unit=unit, min=low[k], mean=mean[k], max=high[k])
        for k, (name, unit) in enumerate(names)
        if any(value is not None for value in mean[k])
    }


def _columns(values: Floats) -> list[list[float | None]]:
    columns: list[list[float | None]] = np.round(values, _DIGITS).T.tolist()
    if np.isnan(values).any():
        return [[None if v is None or isnan(v) else v for v in column] for column in columns]
    return columns
