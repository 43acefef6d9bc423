"""Absolute budgets: what head may use whatever base did, at any number of runs."""

from skope.diff import wording
from skope.diff.judge import over_budget
from skope.diff.pair import pair_up
from skope.schema.policy import Policy
from skope.schema.report import Report


def broken_budgets(report: Report, policy: Policy) -> list[str]:
    """Each budget that the medians of `report` break, as a sentence; for when there is no base."""
    said = []
    for pair in pair_up(report, report).both:
        used, budget = pair.head.median, policy.budgets.get(pair.spec.name)
        if over_budget(used, budget):
            said.append(excess(pair.spec.name, used or 0.0, budget or 0.0, pair.unit))
    return said


def excess(metric: str, used: float, budget: float, unit: str) -> str:
    """`memory_peak is 600 MiB, over its budget of 512 MiB`."""
    kept = wording.quantity(budget, unit)
    return f"{metric} is {wording.quantity(used, unit)}, over its budget of {kept}"
