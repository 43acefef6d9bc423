"""Diffs of known content."""

from skope.schema.diff import Change, Diff, Side
from skope.schema.metrics import spec_of
from skope.schema.report import SystemManager
from tests.unit.schema.reports import AT


def a_change(metric, base, head, verdict="inconclusive", **more):
    spec = spec_of(metric)
    known = {
        "unit": spec.unit,
        "better": spec.better,
        "gated": spec.gated,
        "n_base": 10,
        "n_head": 10,
        "ratio": head / base if base and head is not None else None,
        "delta": head - base if None not in (base, head) else None,
        "confidence": 0.95 if more.get("low") is not None else None,
        "reason": "as it is",
    }
    return Change(metric=metric, base=base, head=head, verdict=verdict, **known | more)


def a_side(name, runs=10, *, failed=0, commit="a1b2c3d4e5f6", dirty=False, minutes=0, trust="A"):
    return Side(
        name=name,
        runs=runs,
        failed=failed,
        trust=trust,
        commit=commit,
        dirty=dirty,
        timestamp=AT + 60 * minutes,
        window="signals",
    )


def a_diff(changes, *, base, head, verdict="inconclusive", summary="", subject="script", **more):
    return Diff(
        name=f"{base.name}-{head.name}",
        module=None,
        timestamp=AT,
        system_manager=SystemManager(memory_usage=0.0, cpu_usage=None),
        exec_time=0.0,
        verdict=verdict,
        subject=subject,
        summary=summary,
        base=base,
        head=head,
        changes=changes,
        **more,
    )


def single_runs(prefix=""):
    """OUTPUT.md's diff of one run a side, of a script or of the machine."""
    return a_diff(
        [
            a_change("exec_time", 10.128, 9.187),
            a_change(f"{prefix}cpu_time", 3.912, 3.518),
            a_change(f"{prefix}memory_peak", 182.4, 128.4),
        ],
        base=a_side("test1", 1),
        head=a_side("test2", 1, dirty=True, minutes=4),
        summary="INCONCLUSIVE: one run a side cannot separate change from noise",
        hints=["skope ab A.sh B.sh", "--runs 10 on both (about 3 min)"],
        subject="machine" if prefix else "script",
    )


def ten_runs(*further, **more):
    """OUTPUT.md's diff of ten runs a side."""
    return a_diff(
        [
            a_change("exec_time", 1.204, 1.297, "regression", ratio=1.069, low=1.052, high=1.089),
            a_change("cpu_time", 2.017, 2.016, "equivalent", ratio=1.0, low=0.997, high=1.005),
            a_change(
                "memory_peak", 182.2, 151.8, "improvement", ratio=0.833, low=0.828, high=0.837
            ),
            *further,
        ],
        base=a_side("main"),
        head=a_side("feature/pool", commit="e4f5a6b7c8", dirty=True, minutes=11),
        verdict="regression",
        summary="REGRESSION: exec_time is 6.9 % higher (memory_peak improved by 16.7 %)",
        **more,
    )
