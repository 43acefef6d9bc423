"""What a session holds in memory of one tag: a copy of what its files say."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from skope._fast import Columns
from skope.capture.assemble import Sheet
from skope.schema.codec import encode_run
from skope.schema.report import OF_ANOTHER, Report, Run
from skope.schema.series import DrawnSeries
from skope.store.reports import Mark


class Held(Struct, frozen=True, kw_only=True, gc=False):
    """The runs of one tag in this session."""

    mark: Mark
    """The tag's file when it was last written or read; another session may have replaced it."""
    said: Sheet | Report | None = None
    """What the tag's report says as it was last written; None before the first run."""
    runs: list[Run] = []
    lines: list[bytes] = []
    """`runs`, encoded."""
    columns: Columns | None = None
    """The values of `runs`, where all of them are good and of one window."""
    total: int = 0
    first_run: int = 1
    """This session's own first; above 1 an earlier session's runs come before it."""
    in_place: bool = False
    """Whether the tag's file is this session's."""
    curves: DrawnSeries | None = None
    """Of the newest run, while nobody knows how it will end."""
    failed_file: str | None = None

    @classmethod
    def found(
        cls, report: Report, runs: list[Run], mark: Mark, *, first_run: int, own: bool = False
    ) -> Self:
        """What is in files; `own`: the tag's file is this session's."""
        runs = [replace(run, window=run.window or report.window) for run in runs]
        return cls(
            mark=mark,
            said=report,
            runs=runs,
            lines=[encode_run(run) for run in runs],
            columns=_columns(runs),
            total=report.runs_total,
            first_run=first_run,
            in_place=own,
        )

    def adding(self, run: Run, *, most: int) -> Self:
        """With one run more, which gets its number here; the oldest beyond `most` go."""
        run = replace(run, run=self.total + 1)
        return replace(
            self,
            runs=[*self.runs, run][-most:],
            lines=[*self.lines, encode_run(run)][-most:],
            columns=self._column_beside(run, most),
            total=run.run,
        )

    def _column_beside(self, run: Run, most: int) -> Columns | None:
        if not self.runs:
            return _columns([run])
        if self.columns is None or not run.ok or run.window != self.runs[-1].window:
            return None
        return self.columns.adding(run.values, most)

    def introduced(self, run: Run, workload: str | None) -> Run:
        """`run`, with a remark where it is this session's first and those before are of another."""
        if self.total >= self.first_run or self.report is None:
            return run
        if not self.report.is_of_another(workload):
            return run
        return replace(run, note="; ".join(filter(None, (OF_ANOTHER, run.note))))

    @property
    def replaced(self) -> int | None:
        """The number in the history of what this session's report replaced."""
        return self.said.replaced if self.said and self.in_place else None

    @property
    def report(self) -> Report | None:
        """The tag's report as it was last written; None before the first run."""
        return self.said.report(self.runs) if isinstance(self.said, Sheet) else self.said

    def own(self) -> list[Run]:
        """The runs of this session."""
        return [run for run in self.runs if run.run >= self.first_run]

    def pending(self) -> list[int]:
        """The places of the runs whose script goes on."""
        return [place for place, run in enumerate(self.runs) if run.ok is None]


def _columns(runs: list[Run]) -> Columns | None:
    """The values of `runs`, if all of them are good and of one window."""
    if not runs or not all(run.ok and run.window == runs[0].window for run in runs):
        return None
    columns: Columns | None = Columns(tuple(runs[0].values))
    for run in runs:
        columns = columns and columns.adding(run.values, len(runs))
    return columns
