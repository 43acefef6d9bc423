"""The rows of an aggregate as they are looked at: without what makes merging exact."""

from msgspec import Struct

from skope.schema.live import AggregateRow


class RowOnFile(Struct, frozen=True):
    """As it lies in the file; others' files have the first five fields only."""

    total_execs: int
    total_exec_time: float
    total_memory_usage: float
    avg_exec_memory: float
    avg_exec_time: float
    min: float | None = None
    max: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None


def row_of(name: str, row: RowOnFile) -> AggregateRow:
    """The row called `name`."""
    return AggregateRow(
        name=name,
        n=row.total_execs,
        total_time=row.total_exec_time,
        mean_time=row.avg_exec_time,
        total_memory=row.total_memory_usage,
        mean_memory=row.avg_exec_memory,
        min=row.min,
        max=row.max,
        p50=row.p50,
        p90=row.p90,
        p95=row.p95,
        p99=row.p99,
    )
