"""Everything else a report holds, as text: all metrics, the runs, the sampling, the host."""

from collections.abc import Sequence
from typing import Final

from skope.schema.host import Host
from skope.schema.report import Metric, Report, Run, Sampling, Window
from skope.view import numbers
from skope.view.numbers import quantity, scale_of
from skope.view.paragraph import labelled, paragraph
from skope.view.rows import MACHINE
from skope.view.subject import subject_words
from skope.view.width import clean, left, right, width

MOST_RUNS: Final = 20
"""Runs listed unless all are asked for."""
_FARTHEST: Final = 46
"""How far in the later lines of a source may stand, however long the names are."""
_COLUMNS: Final = (("exec_time", "s"), ("cpu_time", "s"), ("memory_peak", "MiB"))


def of_report(report: Report, *, every: bool = False) -> str:
    """What `summary.of_report` leaves out."""
    blocks = [
        _metrics(report),
        _runs(report, every=every),
        [
            *labelled("subject", subject_words(report.subject)),
            *labelled("when", numbers.moment(report.timestamp)),
            *_sampling(report.sampling),
            *_overhead(report),
            *_host(report.host),
        ],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _metrics(report: Report) -> list[str]:
    if not report.metrics:
        return []
    good = report.good_runs()
    names = max(width(clean(name)) for name in report.metrics)
    head = "median" if len(good) > 1 else "value"
    lines = [f"  {left('METRIC', names)}  {right(head.upper(), 12)}  SOURCE"]
    own_first = sorted(report.metrics.items(), key=lambda item: item[0].startswith(MACHINE))
    for name, metric in own_first:
        value = quantity(metric.value, metric.unit)
        row = f"{left(clean(name), names)}  {right(value, 12)}  {_source(metric)}"
        lines += paragraph(row, hang=min(names + 16, _FARTHEST))
    return lines


def _source(metric: Metric) -> str:
    if metric.value is None and metric.reason:
        return f"not measured: {clean(metric.reason)}"
    return clean(metric.source)


def _runs(report: Report, *, every: bool) -> list[str]:
    if len(report.runs) < 2:
        return []
    shown = report.runs if every else report.runs[-MOST_RUNS:]
    chosen = _columns(report)
    titles = "".join(right(name.removeprefix(MACHINE).upper(), 14) for name, _ in chosen)
    lines = [f"  {right('RUN', 5)}{titles}   TRUST"]
    lines += [_run(run, chosen, report.window) for run in shown]
    if any(name.startswith(MACHINE) for name, _ in chosen):
        lines.append("  cpu_time and memory_peak: of the whole machine")
    if len(shown) < len(report.runs):
        earlier = numbers.plural(len(report.runs) - len(shown), "earlier run")
        lines.append(f"  {earlier}: --all shows them")
    return lines


def _columns(report: Report) -> list[tuple[str, str]]:
    """The subject's column where the runs fill it, else the machine's."""
    present = {name for run in report.runs for name in run.values}
    offered = [((name, f"{MACHINE}{name}"), unit) for name, unit in _COLUMNS]
    return [
        (name, unit)
        for names, unit in offered
        if (name := next((name for name in names if name in present), ""))
    ]


def _run(run: Run, columns: Sequence[tuple[str, str]], window: Window) -> str:
    values = "".join(right(quantity(run.values.get(name), unit), 14) for name, unit in columns)
    said = []
    if run.ok is False:
        said.append("failed" if run.exit_code is None else f"failed, exit code {run.exit_code}")
    if run.window not in (None, window):
        said.append("left out: the whole script" if run.window == "script" else "left out: signals")
    if run.ok is None:
        said.append("unfinished")
    if run.note:
        said.append(clean(run.note))
    line = f"  {right(str(run.run), 5)}{values}   {left(run.trust or '?', 5)}  {'; '.join(said)}"
    return line.rstrip()


def _sampling(sampling: Sampling | None) -> list[str]:
    if sampling is None:
        return []
    said = [
        f"every {quantity(sampling.period_ms / 1e3, 's')}",
        f"{numbers.count(sampling.taken)} of {numbers.count(sampling.expected)} samples",
        f"longest gap {quantity(sampling.max_gap_ms / 1e3, 's')}",
    ]
    if sampling.restarts:
        said.append(numbers.plural(sampling.restarts, "restart"))
    lines = labelled("sampling", ", ".join(said))
    for gap in sampling.gaps:
        length, at = quantity(gap.length_ms / 1e3, "s"), quantity(gap.start_s, "s")
        lines += labelled("gap", f"{length} at {at}: {clean(gap.cause)}")
    return lines


def _overhead(report: Report) -> list[str]:
    used = report.overhead
    if used.sampler_cpu_s is None and used.front_cpu_s is None:
        return []
    scale = scale_of("s", used.sampler_cpu_s, used.front_cpu_s)
    sampler, front = scale.text(used.sampler_cpu_s), scale.text(used.front_cpu_s)
    return labelled("overhead", f"sampler {sampler}, front {front} of processor time")


def _host(host: Host | None) -> list[str]:
    if host is None:
        return []
    machine = [
        host.cpu_model or "unknown processor",
        numbers.plural(host.cpus, "processor"),
        quantity(host.memory_mib, "MiB"),
        host.virtualization or "",
    ]
    system = [f"kernel {host.kernel} {host.arch}", f"Python {host.python}", f"Skope {host.skope}"]
    if host.load1 is not None:
        system.append(f"load {host.load1:.2f}")
    lines = labelled("host", ", ".join(word for word in machine if word))
    lines += labelled("system", ", ".join(system))
    if host.git is not None:
        branch = f" on {host.git.branch}" if host.git.branch else ""
        dirty = ", uncommitted changes" if host.git.dirty else ""
        lines += labelled("commit", f"{host.git.commit[:12]}{branch}{dirty}")
    return lines
