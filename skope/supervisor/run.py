"""`skope runner`: launches the script once or several times and sees every run into its report."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic_ns
from typing import Final

from skope.errors import ScriptFailed, StorageFault
from skope.schema.wire import FrontConfig
from skope.store.directory import Directory, open_directory
from skope.store.lock import RoleLock, runner_role
from skope.supervisor.access import Access, settle
from skope.supervisor.command import Command
from skope.supervisor.endings import exit_code_of
from skope.supervisor.guarding import Guard
from skope.supervisor.launch import Launcher, Outcome
from skope.supervisor.logs import RunLog
from skope.supervisor.losses import UNFINISHED
from skope.supervisor.place import Place
from skope.supervisor.progress import progress
from skope.supervisor.reaper import become_subreaper
from skope.supervisor.rig import Rig
from skope.supervisor.script import Stdio
from skope.supervisor.sockets import Listeners, listen
from skope.supervisor.tenure import Tenure
from skope.supervisor.token import TokenFile
from skope.supervisor.voice import Voice

KEPT_RUNS: Final = 1000


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
    quiet: bool = False
    """The script's output goes to the log even for one run: stdout is for data."""

    @property
    def launches(self) -> int:
        return self.warmup + self.runs


@dataclass(kw_only=True)
class Result:
    """What came of it."""

    good: int = 0
    failures: list[str] = field(default_factory=list)
    """In words, oldest first."""
    notes: list[str] = field(default_factory=list)
    file: str | None = None
    """Where the runs are; null: nothing was kept."""
    interrupted: int | None = None
    """The signal that ended it."""
    lost: bool = False
    """A capture by another name could not be saved. It has been said."""

    @property
    def exit_code(self) -> int:
        """0, 128 + n or `UNFINISHED`; a failed script is an error of its own."""
        if self.interrupted is not None:
            return exit_code_of(-self.interrupted)
        return UNFINISHED if self.lost else 0


def record(job: Job) -> Result:
    """All runs of `job`, recorded. Finished runs stay whatever happens later.

    Raises
    ------
    EnvironmentFault
        If the address, the directory or its lock is not to be had, a child does not start, or
        a report cannot be written.
    """
    voice = Voice()
    role = runner_role(job.tag)
    with (
        open_directory(job.place.directory, given=job.place.given) as directory,
        RoleLock(directory, role, command="skope runner") as lock,
        listen(job.place.host, job.place.port, tag=job.tag) as listeners,
    ):
        access = settle(
            os.environ,
            wide=listeners.wide,
            no_auth=job.place.no_auth,
            allow_hosts=job.place.allow_hosts,
        )
        if job.place.port == 0:
            voice.say(f"skope: listening on {listeners.spoken}")
        config = _config(job, directory, listeners, access)
        become_subreaper()
        with (
            TokenFile(directory, role, access) as token,
            Rig(listeners, config, voice) as rig,
            Guard() as guard,
        ):
            rig.upkeep = Tenure(lock, token, voice.say).renew
            result = Result()
            if rig.start():
                environment = script_environment(os.environ, listeners, access)
                with _output(job, directory) as output:
                    _Series(job, rig, guard, environment, output, voice).run_all(result)
            if rig.signals.asked:
                result.interrupted = rig.signals.asked[0]
            voice.say("Tearing down...")
            rig.stop()
            result.lost = rig.lost
    return result


def script_environment(
    environment: Mapping[str, str], listeners: Listeners, access: Access
) -> dict[str, str]:
    """Ours, and how to reach us."""
    reach = {
        "SKOPE_URL": listeners.url,
        "SKOPE_HOST": listeners.connect_host,
        "SKOPE_PORT": str(listeners.port),
    }
    # Bound to one outward address, even this machine's own clients are no loopback peers.
    token = {"SKOPE_TOKEN": access.token} if access.token else {}
    return {**environment, **reach, **token}


def _config(job: Job, directory: Directory, listeners: Listeners, access: Access) -> FrontConfig:
    return FrontConfig(
        mode="runner",
        directory=str(directory.path),
        working_directory=str(Path.cwd()),
        session="",
        tag=job.tag,
        host=job.place.host,
        port=listeners.port,
        token=access.token,
        allow_hosts=list(access.allow_hosts),
        wide=listeners.wide,
        keep_runs=KEPT_RUNS,
        append=job.append,
        watch=job.place.watch,
    )


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

    def __init__(
        self,
        job: Job,
        rig: Rig,
        guard: Guard,
        environment: Mapping[str, str],
        output: _Output,
        voice: Voice,
    ) -> None:
        self._job: Final = job
        self._rig: Final = rig
        self._output: Final = output
        self._voice: Final = voice
        self._launcher: Final = Launcher(
            rig, guard, job.command, environment, timeout_ns=job.timeout_ns, say=voice.say
        )

    def run_all(self, result: Result) -> None:
        """Launches until all are done, one failed, or somebody asked to stop."""
        job, begin_ns = self._job, monotonic_ns()
        for number in range(1, job.launches + 1):
            if self._rig.signals.asked:
                break
            if job.launches > 1:
                self._voice.status(progress(number - 1, job.launches, monotonic_ns() - begin_ns))
            title = self._title(number)
            if self._output.log:
                self._output.log.heading(title)
            warming = number <= job.warmup
            outcome = self._launcher.launch(number, self._output.stdio, record=not warming)
            self._count(result, outcome, title, warming=warming)
            if outcome.failure and not job.ignore_failure:
                break
        self._voice.status("")

    def _title(self, number: int) -> str:
        job = self._job
        if number <= job.warmup:
            return f"warm-up {number} of {job.warmup}"
        return f"run {number - job.warmup} of {job.runs}"

    def _count(self, result: Result, outcome: Outcome, title: str, *, warming: bool) -> None:
        if outcome.done:
            result.notes += [note for note in outcome.done.notes if note not in result.notes]
            result.file = outcome.done.report or result.file
            if outcome.done.fault:
                raise StorageFault(outcome.done.fault)
        if outcome.failure is None:
            result.good += not warming
            return
        where = f" in {title}" if self._job.launches > 1 else ""
        result.failures.append(f"{self._job.command.title} {outcome.failure}{where}")
        if self._output.log and not self._rig.signals.asked:
            self._show_tail(self._output.log, title)

    def _show_tail(self, log: RunLog, title: str) -> None:
        lines = log.tail()
        what = f"its last lines, all are in {log.shown}:" if lines else "it printed nothing"
        self._voice.say(f"skope: {title} failed; {what}")
        for line in lines:
            self._voice.say(f"  {line}")


def verdict(job: Job, result: Result) -> None:
    """Raises `ScriptFailed` when the job is to be called failed."""
    if not result.failures or result.interrupted is not None:
        return
    if job.ignore_failure and result.good:
        return
    more = len(result.failures) - 1
    message = result.failures[0] + (f" (and {more} more failed)" if more else "")
    hint = None if job.ignore_failure or job.runs == 1 else "--ignore-failure goes on after one"
    raise ScriptFailed(message, hint=hint)
