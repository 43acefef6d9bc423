"""Two aggregates in, one diff out."""

from collections.abc import Iterator, Mapping, Sequence
from math import fsum

from msgspec import Struct

from skope.diff.aggregate_evidence import NameEvidence, weigh_name
from skope.diff.aggregate_judge import judge_mean
from skope.diff.aggregate_overall import summary_of
from skope.diff.aggregate_quantiles import quantile_changes
from skope.diff.aggregate_total import total_change
from skope.diff.overall import verdict_of
from skope.schema.aggregate_diff import MEMORY, AggregateChange, AggregateDiff, AggregateSide
from skope.schema.metrics import spec_of
from skope.schema.policy import Policy
from skope.schema.report import SystemManager
from skope.schema.totals import Totals
from skope.stats.false_discovery import discovery_level


class Collected(Struct, frozen=True, kw_only=True):
    """An aggregate as it was found."""

    name: str
    timestamp: int
    """When it was written, Unix seconds."""
    totals: Mapping[str, Totals]
    path: str | None = None


def compare_aggregates(
    base: Collected, head: Collected, policy: Policy | None = None
) -> AggregateDiff:
    """What changed from `base` to `head`, name by name and over all.

    A name's verdict is that of its mean time, at a level that holds the share of false discoveries
    among the names' to 1 - `policy.confidence`. Executions are taken to be independent. Swapping
    the sides inverts every ratio and flips every word.
    """
    policy = policy if policy is not None else Policy()
    min_effect = policy.min_effect.get("exec_time", spec_of("exec_time").min_effect)
    names = sorted(base.totals.keys() & head.totals.keys())
    evidence = [weigh_name(name, base.totals[name], head.totals[name]) for name in names]
    level = _level(evidence, 1 - policy.confidence)
    means = [judge_mean(e, level=level, min_effect=min_effect) for e in evidence]
    further = [[*_further(e, policy.confidence, min_effect)] for e in evidence]
    total = None
    if evidence:
        total = total_change(evidence, confidence=policy.confidence, min_effect=min_effect)
    return AggregateDiff(
        name=f"{base.name}-{head.name}",
        timestamp=base.timestamp,
        system_manager=SystemManager(memory_usage=_memory_change(evidence), cpu_usage=None),
        exec_time=fsum(
            e.base.totals.n * (e.head.totals.time - e.base.totals.time) for e in evidence
        ),
        verdict=verdict_of(means),
        summary=summary_of(means),
        base=_side(base),
        head=_side(head),
        only_in_base=sorted(base.totals.keys() - head.totals.keys()),
        only_in_head=sorted(head.totals.keys() - base.totals.keys()),
        changes=[change for group in zip(means, further, strict=True) for change in _flat(group)],
        total=total,
    )


def _level(evidence: Sequence[NameEvidence], rate: float) -> float:
    tested = [e.comparison.p_value() for e in evidence if e.comparison is not None]
    return discovery_level(tested, rate)


def _flat(group: tuple[AggregateChange, list[AggregateChange]]) -> list[AggregateChange]:
    mean, further = group
    return [mean, *further]


def _further(
    evidence: NameEvidence, confidence: float, min_effect: float
) -> Iterator[AggregateChange]:
    yield from quantile_changes(evidence, confidence=confidence, min_effect=min_effect)
    base, head = evidence.base.totals, evidence.head.totals
    if base.memory or head.memory:
        yield AggregateChange(
            name=evidence.name,
            metric=MEMORY,
            unit="MiB",
            better="less",
            gated=False,
            base=base.memory,
            head=head.memory,
            n_base=base.n,
            n_head=head.n,
            delta=head.memory - base.memory,
            verdict="inconclusive",
            reason="nothing is kept of how memory varies",
        )


def _memory_change(evidence: Sequence[NameEvidence]) -> float:
    """Of an average execution, at base's counts."""
    weight = sum(e.base.totals.n for e in evidence)
    change = sum(e.base.totals.n * (e.head.totals.memory - e.base.totals.memory) for e in evidence)
    return change / weight if weight else 0.0


def _side(collected: Collected) -> AggregateSide:
    return AggregateSide(
        name=collected.name,
        names=len(collected.totals),
        records=sum(totals.n for totals in collected.totals.values()),
        exact=all(totals.tally is not None for totals in collected.totals.values()),
        timestamp=collected.timestamp,
        path=collected.path,
    )
