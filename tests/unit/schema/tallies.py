"""Aggregates of known executions, counted without a kernel."""

from skope.schema.aggregate import UNIT, Tally
from skope.schema.totals import Totals
from tests.unit.stats.histograms import counted, exact_sum


def a_tally(times, memory=0.0):
    """The tally of executions that took `times`, each using `memory` MiB more."""
    held = counted(times)
    return Tally(
        n=len(times),
        time=exact_sum(times, UNIT),
        memory=exact_sum([memory] * len(times), UNIT),
        low=held.low,
        high=held.high,
        zeros=held.zeros,
        runs=held.runs,
    )


def totals_of(tally):
    """What is compared of a tally."""
    parts = tally.n * UNIT
    return Totals(tally.n, tally.time / parts, tally.memory / parts, tally)


def bare_totals(n, time, memory=0.0):
    """A row of five fields."""
    return Totals(n, time, memory, None)


def five_fields(n, time, memory=0.0):
    """The same as the original writes it."""
    return {
        "total_execs": n,
        "total_exec_time": n * time,
        "total_memory_usage": n * memory,
        "avg_exec_memory": memory,
        "avg_exec_time": time,
    }
