"""How well a window was watched: ticks expected and taken, and every gap with its cause."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from skope._fast import grid_of
from skope.capture.deaths import SAMPLER, Death
from skope.capture.record import Rows
from skope.capture.window import Window
from skope.schema.report import Gap, Sampling
from skope.units import NS_PER_MS, seconds

_GAP_PERIODS: Final = 2
"""A longer stretch without a tick is reported."""
_MOST_GAPS: Final = 32
_LATE: Final = "late"
_RESTARTED: Final = "the sampler was restarted"


class Watch(NamedTuple):
    """What is told of it, and what grading needs besides."""

    sampling: Sampling
    longest_gap_ns: int
    down_ns: int
    """For how long there was no sampler."""


class _Silence(NamedTuple):
    start_ns: int
    end_ns: int
    cause: str

    @property
    def length_ns(self) -> int:
        return self.end_ns - self.start_ns


def watch(window: Window, deaths: Iterable[Death] = ()) -> Watch:
    """How well `window` was watched, given the supervisor's log."""
    span = window.span
    ends = span.start_ns, span.stop_ns
    sampler = [death for death in deaths if death.role == SAMPLER and death.overlaps(*ends)]
    longest = window.fold.longest(*ends)
    silences = _silences(window, sampler) if longest > _GAP_PERIODS * window.period_ns else []
    kept = silences
    if len(silences) > 1:
        kept = sorted(sorted(silences, key=lambda gap: -gap.length_ns)[:_MOST_GAPS])
    taken, expected = window.taken, _expected(window)
    sampling = Sampling(
        period_ms=window.period_ns / NS_PER_MS,
        expected=expected,
        taken=taken,
        coverage=round(min(1.0, taken / expected), 4) if expected else None,
        max_gap_ms=_milliseconds(longest),
        restarts=_restarts(window, sampler),
        gaps=[
            Gap(
                start_s=seconds(gap.start_ns - span.start_ns),
                length_ms=_milliseconds(gap.length_ns),
                cause=gap.cause,
            )
            for gap in kept
        ],
        late=window.fold.late,
        resolution_ms=window.resolution_ns / NS_PER_MS,
    )
    return Watch(sampling, longest, sum([gap.length_ns for gap in silences if gap.cause != _LATE]))


def _expected(window: Window) -> int:
    """How many instants of the sampler's grid lie in the window.

    The last one counts only if its tick was taken: a moment later it may have been.
    """
    period = window.period_ns
    phase = grid_of(window.ticks) % period
    before = (window.span.start_ns - 1 - phase) // period
    last = (window.span.stop_ns - 1 - phase) // period
    unseen = window.last_ns < last * period + phase
    return max(0, last - before - unseen)


def _restarts(window: Window, sampler: list[Death]) -> int:
    """Starts of a new sampler inside the window: as its ticks tell, or as the log does."""
    span = window.span
    logged = sum([span.start_ns <= death.up_ns < span.stop_ns for death in sampler])
    return max(logged, window.fold.restarts)


def _silences(window: Window, sampler: list[Death]) -> list[_Silence]:
    """Every stretch of more than two periods without a tick; of a coarse slot the longest one."""
    least = _GAP_PERIODS * window.period_ns
    found: list[_Silence] = []
    unseen = dict.fromkeys(sampler)
    ends = set()
    for start_ns, end_ns, restarted in _stretches(window):
        if end_ns - start_ns <= least or end_ns in ends:
            continue
        ends.add(end_ns)
        death = next((each for each in sampler if each.overlaps(start_ns, end_ns)), None)
        if death:
            unseen.pop(death, None)
        otherwise = _RESTARTED if restarted else _LATE
        found.append(_Silence(start_ns, end_ns, death.cause if death else otherwise))
    span = window.span
    for death in unseen:
        # Inside a part of which only the longest gap is known: the log knows this one.
        away = death.away_ns(span.start_ns, span.stop_ns)
        if away > least:
            start_ns = max(death.down_ns, span.start_ns)
            found.append(_Silence(start_ns, start_ns + away, death.cause))
    return found


def _stretches(window: Window) -> Iterator[tuple[int, int, bool]]:
    """(from, to, whether a new sampler came after it) of whatever may be a gap, in order."""
    start_ns, stop_ns = window.span.start_ns, window.span.stop_ns
    if not window.taken:
        yield start_ns, stop_ns, False
        return
    yield start_ns, window.fold.first_ns, False
    last = None
    for fold in _folds(window):
        end_ns = int(fold["max_gap_at_ns"])
        begin_ns = max(start_ns, end_ns - int(fold["max_gap_ns"]))
        yield begin_ns, end_ns, fold["epoch_first"] != fold["epoch_last"]
        last = fold
    begins, epochs = window.ticks["begin_ns"], window.ticks["epoch"]
    if last is not None and len(begins):
        yield int(last["last_ns"]), int(begins[0]), bool(last["epoch_last"] != epochs[0])
    gaps = np.diff(begins)
    for k in np.flatnonzero(gaps > _GAP_PERIODS * window.period_ns).tolist():
        yield int(begins[k]), int(begins[k + 1]), bool(epochs[k] != epochs[k + 1])
    yield window.last_ns, stop_ns, False


def _folds(window: Window) -> Iterator[Rows]:
    """The parts of which only the longest gap is known, where that is a long one."""
    if window.head is not None:
        yield window.head.fold
    for _, slots in window.coarse:
        folds = slots["fold"]
        last = len(folds) - 1
        for k, fold in enumerate(folds):
            if fold["max_gap_ns"] > _GAP_PERIODS * window.period_ns or k == last:
                yield fold


def _milliseconds(nanoseconds: int) -> float:
    return round(nanoseconds / NS_PER_MS, 3)
