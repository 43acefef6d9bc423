"""What differs between the two places, and whether that forbids to compare."""

from collections.abc import Iterable
from typing import Final

from skope.diff.matched import are_paired, distrusted
from skope.schema.diff import EnvironmentDifference
from skope.schema.host import Host
from skope.schema.report import Report

MEMORY_TOLERANCE: Final = 0.02
"""Of the machine's total: firmware and kernels reserve a little more or less."""
LOAD_TOLERANCE: Final = 1.0
"""Difference of the load average worth showing: one task more waiting all the time."""
_CONTAINERS: Final = frozenset(
    {"container", "containerd", "cri-o", "docker", "kubernetes", "lxc", "podman", "systemd-nspawn"}
)
"""Virtualisations that share the kernel and its processors: shown, never blocking."""

_Fact = tuple[str, object, object, bool]
"""Name, base's, head's, and whether a difference blocks."""


def differences(
    base: Report, head: Report, *, gated: Iterable[str], across: bool
) -> list[EnvironmentDifference]:
    """Everything of consequence that is not the same on both sides, the blocking first.

    Parameters
    ----------
    base, head
        The two reports.
    gated
        The metrics whose sources have to agree.
    across
        Compare nevertheless: nothing blocks.
    """
    facts = [
        *_capture(base, head, gated),
        *_trust(base, head),
        *_hosts(base.host, head.host),
    ]
    found = [
        EnvironmentDifference(
            fact=fact, base=_said(left), head=_said(right), blocking=blocking and not across
        )
        for fact, left, right, blocking in facts
    ]
    return sorted(found, key=lambda difference: not difference.blocking)


def of_machines(one: Host, other: Host) -> bool:
    """Whether nothing that forbids a comparison differs between two machines."""
    return not any(blocking for *_, blocking in [*_machine(one, other), *_kernel(one, other)])


def _capture(base: Report, head: Report, gated: Iterable[str]) -> Iterable[_Fact]:
    facts: list[_Fact] = [
        ("subject", base.subject, head.subject, True),
        ("window", base.window, head.window, True),
    ]
    for name in gated:
        left, right = base.metrics.get(name), head.metrics.get(name)
        if left is not None and right is not None and None not in (left.value, right.value):
            facts.append((f"source of {name}", left.source, right.source, True))
    return _unequal(facts)


def _trust(base: Report, head: Report) -> Iterable[_Fact]:
    """A grade of D blocks wherever it stands, also when both sides have it.

    Of runs measured in pairs those pairs are left out, unless that is half of them.
    """
    if are_paired(base, head) and _mostly_trusted(base, head):
        return
    left, right = _grade(base), _grade(head)
    distrusted = any(grade is not None and grade.startswith("D") for grade in (left, right))
    if distrusted:
        yield "trust", left, right, True


def _mostly_trusted(base: Report, head: Report) -> bool:
    """Whether leaving out the pairs with a run of trust D leaves more than half of them."""
    runs = base.good_runs(), head.good_runs()
    pairs = {run.pair for of_side in runs for run in of_side}
    return 2 * len(distrusted(*runs)) < len(pairs)


def _grade(report: Report) -> str | None:
    doubtful = [run.run for run in report.good_runs() if run.trust == "D"]
    if doubtful:
        return f"D (run {', '.join(map(str, doubtful))})"
    return report.trust.grade if report.trust is not None else None


def _hosts(base: Host | None, head: Host | None) -> Iterable[_Fact]:
    if base is None or head is None:
        known = [None if host is None else "known" for host in (base, head)]
        return _unequal([("host", known[0], known[1], True)])
    return [*_machine(base, head), *_kernel(base, head), *_circumstances(base, head)]


def _machine(base: Host, head: Host) -> Iterable[_Fact]:
    facts: list[_Fact] = [
        ("cpu_model", base.cpu_model, head.cpu_model, True),
        ("cpus", base.cpus, head.cpus, True),
        ("arch", base.arch, head.arch, True),
        ("cgroup cpu_max", base.cgroup.cpu_max, head.cgroup.cpu_max, True),
        ("cgroup memory_max", base.cgroup.memory_max, head.cgroup.memory_max, True),
        ("governor", base.governor, head.governor, True),
        ("smt", base.smt, head.smt, True),
        ("boost", base.boost, head.boost, True),
        _virtualization(base.virtualization, head.virtualization),
    ]
    larger = max(base.memory_mib, head.memory_mib)
    if abs(base.memory_mib - head.memory_mib) > MEMORY_TOLERANCE * larger:
        facts.append(("memory_mib", base.memory_mib, head.memory_mib, True))
    return _unequal(facts)


def _virtualization(base: str | None, head: str | None) -> _Fact:
    bare = ["none" if kind in _CONTAINERS else kind for kind in (base, head)]
    if bare[0] == bare[1]:
        return "container", base, head, False
    return "virtualization", base, head, True


def _kernel(base: Host, head: Host) -> Iterable[_Fact]:
    series = [host.kernel.split(".")[:2] for host in (base, head)]
    return _unequal([("kernel", base.kernel, head.kernel, series[0] != series[1])])


def _circumstances(base: Host, head: Host) -> Iterable[_Fact]:
    facts: list[_Fact] = [
        ("hostname", base.hostname_hash, head.hostname_hash, False),
        ("clocksource", base.clocksource, head.clocksource, False),
        ("python", base.python, head.python, False),
        ("skope", base.skope, head.skope, False),
    ]
    facts += [
        (f"git {field}", getattr(base.git, field, None), getattr(head.git, field, None), False)
        for field in ("commit", "branch", "dirty")
    ]
    loads = base.load1, head.load1
    if loads[0] is None or loads[1] is None or abs(loads[0] - loads[1]) >= LOAD_TOLERANCE:
        facts.append(("load1", *loads, False))
    return _unequal(facts)


def _unequal(facts: Iterable[_Fact]) -> list[_Fact]:
    return [fact for fact in facts if fact[1] != fact[2]]


def _said(value: object) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)
