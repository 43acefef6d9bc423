"""One launch of the script, from its start to the report that holds it."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic_ns
from typing import Final

from skope.errors import StartFault
from skope.probe.process import children_of
from skope.schema.wire import RunBegin, RunDone, RunEnd
from skope.supervisor.command import Command
from skope.supervisor.endings import exit_code_of, in_words, signal_name
from skope.supervisor.groups import Groups
from skope.supervisor.guarding import Guard
from skope.supervisor.leash import Leash
from skope.supervisor.leftovers import descendants_of_script, end_leftovers
from skope.supervisor.reaper import reap_orphans
from skope.supervisor.rig import Rig
from skope.supervisor.script import Ended, Script, Stdio
from skope.units import NS_PER_S

_READY_NS: Final = 30 * NS_PER_S
"""How long the front may take to hear of a launch, its own restart included."""
_REPORT_NS: Final = 60 * NS_PER_S
"""How long a report may take, a hung front and its successor's start included."""
_HURRIED_NS: Final = NS_PER_S
"""The same after a second Ctrl-C."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What is launched, and whose run it becomes."""

    number: int
    """Its own among all launches of this Skope."""
    command: Command
    environment: Mapping[str, str]
    record: bool = True
    """False: a warm-up."""
    tag: str | None = None
    """None: the runner's own."""
    pair: int | None = None
    position: int | None = None
    """1 or 2 within the pair."""
    prepare: Command | None = None
    """Run before it, unmeasured."""
    cleanup: Command | None = None
    """Run after it, however it ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one launch."""

    failure: str | None
    """How it failed, in words; null: it did not."""
    done: RunDone | None
    """null: it was not launched at all, or nobody had the patience to wait for the report."""


class Launcher:
    """Launches commands, one after the other."""

    def __init__(
        self,
        rig: Rig,
        guard: Guard,
        *,
        timeout_ns: int | None,
        say: Callable[[str], None],
    ) -> None:
        self._rig: Final = rig
        self._guard: Final = guard
        self._timeout_ns: Final = timeout_ns
        self._say: Final = say
        self._groups: Final = Groups()
        self._script: Script | None = None
        rig.each_turn = self._reap

    def launch(self, launch: Launch, stdio: Stdio) -> Outcome:
        """Runs it to its end, its descendants' and its report's, between what surrounds it.

        Raises
        ------
        StartFault
            If no process could be started, or no front brought the report to its end.
        """
        outcome = self._prepared(launch, stdio)
        if launch.cleanup is not None:
            untidy = self.aside(launch.cleanup, launch.environment, stdio)
            if untidy and outcome.failure is None:
                return Outcome(failure=f"--cleanup {untidy}", done=outcome.done)
        return outcome

    def aside(self, command: Command, environment: Mapping[str, str], stdio: Stdio) -> str | None:
        """Runs what is not measured; how it failed, in words, or None.

        Whoever asked to stop before it began has been obeyed: only who asks again ends it.

        Raises
        ------
        StartFault
            If no process could be started.
        """
        script = self._start(command, environment, stdio)
        script.release()
        before = len(self._rig.signals.asked)
        leash = Leash(monotonic_ns(), self._timeout_ns)
        ended = self._await_end(script, leash, before)
        self._guard.tell(0)
        return self._failure(ended, leash, before)

    def _prepared(self, launch: Launch, stdio: Stdio) -> Outcome:
        if launch.prepare is not None:
            unprepared = self.aside(launch.prepare, launch.environment, stdio)
            if unprepared:
                return Outcome(failure=f"--prepare {unprepared}", done=None)
        return self._measured(launch, stdio)

    def _measured(self, launch: Launch, stdio: Stdio) -> Outcome:
        script = self._start(launch.command, launch.environment, stdio)
        # Its report is written by the time the group is removed.
        with self._groups.holding(script.pid) as group:
            return self._watched(launch, script, group)

    def _watched(self, launch: Launch, script: Script, group: str | None) -> Outcome:
        begin = RunBegin(
            run=launch.number,
            pid=script.pid,
            tag=launch.tag,
            record=launch.record,
            group=group,
        )
        self._announce(script, begin)
        script.release()
        leash = Leash(monotonic_ns(), self._timeout_ns)
        ended = self._await_end(script, leash, 0)
        self._guard.tell(0)
        failure = self._failure(ended, leash, 0)
        self._rig.control.end(
            RunEnd(
                run=launch.number,
                tag=launch.tag,
                pair=launch.pair,
                position=launch.position,
                exit_code=exit_code_of(ended.status),
                ok=failure is None,
                note=failure,
                user_s=ended.user_s,
                system_s=ended.system_s,
                max_rss_bytes=ended.max_rss_bytes,
                waited=ended.counts,
                begin_ns=ended.begin_ns,
                end_ns=ended.end_ns,
            )
        )
        self._end_leftovers()
        return Outcome(
            failure=f"{launch.command.title} {failure}" if failure else None,
            done=self._await_report(launch.number),
        )

    def _start(self, command: Command, environment: Mapping[str, str], stdio: Stdio) -> Script:
        try:
            self._script = script = Script(command, environment, stdio)
        except OSError as error:
            message = f"cannot start {command.title}: {error.strerror}"
            raise StartFault(message) from error
        self._guard.tell(script.pid)
        return script

    def _announce(self, script: Script, message: RunBegin) -> None:
        """Until the front knows of the launch: a /start that came earlier would be nobody's."""
        control, asked = self._rig.control, self._rig.signals.asked
        control.begin(message)
        try:
            heard = self._rig.wait(
                lambda: control.ready or script.has_ended or bool(asked), limit_ns=_READY_NS
            )
        except BaseException:
            script.end_now()
            raise
        if not heard:
            self._say("skope: the front does not answer; the script begins all the same")

    def _await_end(self, script: Script, leash: Leash, before: int) -> Ended:
        """Its end; requests to stop Skope count from the one after the first `before`."""
        asked = self._rig.signals.asked
        try:
            with self._noticed(script):
                while script.ended is None:
                    due = leash.pull(monotonic_ns(), asked[before:])
                    if due is not None:
                        script.signal(due)
                    self._rig.wait(
                        partial(self._has_news, script, len(asked)),
                        limit_ns=leash.patience_ns(monotonic_ns()),
                    )
        except BaseException:
            script.end_now()
            raise
        return script.ended

    @contextlib.contextmanager
    def _noticed(self, script: Script) -> Iterator[None]:
        """Its end is noted before anybody else is looked after: it is the end of what is timed."""
        try:
            fd = os.pidfd_open(script.pid)
        except OSError:  # a kernel before 5.3: its end is seen a turn later
            yield
            return
        self._rig.loop.watch(fd, script.poll)
        try:
            yield
        finally:
            self._rig.loop.forget(fd)
            os.close(fd)

    def _has_news(self, script: Script, asked_before: int) -> bool:
        return script.has_ended or len(self._rig.signals.asked) > asked_before

    def _failure(self, ended: Ended, leash: Leash, before: int) -> str | None:
        asked = self._rig.signals.asked[before:]
        if asked:
            return f"interrupted by {signal_name(asked[0])}"
        if leash.timed_out and self._timeout_ns is not None:
            return f"timed out after {self._timeout_ns / NS_PER_S:g} s"
        if ended.fault:
            return f"could not be started: {ended.fault}"
        if ended.status:
            return f"ended with {in_words(ended.status)}"
        return None

    def _end_leftovers(self) -> None:
        told = end_leftovers(
            lambda: descendants_of_script(children_of, self._own()), self._rig.wait
        )
        if told:
            self._say(f"skope: {told}")

    def _await_report(self, number: int) -> RunDone | None:
        control, asked = self._rig.control, self._rig.signals.asked
        self._rig.wait(lambda: control.done is not None or len(asked) > 1, limit_ns=_REPORT_NS)
        if len(asked) > 1:
            self._rig.wait(lambda: control.done is not None, limit_ns=_HURRIED_NS)
        elif control.done is None:
            message = f"the report of run {number} was not finished"
            raise StartFault(message, hint="the lines above say what happened to the front")
        return control.done

    def _own(self) -> set[int]:
        return self._rig.watch.pids() | {self._guard.pid}

    def _reap(self) -> None:
        known = self._own()
        if self._script is not None and not self._script.poll():
            known.add(self._script.pid)
        reap_orphans(known)
