"""From a row of the stream, or an exact tally, to the figures that are shown."""

from skope.agg.report import row_of
from skope.schema.aggregate import Aggregate
from skope.schema.live import AggregateRow
from skope.view.live import Figures


def of_row(row: AggregateRow) -> Figures:
    """All executions of a session."""
    return Figures(
        name=row.name,
        n=row.n,
        total_time=row.total_time,
        mean_time=row.mean_time,
        total_memory=row.total_memory,
        mean_memory=row.mean_memory,
        p50=row.p50,
        p95=row.p95,
        p99=row.p99,
        high=row.max,
    )


def of_part(part: Aggregate) -> dict[str, Figures]:
    """A part of a session, by name; what was the longest execution of a part nobody kept."""
    return {
        name: Figures(
            name=name,
            n=row.total_execs,
            total_time=row.total_exec_time,
            mean_time=row.avg_exec_time,
            total_memory=row.total_memory_usage,
            mean_memory=row.avg_exec_memory,
            p50=row.p50,
            p95=row.p95,
            p99=row.p99,
        )
        for name, row in ((name, row_of(tally)) for name, tally in part.items())
    }
