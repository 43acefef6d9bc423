"""One report in a few lines: what the runner ends with and `show` begins with."""

from collections.abc import Sequence

from skope.schema.report import Metric, Number, Report, Run
from skope.view import numbers
from skope.view.colour import Tone, paint
from skope.view.numbers import Scale, quantity, scale_of
from skope.view.paragraph import LABEL, labelled, paragraph
from skope.view.width import clean, left, right, width

_VALUE = 9
_EDGE = 77
"""Where the trust grade ends."""
_NOTE = 33
_TONES: dict[str, Tone] = {"A": "good", "C": "doubt", "D": "bad"}
_WINDOWS = {"signals": "/start to /stop", "script": "the whole script"}


def of_report(
    report: Report,
    *,
    previous: Report | None = None,
    previous_address: str | None = None,
    saved: str | None = None,
    following: Sequence[str] = (),
    colour: bool = False,
) -> str:
    """The summary of `report`.

    Parameters
    ----------
    report : with at least one run
    previous : the report it replaced, to be set beside it
    previous_address : how `diff` and `show` call that one; ``TAG@1`` by default
    saved : the path to name as written
    following : what to do next, each a phrase
    colour : whether a terminal shows it
    """
    lines = [_heading(report, colour=colour), *_measures(report), _machine(report)]
    for label, text in doubts(report):
        lines += labelled(label, text)
    if previous is not None:
        lines.append(_before(report, previous, previous_address or f"{previous.name}@1"))
    if saved is not None:
        lines.append(f"saved {clean(saved)}")
    if following:
        lines += paragraph(f"next: {'; '.join(following)}", indent=0)
    return "\n".join(lines)


def _heading(report: Report, *, colour: bool) -> str:
    what = f"{clean(report.name)}   {extent(report)}"
    grade = report.trust.grade if report.trust else "unknown"
    trust = f"trust {grade}"
    padding = max(_EDGE - width(what) - len(trust), 3)
    return what + " " * padding + paint(trust, _TONES.get(grade), colour=colour)


def extent(report: Report) -> str:
    """How many runs of what: ``10 runs, /start to /stop``."""
    return f"{_runs(report)}, {_WINDOWS[report.window]}"


def _runs(report: Report) -> str:
    good = len(report.good_runs())
    kept = len(report.runs) - len(report.runs_of_other_windows())
    said = numbers.plural(good, "run") if good == kept else f"{good} of {kept} runs good"
    if report.runs_total > len(report.runs):
        said += f" (of {numbers.count(report.runs_total)})"
    return said


def _measures(report: Report) -> list[str]:
    lines = [_measure(report, "exec_time", report.exec_time, "s", "", "")]
    for name, note in (("cpu_time", _cpu_parts(report)), ("memory_peak", "")):
        metric, whose = _own_or_machine(report, name)
        if metric is not None and metric.value is not None:
            lines.append(_measure(report, name, metric.value, metric.unit, note, whose))
        elif metric is not None:
            lines += labelled(name, ": ".join(filter(None, ("not measured", metric.reason))))
    return lines


def _measure(report: Report, name: str, value: Number, unit: str, note: str, whose: str) -> str:
    line = f"  {left(name, LABEL)}  {right(quantity(value, unit), _VALUE)}"
    own = name if name in report.metrics or name == "exec_time" else f"machine.{name}"
    note = note or _range(report.good_runs(), own, scale_of(unit, value))
    return f"{line}    {left(note, _NOTE - 2)}{whose}".rstrip()


def _own_or_machine(report: Report, name: str) -> tuple[Metric | None, str]:
    """The subject's metric and whose it is; the machine's where the subject has none."""
    if name in report.metrics:
        return report.metrics[name], _subject(report)
    return report.metrics.get(f"machine.{name}"), "the whole machine"


def _subject(report: Report) -> str:
    if report.subject == "machine":
        return "the whole machine"
    processes = report.metrics.get("processes")
    if processes is None or processes.value is None:
        return clean(report.subject)
    return f"{clean(report.subject)}, {numbers.plural(int(processes.value), 'process')}"


def _cpu_parts(report: Report) -> str:
    user, system = (report.metrics.get(name) for name in ("cpu_user", "cpu_system"))
    if user is None or system is None or user.value is None or system.value is None:
        return ""
    return f"user {quantity(user.value, 's')}, system {quantity(system.value, 's')}"


def _range(runs: Sequence[Run], name: str, scale: Scale) -> str:
    found = [value for run in runs if (value := run.values.get(name)) is not None]
    if len(found) < 2:
        return ""
    return f"{scale.text(min(found))} to {scale.text(max(found))}"


def _machine(report: Report) -> str:
    cpu = report.system_manager.cpu_usage
    said = "cpu too short to tell" if cpu is None else f"cpu {numbers.percent(cpu)}"
    if report.host is not None:
        said += f" of {numbers.plural(report.host.cpus, 'processor')}"
    memory = report.system_manager.memory_usage
    return f"  {left('machine', LABEL)}  {said}, memory {scale_of('MiB', memory).signed(memory)}"


def doubts(report: Report) -> list[tuple[str, str]]:
    """What speaks against its figures, each with what kind of doubt it is."""
    said = [("trust", reason) for reason in (report.trust.reasons if report.trust else [])]
    newest = report.runs[-1] if report.runs else None
    if newest is not None and newest.note:
        said.append(("note", newest.note))
    if others := report.runs_of_other_windows():
        windows = " and ".join(sorted({_WINDOWS[run.window or report.window] for run in others}))
        said.append(("left out", f"{numbers.plural(len(others), 'run')}: {windows}"))
    if unfinished := report.unfinished_runs():
        runs = numbers.plural(len(unfinished), "run")
        said.append(("unfinished", f"{runs}, in no median or comparison"))
    if failed := report.failed_runs():
        codes = sorted({run.exit_code for run in failed if run.exit_code is not None})
        ended = f", exit code {', '.join(map(str, codes))}" if codes else ""
        said.append(("failed", f"{numbers.plural(len(failed), 'run')}{ended}"))
    return said


def _before(report: Report, previous: Report, address: str) -> str:
    was = quantity(previous.exec_time, "s")
    alone = len(previous.good_runs()) == 1 and len(report.good_runs()) == 1
    verdict = "one run each, cannot tell"
    if not alone:
        verdict = f"`skope diff --head {clean(report.name)}` judges"
    return f"  {left('before', LABEL)}  exec_time {was} ({clean(address)}): {verdict}"
