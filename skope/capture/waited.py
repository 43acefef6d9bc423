"""What the kernel counted of a script and of all it waited for, beside what ticks saw of it.

wait4 tells it when the script has ended: it misses nobody's last moments, nor who lived for less
than a tick, nor what threads did that are gone. It knows nothing of orphans, whom ticks do see.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from skope.capture.assemble import Newest
from skope.schema.report import Run

_SOURCE: Final = "wait4 of the script; where that is more, {}"


def count_waited(newest: Newest, run: Run, counts: Mapping[str, int | None]) -> tuple[Newest, Run]:
    """A run of a whole script and what is told of it, with its `counts` by metric.

    Either source may miss something and counts nothing twice, so the larger one is nearer.
    """
    values, told, reasons = dict(run.values), dict(newest.told), dict(newest.reasons)
    for name, waited in counts.items():
        if waited is None or name not in told:
            continue
        seen = values.get(name)
        values[name] = waited if seen is None else max(seen, waited)
        told[name] = _SOURCE.format(told[name][0]), None
        reasons.pop(name, None)
    return replace(newest, told=told, reasons=reasons), replace(run, values=values)
