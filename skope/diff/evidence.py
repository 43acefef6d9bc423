"""What the runs of one metric say, before anybody judges it."""

from math import log, log1p
from typing import Final

from msgspec import Struct

from skope.diff.pair import Pair
from skope.schema.metrics import Scale
from skope.schema.policy import Policy
from skope.stats.inversion import Inversion
from skope.stats.paired import invert_paired
from skope.stats.power import deviation
from skope.stats.shift import invert, logs

LEAST_RUNS: Final = 2
"""One run says nothing of how much runs vary."""
_ROUNDING: Final = 1 + 1e-9
"""Margins are widened by this much: a change of just the margin is within it, however it rounds."""


class Evidence(Struct, frozen=True, kw_only=True):
    """A metric on the scale it is compared on: logarithms for ratios, the unit for differences."""

    pair: Pair
    scale: Scale
    base: list[float]
    head: list[float]
    min_effect: float
    """The practical gate δ: relative for ratios, in the metric's unit for differences."""
    margin: float
    """δ on the scale."""
    noise_floor: float | None
    """What identical code shows, on the scale, where it is known."""
    comparison: Inversion | None
    """None with fewer than two runs on a side, or pairs."""
    changes: list[float] | None = None
    """Head - base of each pair, where the runs were measured in pairs."""

    @property
    def noise(self) -> float | None:
        """The standard deviation of a run, or of a pair's change."""
        return deviation([self.base, self.head] if self.changes is None else [self.changes])


def weigh(pair: Pair, policy: Policy) -> Evidence:
    """The evidence in `pair`, which has a value on either side.

    Ratios need positive values: where a run measured 0 (or less) the metric is compared as a
    difference.
    """
    positive = min(*pair.base.values, *pair.head.values) > 0
    scale: Scale = "ratio" if pair.spec.scale == "ratio" and positive else "difference"
    base, head = (
        logs(side.values) if scale == "ratio" else list(side.values)
        for side in (pair.base, pair.head)
    )
    floor = policy.noise_floors.get(pair.spec.name)
    relative = max(policy.min_effect.get(pair.spec.name, pair.spec.min_effect), floor or 0.0)
    medians = [abs(side.median or 0.0) for side in (pair.base, pair.head)]
    if scale == "ratio":
        min_effect = max(relative, pair.spec.floor / min(medians))
        margin = log1p(min_effect) * _ROUNDING
        noise_floor = None if floor is None else log1p(floor)
    else:
        min_effect = max(relative * max(medians), pair.spec.floor)
        margin = min_effect * _ROUNDING
        noise_floor = None if floor is None else floor * max(medians)
    changes = _changes(pair, scale)
    return Evidence(
        pair=pair,
        scale=scale,
        base=base,
        head=head,
        min_effect=min_effect,
        margin=margin,
        noise_floor=noise_floor,
        comparison=_comparison(pair, base, head, changes),
        changes=changes,
    )


def _changes(pair: Pair, scale: Scale) -> list[float] | None:
    if pair.matches is None:
        return None
    if scale == "difference":
        return [match.head - match.base for match in pair.matches]
    return [log(match.head) - log(match.base) for match in pair.matches]


def _comparison(
    pair: Pair, base: list[float], head: list[float], changes: list[float] | None
) -> Inversion | None:
    if pair.fewest < LEAST_RUNS:
        return None
    return invert(base, head) if changes is None else invert_paired(changes)


def tested(evidence: Evidence) -> float:
    """The p of no change; 1 where nothing can be tested."""
    return 1.0 if evidence.comparison is None else evidence.comparison.p_value()
