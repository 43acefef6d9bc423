"""The captures of a runner: what its script does by signals, and the launches themselves.

A script that never signals is captured whole; what it leaves open is closed at its end.
"""

from typing import Final

from skope._fast import Edge, Entry
from skope.front.captures import Captures
from skope.front.lifetime import lifetime
from skope.front.runs import Completed, Ending
from skope.front.settling import Halt
from skope.schema.report import NEVER_SIGNALLED
from skope.schema.wire import RunBegin, RunDone, RunEnd
from skope.store.names import report_name

_CLOSED_AT_END: Final = "closed at the script's end: no /stop came"


class Launches(Captures):
    """All captures of a runner's tag, which is told when its script begins and ends."""

    def halt_run(self) -> Halt | None:
        """The end of the script as of now, to be awaited; None: it can be had at once."""
        reserve = self._book.reserve
        tree = None if reserve is None else self._book.read(reserve).tree
        return None if tree is None else self.instant(tree)

    def run_begin(self, message: RunBegin) -> None:
        """A script was launched: holds its whole window in reserve, should it never signal."""
        reserve = self._book.reserve
        if reserve is not None:
            if self._book.read(reserve).run == message.run:
                return  # said again to this worker, its predecessor having heard it
            self._end(self._book.read(reserve))
        self._open(message.tag or self._own_tag(), None, launch=message)

    def run_end(self, message: RunEnd, halt: Halt | None = None) -> RunDone:
        """The script ended, at `halt` or now: completes the runs of that launch.

        Raises
        ------
        StorageFault
            If the report could not be written; asked again, it is tried again.
        """
        reserve, stop_ns = self._book.reserve, halt.stop_ns if halt else self._clock()
        entry = None if reserve is None else self._book.read(reserve)
        entry = entry if entry is not None and entry.run == message.run else None
        self._subjects.end(entry)
        if entry is not None and entry.done:
            return self._done(message, entry.done - 1, [])
        lived = lifetime(entry, message, stop_ns)
        notes = self._close_launch(*lived, halt.after if halt else None, message)
        if entry is not None and entry.warmup:
            self._book.finished(entry.slot, 0)
            return RunDone(run=message.run, recorded=0, notes=notes)
        completed = self._runs.complete(self._own_tag(), Ending.of(message))
        if entry is not None:
            self._book.finished(entry.slot, completed.added)
        return self._done(message, completed.added, notes, completed)

    def _close_launch(
        self,
        reserve: Entry | None,
        stop_ns: int,
        after: Edge | None,
        message: RunEnd,
    ) -> list[str]:
        """Closes what the script left open, or takes the whole script; what to say of it."""
        slot = self._book.find(self._own_tag())
        if slot is not None:
            entry = self._book.read(slot)
            stopped = self._kept(entry) is not None
            if not entry.warmup and not stopped:
                recording = self._record(entry, stop_ns, after).noted(_CLOSED_AT_END)
                self._add(entry, recording, ok=None)
            self._end(self._book.read(slot))
            return [] if stopped else [_CLOSED_AT_END]
        if reserve is not None and not reserve.signals:
            # A run that waits for a silent script's end is this one, kept by a killed worker.
            if not reserve.warmup and not self._runs.has_pending(reserve.name):
                recording = self._record(reserve, stop_ns, after)
                recording = recording.waited_for(message.waited, Ending.of(message).values)
                self._add(reserve, recording, ok=None)
            return [NEVER_SIGNALLED]
        return []

    def _done(
        self,
        message: RunEnd,
        recorded: int,
        notes: list[str],
        completed: Completed | None = None,
    ) -> RunDone:
        file = completed.file if completed else report_name(self._own_tag())
        return RunDone(
            run=message.run, recorded=recorded, report=file if recorded else None, notes=notes
        )
