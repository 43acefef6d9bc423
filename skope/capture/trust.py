"""How far a recording can be believed: a grade, and the reasons for anything below A."""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from skope._fast import SLOW_VALUES, Span, rise_of
from skope.capture.coverage import Watch
from skope.capture.deaths import FRONT, Death
from skope.capture.measures import busy_ns, cpu_share, pressure, stolen_ns
from skope.capture.record import Rows
from skope.capture.window import Window
from skope.schema.metrics import METRICS
from skope.schema.report import Grade, Trust
from skope.units import NS_PER_MS, NS_PER_S

Finding = tuple[Grade, str]
Limits = tuple[tuple[Grade, float], ...]

ENDED: Final = "what was watched had ended before the stop"
ELSEWHERE: Final = "most of the work was not in the script's processes: use --watch PID or :PORT"
_COARSE_NS: Final = 100 * NS_PER_MS
"""The machine's busy time is counted in ticks of 10 ms: of a shorter window it tells too little."""
_LITTLE: Final = 0.10
"""Of the machine's busy processor time."""
_IDLE: Final = 0.10
"""Processors that are busy on a machine where nobody works."""
_NOTHING: Final[Finding] = ("A", "")
_COVERAGE: Final[Limits] = (("A", 0.99), ("B", 0.95), ("C", 0.80))
_STEAL: Final[Limits] = (("A", 0.01), ("B", 0.03), ("C", 0.10))
_STEAL_FLOOR_NS: Final = METRICS["machine.steal"].floor * NS_PER_S
_PRESSURE: Final[Limits] = (("A", 0.05), ("B", 0.15))
_LEAST_EXPECTED: Final = 10
"""With fewer ticks expected, coverage says nothing."""
_GAP_PERIODS: Final = 5
_CLOCK_JUMP_NS: Final = 50 * NS_PER_MS
"""The three clocks are read one after the other; being preempted in between is no step."""
_THROTTLES: Final = SLOW_VALUES.index("throttles")


class Share(NamedTuple):
    """Processor time inside a window that is not others'."""

    used_ns: int
    """By the processes that are the subject."""
    own_ns: int
    """By Skope."""
    is_script: bool
    """The subject is the script's own tree."""
    ended: bool = False
    """None of them lived until the stop."""


def judge(
    window: Window,
    watched: Watch,
    *,
    slow: Rows,
    deaths: Collection[Death] = (),
    refused: int = 0,
    tree: Share | None = None,
) -> Trust:
    """The grade of a recording: that of its worst finding.

    Parameters
    ----------
    window : what was cut
    watched : how well the sampler watched it
    slow : rows of the slow lane, from the last one before the start to the stop
    deaths : the supervisor's log
    refused : how many second starts were turned away
    tree : what the processes that are its subject used; None: the machine is
    """
    findings = [
        *_of_sampling(window, watched),
        *_of_processors(window.span, slow),
        *_of_waiting(window.span, tree),
        *(_of_subject(window.span, tree) if tree is not None else ()),
        *_of_clocks(window.span),
        *(_of_signals(window.span, deaths, refused) if deaths or refused else ()),
    ]
    worst = max(findings, default=_NOTHING)
    return Trust(grade=worst[0], reasons=[reason for _, reason in findings])


def _of_sampling(window: Window, watched: Watch) -> Iterator[Finding]:
    sampling = watched.sampling
    length_ns = window.span.length_ns
    if 2 * watched.down_ns > length_ns:
        yield "D", f"there was no sampler for {100 * watched.down_ns / length_ns:.0f} % of the time"
    if sampling.coverage is not None and sampling.expected >= _LEAST_EXPECTED:
        grade = _at_least(sampling.coverage, _COVERAGE)
        if grade != "A":
            yield grade, f"{sampling.taken} of {sampling.expected} samples were taken"
    if watched.longest_gap_ns > _GAP_PERIODS * window.period_ns:
        yield "B", f"no sample for {watched.longest_gap_ns / NS_PER_MS:.0f} ms"


def _of_processors(span: Span, slow: Rows) -> Iterator[Finding]:
    taken_ns = stolen_ns(span)
    stolen = cpu_share(span, taken_ns)
    # One clock tick is the source's resolution: it may have begun long before the window.
    if stolen is not None and taken_ns > _STEAL_FLOOR_NS:
        grade = _below(stolen, _STEAL, "D")
        if grade != "A":
            yield grade, f"the hypervisor took {100 * stolen:.1f} % of the processors' time"
    throttled = rise_of(slow, _THROTTLES)
    if throttled:
        yield "B", f"processors were throttled {throttled} time{'s' * (throttled > 1)}"
    if span.fell_back():
        yield "B", "a counter of the kernel went backwards and was held at its last value"


def _of_waiting(span: Span, tree: Share | None) -> Iterator[Finding]:
    """Of a tree's subject only what others did counts: it may well wait for itself.

    They made somebody wait for no longer than they ran.
    """
    waited = pressure(span)
    if waited is None:
        return
    said = "tasks waited for a processor {:.0f} % of the time"
    if tree is not None:
        others_ns = max(0, busy_ns(span) - tree.used_ns - tree.own_ns)
        waited = min(waited, others_ns / max(span.length_ns, 1))
        said = "others made tasks wait for a processor up to {:.0f} % of the time"
    grade = _below(waited, _PRESSURE, "C")
    if grade != "A":
        yield grade, said.format(100 * waited)


def _of_subject(span: Span, tree: Share) -> Iterator[Finding]:
    if not tree.is_script:
        if tree.ended:
            yield "B", ENDED
        return
    busy = busy_ns(span) if span.length_ns >= _COARSE_NS else 0
    if busy > _IDLE * span.length_ns and tree.used_ns < _LITTLE * busy:
        yield "B", ELSEWHERE


def _of_clocks(span: Span) -> Iterator[Finding]:
    slept_ns, stepped_ns = span.slept_ns, span.stepped_ns
    if slept_ns > _CLOCK_JUMP_NS:
        yield "D", f"the machine was suspended for {slept_ns / NS_PER_S:.1f} s"
    if abs(stepped_ns) > _CLOCK_JUMP_NS:
        yield "B", f"the wall clock was set by {stepped_ns / NS_PER_S:+.1f} s"


def _of_signals(span: Span, deaths: Collection[Death], refused: int) -> Iterator[Finding]:
    if refused:
        times = f" ({refused} times)" if refused > 1 else ""
        yield "D", f"a second start was refused{times}"
    away_ns = sum(
        death.away_ns(span.start_ns, span.stop_ns) for death in deaths if death.role == FRONT
    )
    if away_ns:
        yield "B", f"no signal could be taken for {away_ns / NS_PER_MS:.0f} ms: a worker restarted"


def _at_least(value: float, limits: Limits) -> Grade:
    for grade, limit in limits:
        if value >= limit:
            return grade
    return "D"


def _below(value: float, limits: Limits, otherwise: Grade) -> Grade:
    for grade, limit in limits:
        if value < limit:
            return grade
    return otherwise
