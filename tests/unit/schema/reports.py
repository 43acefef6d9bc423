"""Reports of known content: what the tests of storing and showing are about."""

from statistics import median

from skope.schema.host import Git, Host
from skope.schema.metrics import spec_of
from skope.schema.report import (
    Metric,
    Overhead,
    Report,
    Run,
    Sampling,
    SystemManager,
    Trust,
)

AT = 1_795_418_400
"""2026-11-23 07:20 UTC."""


def a_host(**changed):
    facts = {
        "hostname_hash": "5f4d",
        "cpu_model": "AMD EPYC",
        "cpus": 8,
        "memory_mib": 15994.0,
        "kernel": "6.8.12",
        "arch": "x86_64",
        "virtualization": "kvm",
        "python": "3.11.9",
        "skope": "0.1.0",
        "git": Git(commit="a1b2c3d4e5f6a7b8", branch="main", dirty=False),
        "load1": 0.25,
    }
    return Host(**facts | changed)


def a_report(name="test1", runs=({},), *, subject="machine", at=AT, grade="A", reasons=(), **more):
    """One whose runs have the given values beside, or instead of, the ordinary ones."""
    own = "machine." if subject == "machine" else ""
    ordinary = {
        "exec_time": 10.127969,
        f"{own}cpu_time": 3.912,
        f"{own}memory_peak": 182.4,
        "machine.cpu_usage": 24.1,
        "machine.memory_usage": 62.375,
    }
    if subject == "script":
        ordinary |= {"cpu_user": 3.401, "cpu_system": 0.511, "processes": 7}
    kept = [
        Run(
            run=number,
            timestamp=at + number - 1,
            ok=values.get("ok", True),
            exit_code=0 if values.get("ok", True) else 3,
            trust=grade,
            values=ordinary | {k: v for k, v in values.items() if k != "ok"},
        )
        for number, values in enumerate(runs, start=1)
    ]
    fields = {
        "name": name,
        "module": None,
        "timestamp": at,
        "system_manager": SystemManager(memory_usage=62.375, cpu_usage=24.1),
        "exec_time": _median(kept, "exec_time"),
        "value": "one run" if len(kept) == 1 else f"median of {len(kept)} runs",
        "window": "signals",
        "subject": subject,
        "runs_total": len(kept),
        "runs": kept,
        "metrics": {metric: _metric(metric, _median(kept, metric)) for metric in kept[0].values},
        "sampling": Sampling(
            period_ms=10, expected=1012, taken=1011, coverage=0.999, max_gap_ms=20, restarts=0
        ),
        "trust": Trust(grade=grade, reasons=list(reasons)),
        "overhead": Overhead(sampler_cpu_s=0.021, front_cpu_s=0.004),
        "host": a_host(),
    }
    return Report(**fields | more)


def an_original(name="test1", exec_time=10.127969):
    """The five fields alone, as bytes: what Skope's predecessor wrote."""
    return (
        f'{{"name":"{name}","module":null,"timestamp":1751493411,'
        f'"system_manager":{{"memory_usage":62.375,"cpu_usage":24.1}},"exec_time":{exec_time}}}'
    ).encode()


def _median(runs, name):
    values = [run.values[name] for run in runs if run.ok and run.values[name] is not None]
    return median(values or [runs[0].values[name]])


def _metric(name, value):
    spec = spec_of(name)
    return Metric(
        unit=spec.unit, better=spec.better, kind=spec.kind, value=value, source="/proc/stat"
    )
