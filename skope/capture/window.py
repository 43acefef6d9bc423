"""A capture's window, cut from the record.

Gauges are seen at ticks only, so each tick stands for the time since the one before it (the first
for the time since the start) and the reading at the stop for the rest: the mean is weighted by
time, and two windows that meet add up to the one that spans them. Counters come from the two
edges and owe the ticks nothing.
"""

from typing import NamedTuple

import numpy as np

from skope._fast import UNAVAILABLE, Fold, Span, dtype, fold_samples, merge_folds
from skope.capture.head import Head
from skope.capture.record import Record, Rows, read_stretch


class Window(NamedTuple):
    """What the record says of one span."""

    span: Span
    period_ns: int
    fold: Fold
    """All of it in one."""
    head: Head | None
    """The part kept in the book, when the fine ring no longer holds the start."""
    coarse: list[tuple[int, Rows]]
    """(slot width, slots of coarse_t) after the head, coarsest first."""
    ticks: Rows
    """The newest part, tick by tick."""
    resolution_ns: int
    """The width of the coarsest slots it was cut from."""

    @property
    def taken(self) -> int:
        """Ticks in the window. 0 is legal: it was shorter than a period."""
        return self.fold.taken

    @property
    def last_ns(self) -> int:
        """The last tick; the start when there was none."""
        return self.fold.last_ns if self.fold.taken else self.span.start_ns

    def peak(self, gauge: int) -> int | None:
        """The highest value seen, the readings at both ends included; None if there was none."""
        return self.span.peak(gauge, self.fold)

    def mean(self, gauge: int) -> float | None:
        """The time-weighted mean; None if the gauge could not be had."""
        last = self.span.after.gauge(gauge)
        rest_ns = self.span.stop_ns - self.last_ns
        sums = []
        if self.taken and self.fold.low(gauge) != UNAVAILABLE:
            sums.append((self.fold.weighted(gauge), self.fold.weight_ns))
        if last != UNAVAILABLE:
            sums.append((float(last) * rest_ns, float(rest_ns)))
        weight = sum(part for _, part in sums)
        return sum(total for total, _ in sums) / weight if weight > 0 else None


def cut(record: Record, span: Span, head: Head | None = None) -> Window:
    """The window of `span`.

    Parameters
    ----------
    record : where to cut it from
    span : what to cut
    head : what housekeeping folded of it, if its start was about to leave the fine ring. Not used
        while the fine ring still holds all of the span.
    """
    if head is not None and record.fine_since() <= span.start_ns:
        head = None
    stretch = read_stretch(record, head.end_ns if head else span.start_ns, span.stop_ns)
    if head is None and not stretch.coarse:  # short, as nearly all are
        return Window(
            span=span,
            period_ns=record.period_ns,
            fold=Fold.of_samples(stretch.ticks, span.start_ns),
            head=None,
            coarse=[],
            ticks=stretch.ticks,
            resolution_ns=record.period_ns,
        )
    widths = [width for width, slots in stretch.coarse if len(slots)]
    whole = head.fold if head else np.zeros((), dtype("fold"))
    if head:
        widths.append(record.levels[head.level - 1].width_ns)
    for _, slots in stretch.coarse:
        whole = merge_folds(whole, slots["fold"])
    before_ns = int(whole["last_ns"]) if whole["taken"] else span.start_ns
    ticks = fold_samples(stretch.ticks, before_ns)
    whole = merge_folds(whole, ticks) if whole["taken"] else ticks
    return Window(
        span=span,
        period_ns=record.period_ns,
        fold=Fold(whole),
        head=head,
        coarse=stretch.coarse,
        ticks=stretch.ticks,
        resolution_ns=max([record.period_ns, *widths]),
    )
