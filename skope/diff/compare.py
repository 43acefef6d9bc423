"""Two capture reports in, one diff out."""

from collections.abc import Sequence

from skope.diff.environment import differences
from skope.diff.evidence import Evidence, tested, weigh
from skope.diff.hints import hints, tries_of
from skope.diff.judge import Terms, judge, over_budget
from skope.diff.matched import distrusted
from skope.diff.overall import caveats, obstacle, summary_of, verdict_of
from skope.diff.pair import Pair, Pairing, pair_up
from skope.diff.pairwise import pairs_of
from skope.schema.diff import Change, Diff, Side
from skope.schema.metrics import METRICS, spec_of
from skope.schema.policy import Policy
from skope.schema.report import Report, SystemManager
from skope.stats.multiplicity import holm_levels

_DIGITS = 6
"""Decimals of the leading fields, as in the reports they are the differences of."""


def compare(base: Report, head: Report, policy: Policy | None = None) -> Diff:
    """What changed from `base` to `head`, metric by metric and over all.

    The unit of replication is the run. With a value on both sides a metric is judged; a gated one
    that only one side has is inconclusive, so that a gate never passes for want of numbers.
    Swapping the sides inverts every ratio exactly and flips every word.

    Parameters
    ----------
    base, head
        Reports as they were recorded, each with any number of runs.
    policy
        What to gate and how strictly; None for the defaults.
    """
    policy = policy if policy is not None else Policy()
    pairing = pair_up(base, head)
    gate = _gate(policy, pairing)
    environment = differences(base, head, gated=sorted(gate), across=policy.across)
    forbidden = obstacle(environment)
    evidence = [weigh(pair, policy) for pair in pairing.both]
    judged = _judged(evidence, gate, policy, forbidden)
    changes = _in_order([*judged, *_unpaired(pairing, gate, policy, forbidden)])
    doubtful = distrusted(base.good_runs(), head.good_runs())
    pairs = pairs_of(evidence, gate, left_out=len(doubtful))
    sides = _side(base), _side(head)
    return Diff(
        name=f"{base.name}-{head.name}",
        module=base.module,
        timestamp=base.timestamp,
        system_manager=_machine(base.system_manager, head.system_manager),
        exec_time=round(head.exec_time - base.exec_time, _DIGITS),
        verdict=verdict_of(changes),
        subject=base.subject
        if base.subject == head.subject
        else f"{base.subject} / {head.subject}",
        summary=summary_of(changes, forbidden, policy) + caveats(*sides),
        base=sides[0],
        head=sides[1],
        pairs=pairs,
        environment=environment,
        only_in_base=[pair.spec.name for pair in pairing.only_in_base],
        only_in_head=[pair.spec.name for pair in pairing.only_in_head],
        changes=changes,
        hints=hints(
            changes,
            environment,
            (base.exec_time, head.exec_time),
            paired=pairs is not None,
            tries=tries_of(base, head, pairs),
        ),
    )


def _gate(policy: Policy, pairing: Pairing) -> frozenset[str]:
    """The names of the gated metrics.

    What most runs of either side have no value of, as programs too short to be looked at have no
    memory, is gated only on request: the few that have one are not like the others.
    """
    present = (*pairing.both, *pairing.only_in_base, *pairing.only_in_head)
    usual = [pair for pair in present if pair.base.usual or pair.head.usual]
    declared = [pair.spec.name for pair in usual if pair.spec.gated]
    gate = set(declared if policy.gate is None else policy.gate)
    gate.update(name for name, wanted in policy.gating.items() if wanted)
    return frozenset(name for name in gate if policy.gating.get(name, True))


def _judged(
    evidence: Sequence[Evidence], gate: frozenset[str], policy: Policy, forbidden: str | None
) -> list[Change]:
    family = [e for e in evidence if e.pair.spec.name in gate and e.comparison is not None]
    alpha = 1 - policy.confidence
    held_to = holm_levels([tested(member) for member in family], alpha)
    levels = {e.pair.spec.name: level for e, level in zip(family, held_to, strict=True)}
    judged = []
    for e in evidence:
        name = e.pair.spec.name
        budget = policy.budgets.get(name)
        gated = name in gate or over_budget(e.pair.head.median, budget)
        level = levels.get(name, alpha)
        terms = Terms(gated=gated, level=level, budget=budget, obstacle=forbidden)
        judged.append(judge(e, terms))
    return judged


def _unpaired(
    pairing: Pairing, gate: frozenset[str], policy: Policy, forbidden: str | None
) -> list[Change]:
    """What was to be judged and has no value on one side or on both, said aloud."""
    wanted = gate | policy.budgets.keys()
    lone = [*pairing.only_in_base, *pairing.only_in_head]
    found = {pair.spec.name for pair in (*pairing.both, *lone)}
    return [
        *(_lone(pair, gate, policy, forbidden) for pair in lone if pair.spec.name in wanted),
        *(_nowhere(name, policy) for name in sorted(wanted - found)),
    ]


def _lone(pair: Pair, gate: frozenset[str], policy: Policy, forbidden: str | None) -> Change:
    where, sample = ("head", pair.head) if pair.base.n else ("base", pair.base)
    reason = f"{where} has no value"
    if sample.reason is not None:
        reason += f": {sample.reason}"
    budget = policy.budgets.get(pair.spec.name)
    broken = over_budget(pair.head.median, budget)
    if broken:
        reason = f"head is over the budget; {reason}"
    return Change(
        metric=pair.spec.name,
        unit=pair.unit,
        better=pair.spec.better,
        gated=pair.spec.name in gate or broken or not pair.head.n,
        base=pair.base.median,
        head=pair.head.median,
        n_base=pair.base.n,
        n_head=pair.head.n,
        budget=budget,
        verdict="regression" if broken and forbidden is None else "inconclusive",
        reason=reason if forbidden is None else f"{forbidden}; {reason}",
    )


def _nowhere(name: str, policy: Policy) -> Change:
    spec = spec_of(name)
    return Change(
        metric=name,
        unit=spec.unit,
        better=spec.better,
        gated=True,
        base=None,
        head=None,
        n_base=0,
        n_head=0,
        budget=policy.budgets.get(name),
        verdict="inconclusive",
        reason="neither side has a value",
    )


def _in_order(changes: Sequence[Change]) -> list[Change]:
    places = {name: place for place, name in enumerate(METRICS)}
    return sorted(
        changes, key=lambda change: (places.get(change.metric, len(places)), change.metric)
    )


def _machine(base: SystemManager, head: SystemManager) -> SystemManager:
    cpu_usage = None
    if base.cpu_usage is not None and head.cpu_usage is not None:
        cpu_usage = round(head.cpu_usage - base.cpu_usage, _DIGITS)
    memory_usage = round(head.memory_usage - base.memory_usage, _DIGITS)
    return SystemManager(memory_usage=memory_usage, cpu_usage=cpu_usage)


def _side(report: Report) -> Side:
    git = report.host.git if report.host is not None else None
    return Side(
        name=report.name,
        runs=len(report.good_runs()),
        failed=len(report.failed_runs()) + len(report.unfinished_runs()),
        trust=report.trust.grade if report.trust is not None else None,
        commit=git.commit if git is not None else None,
        dirty=git.dirty if git is not None else None,
        timestamp=report.timestamp,
        window=report.window,
        mixed=report.is_mixed(),
    )
