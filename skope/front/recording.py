"""One capture at its stop: everything its report will tell, made from the record and two edges."""

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace as changed

from skope._fast import SLOW_VALUES, Edge, Entry, Span, value_at
from skope.capture.assemble import Newest
from skope.capture.coverage import watch
from skope.capture.deaths import Death
from skope.capture.measures import measure, measure_edges
from skope.capture.record import Record, Rows
from skope.capture.thin import thin
from skope.capture.tree import Measured, TreeWindow, cut_tree, measure_tree, nobody
from skope.capture.trust import Share, judge
from skope.capture.waited import Counts, count_waited
from skope.capture.window import Window as Cut
from skope.capture.window import cut
from skope.front.commit import Commit
from skope.front.heads import head_of
from skope.front.origins import Origins
from skope.front.trees import MACHINE, SCRIPT
from skope.schema.host import Git, Host
from skope.schema.report import Overhead, Run, Window
from skope.schema.series import DrawnSeries
from skope.units import NS_PER_S, seconds

_SLOW_BEFORE_NS = 5 * NS_PER_S
"""How far before the start the slow lane's last reading is looked for."""
_BRIEF = "one of many: only the readings at its start and end were kept"
_LOAD1 = SLOW_VALUES.index("load1_milli")


class Recording(NamedTuple):
    """A capture that is over, before it is kept."""

    name: str
    newest: Newest
    run: Run
    """Its number is not known yet."""
    cut: Cut
    slow: Rows
    tree: Cut | None = None
    """The same span on the record of the tree that is its subject."""

    @property
    def exec_time(self) -> float:
        """Seconds from start to stop."""
        return seconds(self.cut.span.length_ns)

    def noted(self, note: str) -> "Recording":
        """The same with a remark on the run."""
        return self._replace(run=changed(self.run, note=note))

    def waited_for(self, counts: Counts, script: Counts) -> "Recording":
        """The same, of a whole script, with what the kernel counted of it until it was waited for.

        Ticks miss the last moments of a process, and all of short ones.
        """
        if self.newest.subject != SCRIPT:
            return self
        newest, run = count_waited(self.newest, self.run, counts, script)
        return self._replace(newest=newest, run=run)

    def as_run(self, *, ok: bool | None) -> Run:
        """The run, as far as it is known how it ended."""
        return changed(self.run, ok=ok)

    def series(self, number: int) -> DrawnSeries | None:
        """The curves of the run; None when no tick fell into it."""
        drawn = thin(self.cut, self.slow, self.tree)
        if drawn is None:
            return None
        t, curves = drawn
        return DrawnSeries(
            name=self.name,
            run=number,
            timestamp=self.run.timestamp,
            exec_time=self.exec_time,
            t=t,
            curves=curves,
        )


class Recorder:
    """Makes recordings from a record."""

    def __init__(
        self,
        *,
        record: Record,
        deaths: Callable[[], list[Death]],
        host: Host,
        commit: Commit | None,
        origins: Origins,
        tree: Callable[[int], Record] | None = None,
    ) -> None:
        self.machine = record
        self._deaths = deaths
        self._host = host
        self._told = host
        self._commit = commit
        self._here = host.git
        self._looked: Edge | None = None
        self._origins = origins
        self._tree = tree

    def record(self, entry: Entry, span: Span, *, window: Window, same_worker: bool) -> Recording:
        """What happened in `span`, the capture of `entry`."""
        whole = cut(self.machine, span, head_of(entry.head))
        deaths = self._deaths()
        watched = watch(whole, deaths)
        slow = self.machine.slow.rows(max(0, span.start_ns - _SLOW_BEFORE_NS), span.stop_ns)
        values, reasons = measure(whole)
        tree = self._tree_of(entry, span, window)
        own = measure_tree(tree) if tree else self._nobody(entry)
        if own:
            values |= {name: one.value for name, one in own.items()}
            reasons |= {name: one.reason for name, one in own.items() if one.value is None}
        overhead = _overhead(span, restarts=watched.sampling.restarts, same_worker=same_worker)
        trust = judge(
            whole,
            watched,
            slow=slow,
            deaths=deaths,
            refused=entry.refused,
            tree=_share(tree, overhead),
        )
        timestamp = span.before.realtime_ns // NS_PER_S
        newest = Newest(
            module=entry.module,
            timestamp=timestamp,
            window=window,
            subject=entry.subject,
            series=None,
            sampling=watched.sampling,
            trust=trust,
            overhead=overhead,
            host=self._host_at(entry.name, span, slow),
            workload=self._origins.workload(entry.name),
            reasons=reasons,
            told={name: (one.source, one.coverage) for name, one in own.items()},
        )
        run = Run(run=0, timestamp=timestamp, trust=trust.grade, window=window, values=values)
        return Recording(
            name=entry.name,
            newest=newest,
            run=run,
            cut=whole,
            slow=slow,
            tree=tree.window if tree else None,
        )

    def _tree_of(self, entry: Entry, span: Span, window: Window) -> TreeWindow | None:
        """The window on the tree that is its subject; None where that is the machine."""
        if entry.tree is None or self._tree is None:
            return None
        record = self._tree(entry.tree)
        head = head_of(entry.tree_head)
        script = entry.subject == SCRIPT
        alone = script and window == "script"
        return cut_tree(record, entry.tree_start, span, head, complete=script, alone=alone)

    def _nobody(self, entry: Entry) -> dict[str, Measured]:
        return {} if entry.subject == MACHINE else nobody(entry.subject)

    def brief(self, entry: Entry, span: Span, *, window: Window) -> tuple[Newest, Run]:
        """What the readings at both ends tell of it, where there is no time for more."""
        timestamp = span.before.realtime_ns // NS_PER_S
        newest = Newest(
            module=entry.module,
            timestamp=timestamp,
            window=window,
            subject=entry.subject,
            series=None,
            sampling=None,
            trust=None,
            overhead=Overhead(),
            host=changed(self._host, git=self._git(entry.name, span.after)),
            workload=self._origins.workload(entry.name),
            reasons={},
        )
        run = Run(run=0, timestamp=timestamp, window=window, values=measure_edges(span))
        return newest, changed(run, note=_BRIEF)

    def _git(self, name: str, stop: Edge) -> Git | None:
        """The commit as of now; all that stop at one instant share one look."""
        if self._commit and stop is not self._looked:
            self._looked, self._here = stop, self._commit.now()
        return self._origins.git(name, self._here)

    def _host_at(self, name: str, span: Span, slow: Rows) -> Host:
        """The host, its load at the start and its commit as of the stop."""
        load = _load1(span.start_ns, slow)
        load = self._host.load1 if load is None else load
        git = self._git(name, span.after)
        if self._told.load1 != load or self._told.git != git:
            self._told = changed(self._host, load1=load, git=git)
        return self._told


def _share(tree: TreeWindow | None, overhead: Overhead) -> Share | None:
    used_ns = tree.rise("cpu") if tree else None
    if tree is None or used_ns is None:
        return None
    own = (overhead.sampler_cpu_s or 0.0) + (overhead.front_cpu_s or 0.0)
    return Share(used_ns, round(own * NS_PER_S), tree.complete, tree.ended)


def _load1(start_ns: int, slow: Rows) -> float | None:
    """The load average at the last reading before the start, else at the first one after it."""
    milli = value_at(slow, start_ns, _LOAD1)
    return None if milli is None else milli / 1000


def _overhead(span: Span, *, restarts: int, same_worker: bool) -> Overhead:
    """CPU time of Skope's own processes; unknown where one of them began anew in between."""
    sampler_ns = span.after.sampler_cpu_ns - span.before.sampler_cpu_ns
    front_ns = span.after.front_cpu_ns - span.before.front_cpu_ns
    return Overhead(
        sampler_cpu_s=seconds(sampler_ns) if not restarts and sampler_ns >= 0 else None,
        front_cpu_s=seconds(front_ns) if same_worker and front_ns >= 0 else None,
    )
