"""What a watched tree of processes used in a window, from its own record.

The tree is read at ticks. What it had used at an instant is had between the ticks around it, in
proportion: the record says how much it used from one to the next, not when. Events have no parts:
they are counted from the tick before the start to the one after the stop. Peaks are of the ticks
inside the window alone.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from skope._fast import FLAGS, TREE_COUNTERS, TREE_GAUGES, UNAVAILABLE, Span, dtype
from skope.capture.head import Head
from skope.capture.record import Record, Rows
from skope.capture.window import Window, cut
from skope.schema.metrics import CPU_STAT, METRICS
from skope.schema.report import Number
from skope.units import mebibytes, seconds

_COUNTER: Final = {name: index for index, name in enumerate(TREE_COUNTERS)}
_GAUGE: Final = {name: index for index, name in enumerate(TREE_GAUGES)}
_TIMES: Final = [_COUNTER[name] for name in ("cpu", "user", "system", "wait")]
_UNKNOWN: Final = 1 << 63
"""UNAVAILABLE in a field without a sign."""
_AROUND: Final = 8
"""How many periods around an instant its ticks are looked for."""

RSS: Final = _GAUGE["rss"]
_PSS_AT: Final = _GAUGE["pss"]
_PSS_RSS: Final = _GAUGE["pss_rss"]

NO_TICK: Final = "no sample fell into the window"
_NOT_OURS: Final = "/proc/<pid>/io of some of its processes could not be read"
_THREADS: Final = "some of its processes had several threads, or could not be read"
_RESOLVED_MIB: Final = METRICS["memory_peak"].floor
_NO_MEMORY: Final = (
    f"its processes held no more than the {_RESOLVED_MIB * 1024:.0f} KiB that the kernel's "
    "counters resolve when that was read: just begun, or ended"
)
_NO_PSS: Final = "smaps_rollup was not read in the window"
_UNSEEN: Final = "no process of it was seen at a tick"
_NOBODY: Final = "nothing was there to be watched, or no reading of it near the start"
_NAMES: Final = tuple(name for name in METRICS if "." not in name and name != "exec_time")


class TreeWindow(NamedTuple):
    """A window on a tree's record."""

    window: Window
    before: list[int | None]
    """By `TreeCounter`, at the start."""
    after: list[int | None]
    at_start: int
    """How many processes there were."""
    complete: bool
    """Whoever it orphans is reaped by Skope: nothing it used is lost."""
    pss_after: tuple[int, int] = (UNAVAILABLE, UNAVAILABLE)
    """PSS, and RSS then, told by the first tick at or after the stop: they were read before."""
    grouped: bool = False
    """Its processor time is what its control group tells, of whoever was in it."""
    late_ns: int = 0
    """How long the window had lasted when the tree was first read, if it was not before."""

    def rise(self, counter: str) -> int | None:
        """What a counter rose by; None where an end could not be had."""
        first, last = self.before[_COUNTER[counter]], self.after[_COUNTER[counter]]
        return None if first is None or last is None else max(0, last - first)

    def peak(self, gauge: str) -> int | None:
        """The highest value at a tick inside the window."""
        return self.window.peak(_GAUGE[gauge])

    @property
    def ended(self) -> bool:
        """Whether nobody of it was there any more; a group may be empty for a while."""
        return not self.grouped and bool(len(last := self.window.ticks[-1:])) and not _there(last)

    @property
    def unseen(self) -> bool:
        """Whether a script began and ended between two ticks."""
        return self.complete and not (self.at_start or self.window.taken)

    @property
    def followed(self) -> float:
        """The share of the window in which it was watched at all."""
        return 1 - self.late_ns / max(1, self.window.span.length_ns)

    @property
    def coverage(self) -> float | None:
        """Ticks of the tree's record per tick that fits into the window; None where none does.

        What counters rose by before the first one is not known, so it counts that far.
        """
        fits = self.window.span.length_ns // self.window.period_ns
        return round(min(1.0, self.window.taken / fits, self.followed), 4) if fits else None


class Measured(NamedTuple):
    """A metric's value and all that is told of it."""

    value: Number | None
    source: str
    reason: str
    coverage: float | None


def cut_tree(
    record: Record,
    start: bytes,
    span: Span,
    head: Head | None,
    *,
    complete: bool,
    alone: bool = False,
) -> TreeWindow:
    """The window of `span` on a tree's record.

    Parameters
    ----------
    record : the tree's
    start : its sample_t at or before the start, as the book keeps it; of zeros when the tree was
        not watched yet
    span : the capture's
    head : what was folded of it
    complete : whether Skope reaps what the tree orphans
    alone : whether it did nothing before the start nor after the stop, as a script between its
        launch and its end
    """
    first = np.frombuffer(start, dtype("sample"))
    first = first[first["begin_ns"] > 0]
    around = _AROUND * record.period_ns
    early = record.ticks.rows(span.start_ns, span.start_ns + around)[:1]
    late = record.ticks.rows(max(0, span.stop_ns - around), span.stop_ns + around)
    # The readings at its edges are of the machine.
    own = Span(span.start_ns, span.stop_ns, span.before.instant(), span.after.instant())
    window = cut(record, own, head)
    before = _at(np.concatenate([first, early]), span.start_ns, events=0, still=alone)
    last = late if len(late) else _last_of(window, first)
    return TreeWindow(
        window=window,
        before=before,
        after=_at(last, span.stop_ns, events=1, still=alone),
        at_start=_there(first if len(first) else early),
        pss_after=_pss_after(late, span.stop_ns),
        complete=complete,
        grouped=_is_grouped(np.concatenate([early, last])),
        late_ns=_late_ns(first, early, span),
    )


def _late_ns(first: Rows, early: Rows, span: Span) -> int:
    if len(first) or not len(early):
        return 0
    return min(int(early["begin_ns"][0]), span.stop_ns) - span.start_ns


def _is_grouped(rows: Rows) -> bool:
    return len(rows) > 0 and bool(np.all(rows["flags"] & FLAGS["group"]))


def _pss_after(rows: Rows, stop_ns: int) -> tuple[int, int]:
    told = rows[rows["begin_ns"] >= stop_ns][:1]["gauges"].tolist()
    return (told[0][_PSS_AT], told[0][_PSS_RSS]) if told else (UNAVAILABLE, UNAVAILABLE)


def _there(rows: Rows) -> int:
    return int(rows["gauges"][0, _GAUGE["processes"]]) if len(rows) else 0


def _last_of(window: Window, first: Rows) -> Rows:
    """The last thing known, when the sampler fell silent before the stop."""
    return window.ticks[-1:] if len(window.ticks) else first


def _at(rows: Rows, instant: int, *, events: int, still: bool) -> list[int | None]:
    """The counters at `instant`; beyond the rows those of the nearest.

    Times are had in proportion between the rows around it, events from the one before (0) or
    after it (1); `still`: times too, for nothing ran on that side of it.
    """
    if not len(rows):
        return [None] * len(TREE_COUNTERS)
    begins = rows["begin_ns"].astype(np.int64)
    after = int(np.searchsorted(begins, instant))
    if after == 0 or after == len(rows) or begins[after] == instant:
        return _known(rows["counters"][min(after, len(rows) - 1)])
    around = [_known(rows["counters"][row]) for row in (after - 1, after)]
    share = (instant - int(begins[after - 1])) / int(begins[after] - begins[after - 1])
    counters: list[int | None] = around[events]
    for counter in () if still else _TIMES:
        first, last = around[0][counter], around[1][counter]
        if first is not None and last is not None:
            counters[counter] = first + round((last - first) * share)
    return counters


def nobody(words: str) -> dict[str, Measured]:
    """The metrics of a subject that was not there."""
    reason = f"there was no {words} to watch at the start"
    return {name: Measured(None, "none", reason, None) for name in _NAMES}


def _known(counters: Any) -> list[Any]:  # noqa: ANN401 - a row of numpy's
    return [None if value == _UNKNOWN else value for value in counters.tolist()]


def measure_tree(tree: TreeWindow) -> dict[str, Measured]:
    """Every metric of the subject but its time, by its name."""
    polled = None if tree.complete else tree.coverage
    whole = 1.0 if tree.complete else polled
    used, user, system = _processor_time(tree)
    clocks = _CLOCKS if tree.complete else _POLLED
    parts = CPU_STAT if tree.grouped else f"{clocks}, in the proportion of ticks"
    known = round(tree.followed, 4) if tree.grouped else whole
    return {
        "cpu_time": Measured(used, CPU_STAT if tree.grouped else clocks, _NOBODY, known),
        "cpu_user": Measured(user, parts, _NOBODY, known),
        "cpu_system": Measured(system, parts, _NOBODY, known),
        "memory_peak": _sampled(tree, _memory_peak, _RSS, _NO_MEMORY),
        "memory_mean": _sampled(tree, _memory_mean, _RSS, _NO_MEMORY),
        "pss_peak": _pss(tree),
        "read_bytes": Measured(tree.rise("read_bytes"), _IO, _NOT_OURS, polled),
        "write_bytes": Measured(tree.rise("write_bytes"), _IO, _NOT_OURS, polled),
        "faults_major": Measured(tree.rise("faults_major"), _STAT, _NOBODY, whole),
        "ctx_switches": Measured(_switches(tree), _STATUS, _THREADS, polled),
        "processes": _processes(tree),
        "threads_peak": _sampled(
            tree, lambda t: t.peak("threads") or None, "num_threads at ticks", _UNSEEN
        ),
        "wait_cpu": Measured(_wait(tree), _SCHEDSTAT, NO_TICK if tree.unseen else _THREADS, polled),
    }


_CLOCKS: Final = "clocks of the live, times of those that were waited for"
_POLLED: Final = f"{_CLOCKS}; orphans as last seen"
_FORKS: Final = "every fork, as the kernel's proc connector tells them"
_STAT: Final = "/proc/<pid>/stat, with children that were waited for"
_RSS: Final = "sum of RSS at ticks, shared pages in each"
_PSS: Final = "sum of PSS, smaps_rollup once grown or each second; coverage: of the peak RSS then"
_IO: Final = "/proc/<pid>/io, with children that were waited for"
_STATUS: Final = "/proc/<pid>/status at ticks, shorter-lived processes unseen"
_SCHEDSTAT: Final = "/proc/<pid>/schedstat at ticks, shorter-lived processes unseen"


def _processor_time(tree: TreeWindow) -> tuple[float | None, float | None, float | None]:
    """(all, user, system) seconds; the kernel splits by ticks what its clocks know exactly."""
    used, user, system = (tree.rise(name) for name in ("cpu", "user", "system"))
    if used is None or user is None or system is None:
        return None, None, None
    ticks = user + system
    user_ns = round(used * user / ticks) if ticks else used
    return seconds(used), seconds(user_ns), seconds(used - user_ns)


def _sampled(
    tree: TreeWindow, of: Callable[[TreeWindow], Number | None], source: str, reason: str = NO_TICK
) -> Measured:
    return Measured(of(tree), source, reason if tree.window.taken else NO_TICK, tree.coverage)


def _memory_peak(tree: TreeWindow) -> float | None:
    """None where it was only seen before it began, or as its image was still being mapped."""
    peak = mebibytes(tree.peak("rss") or 0)
    return peak if peak > _RESOLVED_MIB else None


def _pss(tree: TreeWindow) -> Measured:
    """The largest reading. Its coverage is how near to the peak of RSS the tree was read."""
    told = (tree.peak("pss"), tree.peak("pss_rss"))
    pss, rss = (max(one or 0, after) for one, after in zip(told, tree.pss_after, strict=True))
    peak = tree.peak("rss")
    if not pss or not peak:
        return Measured(None, _PSS, _NO_PSS if tree.window.taken else NO_TICK, None)
    return Measured(mebibytes(pss), _PSS, "", round(min(1.0, rss / peak), 4))


def _memory_mean(tree: TreeWindow) -> float | None:
    mean = tree.window.mean(RSS) if _memory_peak(tree) is not None else None
    return mebibytes(round(mean)) if mean else None


def _switches(tree: TreeWindow) -> int | None:
    return None if tree.rise("untold") else tree.rise("switches")


def _wait(tree: TreeWindow) -> float | None:
    waited = None if tree.unseen or tree.rise("untold") else tree.rise("wait")
    return None if waited is None else seconds(waited)


def _processes(tree: TreeWindow) -> Measured:
    """Those there at the start and those born since."""
    forked, born = tree.rise("forked"), tree.rise("born")
    # Where no tick saw anybody, there was the script's own process all the same.
    unseen = 1 if tree.complete and not (tree.at_start or forked or born) else 0
    # The kernel tells nothing in a namespace of its own: then fewer are told than are seen.
    if forked is not None and born is not None and forked >= born:
        return Measured(tree.at_start + forked + unseen, _FORKS, "", round(tree.followed, 4))
    value = None if born is None else tree.at_start + born + unseen
    return Measured(value, "seen at ticks: at least so many", _NOBODY, None)
