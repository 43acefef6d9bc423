"""The captures service: what /start, /stop and /cancel do.

Everything that must outlive this worker is in the book (what is open) or in a report (what is
done); what is held here can be made from them again.
"""

import os
from collections.abc import Callable
from time import monotonic_ns
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace as changed

from skope._fast import Book, CaptureKind, Edge, Entry, Span
from skope.capture.assemble import Newest, system_manager
from skope.errors import AlreadyStarted, TooManyCaptures
from skope.front.closing import keep_each
from skope.front.heads import Heads
from skope.front.meant import which
from skope.front.recorder import Recorder
from skope.front.runs import Ending, Runs
from skope.front.services import Probe
from skope.front.settling import Halt
from skope.front.subjects import Subjects
from skope.front.watched import OpenCaptures
from skope.schema.names import check_module, check_name
from skope.schema.report import Run, Window
from skope.schema.target import Target
from skope.schema.wire import Cancelled, RunBegin, Started, Stopped
from skope.units import NS_PER_S

if TYPE_CHECKING:
    from skope.front.recording import Recording

_NAMED: Final = int(CaptureKind.CAPTURE_NAMED)
_TAG: Final = int(CaptureKind.CAPTURE_TAG)
_SCRIPT: Final = int(CaptureKind.CAPTURE_SCRIPT)
_UNNAMED: Final = "app"
"""What a capture without a name is called in a server."""
_MOST_WHOLE: Final = 500
"""Captures open at the end of which all is told; it takes a millisecond each."""


class Captures:
    """All captures of a server; a runner's are `skope.front.launches`."""

    def __init__(
        self,
        *,
        book: Book,
        probe: Probe,
        recorder: Recorder,
        runs: Runs,
        tag: str | None,
        subjects: Subjects,
        clock: Callable[[], int] = monotonic_ns,
    ) -> None:
        self._book = book
        self._probe = probe
        self._recorder = recorder
        self._runs = runs
        self._heads = Heads(book, recorder.machine)
        self._first_tag = tag
        self._subjects = subjects
        self._clock = clock
        self._pid = os.getpid()
        self._seen, self._second = b"", 0
        self.watched: Final = OpenCaptures(book)

    def start(
        self, name: str | None, module: str | None, *, restart: bool, target: Target | None = None
    ) -> Started:
        """Opens a capture, of `target` if that is given.

        Raises
        ------
        BadRequest
            If `name` or `module` is none.
        UnknownProcess, Forbidden
            If there is nobody to watch, or somebody else's process.
        AlreadyStarted
            If one of that name is open and `restart` is not asked for.
        TooManyCaptures
            If the book is full.
        """
        name = check_name(name if name is not None else self._own_tag())
        if module is not None:
            check_module(module)
        slot = self._book.find(name) if restart else None
        if slot is None:
            return Started(name=name, timestamp=self.begin(name, module, target))
        return Started(name=name, timestamp=self._open(name, module, target=target, drop=slot))

    def begin(self, name: str, module: str | None, target: Target | None = None) -> int:
        """Opens a capture whose names are known to be good; the Unix second of it.

        Raises
        ------
        UnknownProcess, Forbidden, AlreadyStarted, TooManyCaptures
            As `start` does.
        """
        slot = self._book.find(name)
        if slot is not None:
            self._book.refuse(slot)
            message = f"a capture named {name!r} is open already"
            raise AlreadyStarted(message, hint="stop it first, or add restart=1")
        return self._open(name, module, target=target)

    def awaits(self) -> bool:
        """Whether the stop of some capture may have to be awaited."""
        return self._subjects.are_watched

    def halt(self, name: str | None) -> Halt | None:
        """The stop of `name` as of now, to be awaited; None: it can be had at once.

        Raises
        ------
        UnknownCapture, SeveralOpen
            If it is not clear what to stop.
        """
        tree = self._book.read(which(self._book, name, self._tag)).tree
        return None if tree is None else self.instant(tree)

    async def settled(self, halt: Halt) -> None:
        """Returns once all that the stop needs is in the record."""
        await self._subjects.settle(halt)

    def instant(self, tree: int | None = None) -> Halt:
        """Now, and the machine at it: the stop of all that were asked for together."""
        stop_ns = self._clock()
        return Halt(stop_ns, Edge.of(self._probe.read(stop_ns)), tree)

    def stop(self, name: str | None, halt: Halt | None = None) -> Stopped:
        """Closes a capture once its report is in place, as of `halt` or of now if it began later.

        Raises
        ------
        UnknownCapture, SeveralOpen
            If it is not clear what to stop.
        StorageFault
            If the report could not be written; the capture stays open.
        """
        halt = halt or self.instant()
        entry = self._book.read(which(self._book, name, self._tag))
        run = self._kept(entry)
        if run is None:
            halt = halt if entry.start_ns <= halt.stop_ns else self.instant()
            recording = self._record(entry, halt.stop_ns, halt.after)
            run = changed(recording.run, run=self._keep(entry, recording))
        self._end(entry)
        return Stopped(
            name=entry.name,
            module=entry.module,
            timestamp=run.timestamp,
            system_manager=system_manager(run.values),
            exec_time=float(run.values["exec_time"] or 0.0),
            run=run.run,
            report=entry.name,
        )

    def cancel(self, name: str | None) -> Cancelled:
        """Drops an open capture.

        Raises
        ------
        UnknownCapture, SeveralOpen
            If it is not clear which.
        """
        entry = self._book.read(which(self._book, name, self._tag))
        self._end(entry)
        return Cancelled(name=entry.name)

    def open_names(self) -> list[str]:
        """The names of the open captures."""
        return self._book.names()

    def housekeep(self, now_ns: int) -> None:
        """Folds the heads of captures whose start is about to leave the record; makes room."""
        self._heads.advance(now_ns)
        self._subjects.housekeep(now_ns)
        self._book.prepare()

    def close_all(self, note: str) -> None:
        """Closes what is open as interrupted: kept, and left out of every comparison.

        Raises
        ------
        StorageFault
            If some could not be kept; all that could were.
        """
        self._runs.tidy()
        stop_ns = self._clock()
        after = Edge.of(self._probe.read(stop_ns))
        ending = Ending(ok=False, exit_code=None, note=note, values={})
        slots = self._book.open_slots()
        brief = len(slots) > _MOST_WHOLE
        listed = self._runs.listed()

        def keep(slot: int) -> None:
            entry = self._book.read(slot)
            if not entry.warmup and self._kept(entry) is None:
                self._runs.interrupt(
                    entry.name,
                    *self._at_end(entry, stop_ns, after, brief=brief),
                    ending,
                    listed=listed,
                    follow_commit=self._tag is None,
                )
            self._end(entry)

        keep_each(slots, keep, clock=self._clock)

    def _end(self, entry: Entry) -> None:
        self._book.close(entry.slot)
        if entry.tree is not None:
            self._subjects.tidy()

    def _open(
        self,
        name: str,
        module: str | None,
        *,
        launch: RunBegin | None = None,
        target: Target | None = None,
        drop: int | None = None,
    ) -> int:
        """Opens a capture, and drops the one in slot `drop` once it is clear what to watch."""
        edge = self._probe.read(self._clock())
        reserve = self._book.reserve
        of_launch = self._book.read(reserve) if reserve is not None else None
        if launch is not None:
            kind, run, warmup = _SCRIPT, launch.run, not launch.record
        else:
            kind = _TAG if name == self._tag else _NAMED
            run, warmup = (of_launch.run, of_launch.warmup) if of_launch else (0, False)
        subject = self._subjects.of(target, launch, of_launch)
        start_ns = self._clock()
        if drop is not None:
            self._book.close(drop)
        try:
            slot = self._book.open(
                name,
                module,
                edge,
                kind=kind,
                run=run,
                warmup=warmup,
                front_pid=self._pid,
                tree=subject.tree,
                tree_start=subject.start,
                subject=subject.words,
                start_ns=start_ns,
            )
        except IndexError as error:
            message = f"{len(self._book)} captures are open, and no more fit"
            raise TooManyCaptures(message, hint="stop or cancel some") from error
        if kind == _TAG and reserve is not None:
            self._book.signalled(reserve)
        if subject.tree is not None:
            self._subjects.follow(slot)
        if drop is not None:
            self._subjects.tidy()
        return self._second_of(edge)

    def _second_of(self, edge: bytes) -> int:
        """The Unix second of a reading; signals within a millisecond share one."""
        if edge is not self._seen:
            self._seen, self._second = edge, Edge.of(edge).realtime_ns // NS_PER_S
        return self._second

    def _record(self, entry: Entry, stop_ns: int, after: Edge | None = None) -> "Recording":
        after = after or Edge.of(self._probe.read(stop_ns))
        stop_ns = max(stop_ns, entry.start_ns)  # a late /start comes when its script has ended
        span = Span(entry.start_ns, stop_ns, Edge.of(entry.start), after)
        window: Window = "script" if entry.kind == _SCRIPT else "signals"
        return self._recorder.record(
            entry, span, window=window, same_worker=entry.front_pid == self._pid
        )

    def _at_end(
        self, entry: Entry, stop_ns: int, after: Edge, *, brief: bool
    ) -> tuple[Newest, Run]:
        if not brief:
            recording = self._record(entry, stop_ns, after)
            return recording.newest, recording.run
        span = Span(entry.start_ns, stop_ns, Edge.of(entry.start), after)
        return self._recorder.brief(entry, span, window="signals")

    def _keep(self, entry: Entry, recording: "Recording") -> int:
        """Keeps a run in its report; its number, 0 for a warm-up's."""
        if entry.warmup:
            return 0
        # A run of the tag is not known to be good before its script ended well.
        return self._add(entry, recording, ok=None if entry.name == self._tag else True)

    def _add(self, entry: Entry, recording: "Recording", *, ok: bool | None) -> int:
        return self._runs.add(
            entry.name,
            recording.newest,
            recording.as_run(ok=ok),
            curves=recording.series,
            announce=lambda number: self._announce(entry, number),
            follow_commit=self._tag is None,
        )

    def _announce(self, entry: Entry, number: int) -> None:
        """Notes in the book which run the capture is about to become."""
        if entry.kind != _SCRIPT:
            self._book.finished(entry.slot, number)

    def _kept(self, entry: Entry) -> Run | None:
        """The run a capture became although it is open: a worker was killed before it closed it."""
        if not entry.done:
            return None
        timestamp = Edge.of(entry.start).realtime_ns // NS_PER_S
        return self._runs.kept(entry.name, entry.done - 1, timestamp)

    @property
    def _tag(self) -> str | None:
        """Whose script runs, or ran last; None in a server."""
        reserve = self._book.reserve
        return self._first_tag if reserve is None else self._book.read(reserve).name

    def _own_tag(self) -> str:
        return self._tag or _UNNAMED
