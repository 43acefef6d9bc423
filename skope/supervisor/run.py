"""`skope runner`: launches the script once or several times and sees every run into its report."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic_ns
from typing import Final

from skope.errors import ReportError
from skope.store.directory import Directory
from skope.store.reports import Reports
from skope.supervisor.account import Account
from skope.supervisor.command import Command
from skope.supervisor.guarding import Guard
from skope.supervisor.launch import Launch, Launcher, Outcome
from skope.supervisor.logs import RunLog
from skope.supervisor.place import Place
from skope.supervisor.progress import progress
from skope.supervisor.script import Stdio
from skope.supervisor.stand import Stand, standing

_ANOTHER: Final = (
    "skope: the runs there are of another command or script",
    "  --append adds to them all the same; another --tag keeps them apart",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What `skope runner` was asked to do."""

    command: Command
    tag: str
    place: Place
    runs: int = 1
    warmup: int = 0
    timeout_ns: int | None = None
    append: bool = False
    ignore_failure: bool = False
    prepare: Command | None = None
    """Run before every launch, unmeasured."""
    cleanup: Command | None = None
    """Run after every launch, however it ended."""
    quiet: bool = False
    """The script's output goes to the log even for one run: stdout is for data."""

    @property
    def launches(self) -> int:
        return self.warmup + self.runs


@dataclass(kw_only=True)
class Result(Account):
    """What came of it."""

    good: int = 0
    file: str | None = None
    """Where the runs are; null: nothing was kept."""


def record(job: Job) -> Result:
    """All runs of `job`, recorded. Finished runs stay whatever happens later.

    Raises
    ------
    EnvironmentFault
        If the address, the directory or its lock is not to be had, a child does not start, or
        a report cannot be written.
    """
    result = Result()
    with (
        Guard() as guard,
        standing(
            job.place,
            {job.tag: job.command},
            guard=guard,
            command="skope runner",
            append=job.append,
        ) as stand,
    ):
        if job.append and _continues_another(job, stand.directory):
            for line in _ANOTHER:
                stand.voice.say(line)
        if stand.rig.start():
            with _output(job, stand.directory) as output:
                _Series(job, stand, output).run_all(result)
        if stand.asked:
            result.interrupted = stand.asked[0]
        stand.voice.say("Tearing down...")
        stand.rig.stop()
        result.lost = stand.rig.lost
    return result


def _continues_another(job: Job, directory: Directory) -> bool:
    try:
        report = Reports(directory).current(job.tag)
    except ReportError:  # not continued: it moves to the history
        return False
    return report is not None and report.is_of_another(job.command.workload)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Output:
    """Where the script's output goes."""

    stdio: Stdio
    log: RunLog | None


@contextlib.contextmanager
def _output(job: Job, directory: Directory) -> Iterator[_Output]:
    if job.launches == 1 and not job.quiet:
        yield _Output(stdio=Stdio(), log=None)
        return
    with RunLog(directory, job.tag) as log, open(os.devnull, "rb") as nothing:
        yield _Output(stdio=Stdio(stdin=nothing.fileno(), stdout=log.fd, stderr=log.fd), log=log)


class _Series:
    """The launches of one job, in order."""

    def __init__(self, job: Job, stand: Stand, output: _Output) -> None:
        self._job: Final = job
        self._stand: Final = stand
        self._output: Final = output
        self._launcher: Final = Launcher(
            stand.rig, stand.guard, timeout_ns=job.timeout_ns, say=stand.voice.say
        )

    def run_all(self, result: Result) -> None:
        """Launches until all are done, one failed, or somebody asked to stop."""
        job, begin_ns = self._job, monotonic_ns()
        for number in range(1, job.launches + 1):
            if self._stand.asked:
                break
            if job.launches > 1:
                spent_ns = monotonic_ns() - begin_ns
                self._stand.voice.status(progress(number - 1, job.launches, spent_ns))
            title = self._title(number)
            if self._output.log:
                self._output.log.heading(title)
            warming = number <= job.warmup
            outcome = self._launcher.launch(
                self._launch(number, record=not warming), self._output.stdio
            )
            self._count(result, outcome, title, warming=warming)
            if outcome.failure and not job.ignore_failure:
                break
        self._stand.voice.status("")

    def _launch(self, number: int, *, record: bool) -> Launch:
        job = self._job
        return Launch(
            number=number,
            command=job.command,
            environment=self._stand.environment,
            record=record,
            prepare=job.prepare,
            cleanup=job.cleanup,
        )

    def _title(self, number: int) -> str:
        job = self._job
        if number <= job.warmup:
            return f"warm-up {number} of {job.warmup}"
        return f"run {number - job.warmup} of {job.runs}"

    def _count(self, result: Result, outcome: Outcome, title: str, *, warming: bool) -> None:
        if outcome.done:
            result.file = outcome.done.report or result.file
            result.enter(outcome.done)
        if outcome.failure is None:
            result.good += not warming
            return
        where = f" in {title}" if self._job.launches > 1 else ""
        result.failures.append(f"{outcome.failure}{where}")
        if self._output.log and not self._stand.asked:
            passed_over = outcome.failure if self._job.ignore_failure else None
            self._output.log.explain(title, passed_over, self._stand.voice.say)


def verdict(job: Job, result: Result) -> None:
    """Raises `ScriptFailed` when the job is to be called failed."""
    hint = None if job.ignore_failure or job.runs == 1 else "--ignore-failure goes on after one"
    result.verdict(enough=job.ignore_failure and result.good > 0, hint=hint)
