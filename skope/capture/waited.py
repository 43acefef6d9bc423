"""What the kernel counted of a script and of all it waited for, beside what ticks saw of it.

wait4 tells it when the script has ended: it misses nobody's last moments, nor who lived for less
than a tick, nor what threads did that are gone. It knows nothing of orphans, whom ticks do see.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from skope.capture.assemble import Newest
from skope.schema.metrics import CPU_STAT
from skope.schema.report import Number, Run

_SOURCE: Final = "wait4 of the script; where that is more, {}"
_TIMES: Final = ("cpu_time", "cpu_user", "cpu_system")

Counts = Mapping[str, Number | None]
"""By metric; None: this kernel does not count it."""


def count_waited(newest: Newest, run: Run, counts: Counts, script: Counts) -> tuple[Newest, Run]:
    """A run of a whole script and what is told of it, with what its wait4 counted.

    Either source may miss something and counts nothing twice, so the larger one is nearer. The
    times, of the metrics of the `script`, are three that belong together; those of a control group
    are of everybody and exact.
    """
    known = {
        name: waited
        for name, waited in counts.items()
        if waited is not None and name in newest.told
    }
    better = {name: waited for name, waited in known.items() if _seen(run, name) <= waited}
    if newest.told.get(_TIMES[0], ("",))[0] not in ("", CPU_STAT):
        times = {name: script.get(f"script.{name}") or 0.0 for name in _TIMES}
        known |= times
        better |= times if _seen(run, _TIMES[0]) <= times[_TIMES[0]] else {}
    told = {
        name: (_SOURCE.format(source), coverage if name in _TIMES else None)
        for name, (source, coverage) in newest.told.items()
        if name in known
    }
    reasons = {name: reason for name, reason in newest.reasons.items() if name not in better}
    return (
        replace(newest, told=newest.told | told, reasons=reasons),
        replace(run, values=run.values | better),
    )


def _seen(run: Run, name: str) -> Number:
    return run.values.get(name) or 0
