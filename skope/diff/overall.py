"""The verdict on a whole comparison, and the sentence above the table."""

from collections.abc import Sequence
from math import log
from typing import Final

from skope.diff import wording
from skope.diff.budgets import excess
from skope.diff.evidence import LEAST_RUNS
from skope.diff.judge import over_budget
from skope.schema.diff import Change, EnvironmentDifference, Side, Verdict
from skope.schema.metrics import Scale
from skope.schema.policy import Policy

_ORDER: Final[tuple[Verdict, ...]] = (
    "regression",
    "improvement",
    "inconclusive",
    "small-change",
    "equivalent",
)
"""The first that any gated metric has is the verdict of all."""


def verdict_of(changes: Sequence[Change]) -> Verdict:
    """The verdict over the gated `changes`; inconclusive when there are none."""
    words = {change.verdict for change in changes if change.gated}
    return next((word for word in _ORDER if word in words), "inconclusive")


def obstacle(environment: Sequence[EnvironmentDifference]) -> str | None:
    """Why the two sides may not be compared, or None."""
    blocking = [
        f"{difference.fact} ({difference.base or 'unknown'} / {difference.head or 'unknown'})"
        for difference in environment
        if difference.blocking
    ]
    return f"not comparable: {wording.listed(blocking)}" if blocking else None


def summary_of(changes: Sequence[Change], forbidden: str | None, policy: Policy) -> str:
    """The verdict in one sentence."""
    verdict = verdict_of(changes)
    gated = [change for change in changes if change.gated]
    decisive = [change for change in gated if change.verdict == verdict]
    if not gated:
        sentence = _ungated(changes)
    elif forbidden is not None:
        sentence = forbidden
    elif verdict == "inconclusive":
        sentence = _open(decisive)
    elif verdict == "equivalent":
        sentence = wording.listed([_within(change) for change in decisive])
    else:
        sentence = _told(verdict, decisive, gated, policy)
    return f"{verdict.replace('-', ' ').upper()}: {sentence}"


def caveats(base: Side, head: Side) -> str:
    """What is added to that sentence of the runs behind it: to fail, for instance, may be quick."""
    said = []
    for name, side in (("base", base), ("head", head)):
        if side.failed:
            tried = side.runs + side.failed
            said.append(f"{side.failed} of {tried} runs of {name} did not end well")
        if side.mixed:
            said.append(f"the runs of {name} are of more than one command or script")
    return f"; {wording.listed(said)}" if said else ""


def _told(
    verdict: Verdict, decisive: Sequence[Change], gated: Sequence[Change], policy: Policy
) -> str:
    sentence = wording.listed([_standing(change, policy) for change in decisive])
    if verdict == "small-change":
        return f"{sentence}, below what matters"
    improved = [change for change in gated if change.verdict == "improvement"]
    if verdict == "regression" and improved:
        others = wording.listed([_improved(change) for change in improved])
        return f"{sentence} ({others})"
    return sentence


def _ungated(changes: Sequence[Change]) -> str:
    kept = [change.metric for change in changes if change.budget is not None]
    if not kept:
        return "none of the gated metrics has a value on both sides"
    return f"no metric is gated; {wording.listed(kept)} {'keep' if kept[1:] else 'keeps'} to budget"


def _open(decisive: Sequence[Change]) -> str:
    few = [change for change in decisive if min(change.n_base, change.n_head) < LEAST_RUNS]
    if len(few) < len(decisive):
        return f"cannot tell for {wording.listed([change.metric for change in decisive])}"
    if any(change.n_base == 0 or change.n_head == 0 for change in few):
        missing = [change for change in few if change.n_base == 0 or change.n_head == 0]
        return wording.listed([f"{change.metric}: {change.reason}" for change in missing])
    if any(change.n_base > change.n_head for change in few):
        return "one run of head cannot separate change from noise"
    if any(change.n_base < change.n_head for change in few):
        return "one run of base cannot separate change from noise"
    return "one run a side cannot separate change from noise"


def _standing(change: Change, policy: Policy) -> str:
    budget = policy.budgets.get(change.metric)
    if over_budget(change.head, budget):
        return excess(change.metric, change.head or 0.0, budget or 0.0, change.unit)
    size, scale = _size(change)
    return wording.standing(change.metric, change.unit, size, scale)


def _improved(change: Change) -> str:
    size, scale = _size(change)
    return f"{change.metric} improved by {wording.extent(size, scale, change.unit)}"


def _within(change: Change) -> str:
    _, scale = _size(change)
    return f"{change.metric} within ±{wording.margin(change.min_effect or 0.0, scale, change.unit)}"


def _size(change: Change) -> tuple[float, Scale]:
    if change.ratio is None:
        return change.delta or 0.0, "difference"
    return log(change.ratio), "ratio"
