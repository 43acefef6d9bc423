"""One launch of the script, from its fork to the report that holds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic_ns
from typing import Final

from skope.errors import StartFault
from skope.probe.process import children_of
from skope.schema.wire import RunBegin, RunDone, RunEnd
from skope.supervisor.command import Command
from skope.supervisor.endings import exit_code_of, in_words, signal_name
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
class Outcome:
    """What became of one launch."""

    ended: Ended
    failure: str | None
    """How it failed, in words; null: it did not."""
    done: RunDone | None
    """null: nobody had the patience to wait for the report."""


class Launcher:
    """Launches `command` any number of times, one after the other."""

    def __init__(
        self,
        rig: Rig,
        guard: Guard,
        command: Command,
        environment: Mapping[str, str],
        *,
        timeout_ns: int | None,
        say: Callable[[str], None],
    ) -> None:
        self._rig: Final = rig
        self._guard: Final = guard
        self._command: Final = command
        self._environment: Final = environment
        self._timeout_ns: Final = timeout_ns
        self._say: Final = say
        self._script: Script | None = None
        rig.each_turn = self._reap

    def launch(self, number: int, stdio: Stdio, *, record: bool) -> Outcome:
        """Runs it to its end, its descendants' and its report's.

        Raises
        ------
        StartFault
            If no process could be started, or no front brought the report to its end.
        """
        control = self._rig.control
        try:
            self._script = script = Script(self._command, self._environment, stdio)
        except OSError as error:
            message = f"cannot start {self._command.title}: {error.strerror}"
            raise StartFault(message) from error
        self._guard.tell(script.pid)
        self._announce(script, RunBegin(run=number, pid=script.pid, record=record))
        script.release()
        leash = Leash(monotonic_ns(), self._timeout_ns)
        ended = self._await_end(script, leash)
        self._guard.tell(0)
        failure = self._failure(ended, leash)
        control.end(
            RunEnd(
                run=number,
                exit_code=exit_code_of(ended.status),
                ok=failure is None,
                note=failure,
                user_s=ended.user_s,
                system_s=ended.system_s,
                max_rss_bytes=ended.max_rss_bytes,
            )
        )
        self._end_leftovers()
        return Outcome(ended=ended, failure=failure, done=self._await_report(number))

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

    def _await_end(self, script: Script, leash: Leash) -> Ended:
        asked = self._rig.signals.asked
        try:
            while script.ended is None:
                due = leash.pull(monotonic_ns(), asked)
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

    def _has_news(self, script: Script, asked_before: int) -> bool:
        return script.has_ended or len(self._rig.signals.asked) > asked_before

    def _failure(self, ended: Ended, leash: Leash) -> str | None:
        if self._rig.signals.asked:
            return f"interrupted by {signal_name(self._rig.signals.asked[0])}"
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
