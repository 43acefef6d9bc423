"""The curves of a run: at most 512 points, each the least, mean and highest of what it stands for.

Gauges come from the ticks, or from coarse slots where the capture outlived the fine ring: a slot is
one point with its own least and highest. Disk and network are counters the slow lane reads about
once a second: their rate over a point is had between the readings around it. A watched tree's
curves have the machine's points: its rows are of the same ticks.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import Raw

from skope._fast import (
    SLOW_VALUES,
    TREE_GAUGES,
    UNAVAILABLE,
    column_text,
    gauge_texts,
    instants,
    rate_texts,
)
from skope.capture.measures import CPU_BUSY, MEMORY_USED
from skope.capture.record import Rows
from skope.capture.window import Window
from skope.schema.codec import block
from skope.schema.series import MOST_POINTS, curve_line
from skope.units import BYTES_PER_MIB, NS_PER_S

Floats = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]
_Texts = tuple[bytes, bytes, bytes] | None
"""The least, the mean and the highest of each point, as JSON; None where no mean is known."""

_INSTANT_DIGITS: Final = 6


class _Drawn(NamedTuple):
    """A gauge that becomes a curve."""

    line: bytes
    gauge: int
    scale: float
    """The curve's units in one of the record's."""


_MACHINE: Final = (
    _Drawn(curve_line("machine.memory_used", "MiB"), MEMORY_USED, 1 / BYTES_PER_MIB),
    _Drawn(curve_line("machine.cpu_usage", "%"), CPU_BUSY, 1e-4),
)
_TREE: Final = (
    _Drawn(curve_line("memory_used", "MiB"), TREE_GAUGES.index("rss"), 1 / BYTES_PER_MIB),
    _Drawn(curve_line("core_usage", "%"), TREE_GAUGES.index("busy"), 1e-4),
    _Drawn(curve_line("processes", "count"), TREE_GAUGES.index("processes"), 1),
    _Drawn(curve_line("threads", "count"), TREE_GAUGES.index("threads"), 1),
)
"""100 % of `core_usage` is one processor, kept busy."""
_RATES: Final = (
    (curve_line("machine.disk_read_rate", "B/s"), SLOW_VALUES.index("disk_read_bytes")),
    (curve_line("machine.disk_write_rate", "B/s"), SLOW_VALUES.index("disk_write_bytes")),
    (curve_line("machine.net_rx_rate", "B/s"), SLOW_VALUES.index("net_rx_bytes")),
    (curve_line("machine.net_tx_rate", "B/s"), SLOW_VALUES.index("net_tx_bytes")),
)
_RATE_LINES: Final = [line for line, _ in _RATES]
_COUNTERS: Final = [counter for _, counter in _RATES]


class _Points(NamedTuple):
    """What may become points: one row a tick, slot or head, in order of time."""

    end_ns: Floats
    low: Floats
    mean: Floats
    high: Floats
    """The last three of shape (n, curves) in the curves' units; NaN where it could not be had."""


def thin(window: Window, slow: Rows, tree: Window | None = None) -> tuple[Raw, Raw] | None:
    """(t, curves): the end of each point in seconds from the start, and the curves by name.

    None when no tick fell into the window. `tree` is the same span's window on the record of what
    it watches.
    """
    if not window.taken:
        return None
    edges, t, texts = _gauges(window)
    lines = _lines([one.line for one in _MACHINE], texts)
    if len(slow) >= 2:
        lines += _lines(_RATE_LINES, rate_texts(slow, _COUNTERS, edges))
    if tree is not None and tree.taken:
        lines += _lines([one.line for one in _TREE], _gauges_at(tree, edges[1:]))
    return Raw(t), Raw(block(b"{", lines, b"}"))


def _lines(lines: Sequence[bytes], texts: Sequence[_Texts]) -> list[bytes]:
    return [line % three for line, three in zip(lines, texts, strict=True) if three is not None]


def _gauges(window: Window) -> tuple[Floats, bytes, list[_Texts]]:
    """(start and end of each point, the ends as text, the texts per gauge of the machine)."""
    ticks, start_ns = window.ticks, window.span.start_ns
    if _is_plain(window) and len(ticks) <= MOST_POINTS:
        return *instants(ticks, start_ns), _plain(ticks, _MACHINE)
    points = _points(window, _MACHINE)
    if len(points.end_ns) > MOST_POINTS:
        share = (points.end_ns - start_ns) / window.span.length_ns
        bucket = np.minimum((share * MOST_POINTS).astype(int), MOST_POINTS - 1)
        points, _ = _grouped(points, bucket, start_ns)
    edges = np.concatenate(([float(start_ns)], points.end_ns))
    t = column_text((points.end_ns - start_ns) / NS_PER_S, _INSTANT_DIGITS)
    return edges, t, _texts(points)


def _gauges_at(tree: Window, end_ns: Floats) -> list[_Texts]:
    """Of each gauge of the tree the texts of its values between the ends of points."""
    if _is_plain(tree) and np.array_equal(tree.ticks["begin_ns"].astype(float), end_ns):
        return _plain(tree.ticks, _TREE)
    points = _points(tree, _TREE)
    bucket = np.searchsorted(end_ns, points.end_ns)
    inside = bucket < len(end_ns)  # a tick may have come since the machine's were read
    points = _Points(*(part[inside] for part in points))
    points, filled = _grouped(points, bucket[inside], tree.span.start_ns)
    return _texts(_Points(end_ns, *(_spread(part, filled, len(end_ns)) for part in points[1:])))


def _spread(values: Floats, filled: Places, count: int) -> Floats:
    spread = np.full((count, values.shape[1]), np.nan)
    spread[filled] = values
    return spread


def _is_plain(window: Window) -> bool:
    """Whether all of it is still there tick by tick."""
    return window.head is None and not window.coarse


def _plain(ticks: Rows, drawn: tuple[_Drawn, ...]) -> list[_Texts]:
    """Each tick a point of its own."""
    read = [(one.gauge, one.scale) for one in drawn]
    return [None if text is None else (text, text, text) for text in gauge_texts(ticks, read)]


def _points(window: Window, drawn: tuple[_Drawn, ...]) -> _Points:
    ticks = _of_ticks(window.ticks, drawn)
    if _is_plain(window):
        return ticks
    parts = [] if window.head is None else [_of_folds(window.head.fold.reshape(1), drawn)]
    parts += [_of_folds(slots["fold"], drawn) for _, slots in window.coarse]
    return _Points(*(np.concatenate(column) for column in zip(*parts, ticks, strict=True)))


def _of_folds(folds: Rows, drawn: tuple[_Drawn, ...]) -> _Points:
    chosen, scale = [one.gauge for one in drawn], _scales(drawn)
    low = _known(folds["low"][:, chosen], scale)
    mean = folds["weighted"][:, chosen] / np.maximum(folds["weight_ns"], 1.0)[:, None]
    return _Points(
        folds["last_ns"].astype(float),
        low,
        np.where(np.isnan(low), np.nan, mean * scale),
        _known(folds["high"][:, chosen], scale),
    )


def _of_ticks(ticks: Rows, drawn: tuple[_Drawn, ...]) -> _Points:
    values = _known(ticks["gauges"][:, [one.gauge for one in drawn]], _scales(drawn))
    return _Points(ticks["begin_ns"].astype(float), values, values, values)


def _scales(drawn: tuple[_Drawn, ...]) -> Floats:
    return np.array([one.scale for one in drawn], float)


def _known(values: np.ndarray[Any, Any], scale: Floats) -> Floats:
    return np.where(values == UNAVAILABLE, np.nan, values * scale)


def _grouped(points: _Points, bucket: Places, start_ns: int) -> tuple[_Points, Places]:
    """One point of all that lie in a bucket, and which buckets those are; they do not fall."""
    end_ns = points.end_ns
    if not len(end_ns):
        return points, bucket
    first = np.flatnonzero(np.diff(bucket, prepend=-1))
    weight = np.maximum(np.diff(end_ns, prepend=float(start_ns)), 1.0)[:, None]
    grouped = _Points(
        end_ns[np.append(first[1:], len(end_ns)) - 1],
        np.fmin.reduceat(points.low, first),
        np.add.reduceat(points.mean * weight, first) / np.add.reduceat(weight, first),
        np.fmax.reduceat(points.high, first),
    )
    return grouped, bucket[first]


def _texts(points: _Points) -> list[_Texts]:
    columns = zip(points.low.T, points.mean.T, points.high.T, strict=True)
    return [
        None if np.isnan(mean).all() else (column_text(low), column_text(mean), column_text(high))
        for low, mean, high in columns
    ]
