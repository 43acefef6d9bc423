"""Reports to compare, each a line."""

from msgspec.structs import replace

from skope.schema.host import CgroupLimits, Git, Host
from skope.schema.metrics import spec_of
from skope.schema.report import Metric, Overhead, Report, Run, SystemManager, Trust

HOST = Host(
    hostname_hash="5c0e91ab",
    cpu_model="Some CPU @ 3.00GHz",
    cpus=8,
    memory_mib=16000.0,
    kernel="6.8.0-45-generic",
    arch="x86_64",
    virtualization="none",
    cgroup=CgroupLimits(cpu_max=4.0, memory_max=8 << 30),
    governor="performance",
    boost=True,
    smt=True,
    clocksource="tsc",
    python="3.11.7",
    skope="0.1.0",
    git=Git(commit="a1b2c3d", branch="main", dirty=False),
    load1=0.2,
)


def side(name="base", *, host=HOST, trust="A", subject="script", window="signals", **values):
    """A report with a run for each value; a metric is a list, None where a run has no value."""
    count = max((len(column) for column in values.values()), default=0)
    runs = [
        Run(
            run=at + 1,
            timestamp=1_751_493_411 + at,
            ok=True,
            values={
                metric_name(key): column[at] for key, column in values.items() if at < len(column)
            },
        )
        for at in range(count)
    ]
    return Report(
        name=name,
        module=None,
        timestamp=1_751_493_411,
        system_manager=SystemManager(memory_usage=1.5, cpu_usage=20.0),
        exec_time=10.0,
        value=f"median of {count} runs",
        window=window,
        subject=subject,
        runs_total=count,
        runs=runs,
        metrics={
            metric_name(key): metric(metric_name(key), column) for key, column in values.items()
        },
        sampling=None,
        trust=None if trust is None else Trust(grade=trust),
        overhead=Overhead(),
        host=host,
    )


def metric_name(key):
    """`machine__steal` as it is written in a report; a keyword cannot hold the dot."""
    return key.replace("__", ".")


def metric(name, column):
    spec = spec_of(name)
    present = [value for value in column if value is not None]
    return Metric(
        unit=spec.unit,
        better=spec.better,
        kind=spec.kind,
        value=present[len(present) // 2] if present else None,
        source="a test",
        reason=None if present else "no counter here",
    )


def on(report, **facts):
    """The same report, made on a machine where `facts` differ."""
    return replace(report, host=replace(report.host, **facts))


def change_of(diff, name):
    """The one change of that name."""
    (found,) = [change for change in diff.changes if change.metric == name]
    return found
