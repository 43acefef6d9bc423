"""Pairs of identical code turned into a calibration, and calibrations into noise floors."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from msgspec.structs import replace

from skope.diff.environment import of_machines
from skope.diff.evidence import weigh
from skope.diff.pair import pair_up
from skope.schema.calibration import Calibration
from skope.schema.metrics import METRICS
from skope.schema.policy import Policy
from skope.schema.report import Report
from skope.stats.calibration import NoiseFloor, median_floor, single_run_floor

LEAST_PAIRS: Final = 10
"""Of fewer pairs nothing is kept: they hardly know their own spread."""
_SEED: Final = 1
"""The same reports get the same floor."""


def calibration_of(base: Report, head: Report, title: str) -> Calibration | None:
    """What `base` and `head`, identical and measured in pairs, differ by; None if it is too little.

    `title` is what a person called what was launched.
    """
    if base.workload is None or base.host is None:
        return None
    ratios = {
        evidence.pair.spec.name: evidence.changes
        for evidence in (weigh(pair, Policy()) for pair in pair_up(base, head).both)
        if evidence.scale == "ratio" and evidence.changes
    }
    enough = {name: values for name, values in ratios.items() if len(values) >= LEAST_PAIRS}
    if not enough:
        return None
    return Calibration(
        workload=base.workload,
        title=title,
        window=base.window,
        subject=base.subject,
        timestamp=base.timestamp,
        host=base.host,
        log_ratios=enough,
    )


def with_floors(
    policy: Policy, base: Report, head: Report, calibrations: Sequence[Calibration]
) -> Policy:
    """`policy` with the noise floors that are known of what these two measured, and where."""
    if not calibrations:
        return policy
    gated = {name for name, spec in METRICS.items() if spec.gated}
    wanted = sorted(gated.union(policy.gate or (), policy.gating))
    return replace(policy, noise_floors=noise_floors(base, head, calibrations, wanted))


def noise_floors(
    base: Report, head: Report, calibrations: Sequence[Calibration], metrics: Iterable[str]
) -> dict[str, float]:
    """The relative change that noise alone makes between two such reports, by metric.

    Where both sides were calibrated the noisier one counts. Metrics without a floor are left out.
    """
    runs = min(len(base.good_runs()), len(head.good_runs()))
    known = [c for c in (_fitting(side, calibrations) for side in (base, head)) if c is not None]
    if not runs or not known:
        return {}
    floors: dict[str, float] = {}
    for name in metrics:
        found = [floor_of(c.log_ratios[name], runs) for c in known if name in c.log_ratios]
        finite = [floor.relative for floor in found if floor.relative != float("inf")]
        if finite:
            floors[name] = max(finite)
    return floors


def floor_of(log_ratios: Sequence[float], runs: int) -> NoiseFloor:
    """The floor of `runs` runs a side."""
    if runs == 1:
        return single_run_floor(log_ratios)
    return median_floor(log_ratios, runs, random=Random(_SEED))  # noqa: S311 - no secret


def _fitting(report: Report, calibrations: Sequence[Calibration]) -> Calibration | None:
    """The newest calibration of what `report` measured, where it was measured."""
    for calibration in reversed(calibrations):
        same = (calibration.workload, calibration.window, calibration.subject) == (
            report.workload,
            report.window,
            report.subject,
        )
        if same and report.host is not None and of_machines(calibration.host, report.host):
            return calibration
    return None
