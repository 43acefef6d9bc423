"""The runs kept of each tag: added at a stop, completed when the script ends.

The file is the truth. What is held in memory is a copy of it, so a worker that was killed loses
nothing: its successor reads the file and goes on. A session's first run replaces what an earlier
session left, which moves to the history, and comes back if no run of this session ends well.
"""

from collections import OrderedDict
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Final, Self

from msgspec.structs import replace

from skope.capture.assemble import Newest, Sheet, Standing, compose, revise
from skope.capture.lettering import report_text
from skope.errors import ReportError, StorageFault
from skope.front.held import Held
from skope.schema.codec import encode_report, encode_run, encode_series
from skope.schema.host import Host
from skope.schema.report import Number, Report, Run
from skope.schema.series import DrawnSeries
from skope.schema.wire import RunEnd
from skope.store.names import history_name
from skope.store.reports import Mark, Reports
from skope.units import mebibytes

_UNFINISHED: Final = "unfinished: Skope was killed before the script ended"
_MOST_HELD: Final = 256
"""Tags held in memory; the others are read from their files again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a run ended, as far as the script's end tells."""

    ok: bool
    exit_code: int | None
    note: str | None
    values: dict[str, Number | None]
    pair: int | None = None
    position: int | None = None

    @classmethod
    def of(cls, message: RunEnd) -> Self:
        """How the supervisor says that it ended."""
        return cls(
            ok=message.ok,
            exit_code=message.exit_code,
            note=message.note,
            pair=message.pair,
            position=message.position,
            values={
                "script.cpu_time": round(message.user_s + message.system_s, 6),
                "script.cpu_user": round(message.user_s, 6),
                "script.cpu_system": round(message.system_s, 6),
                "script.memory_peak": None
                if message.max_rss_bytes is None
                else mebibytes(message.max_rss_bytes),
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """What became of a launch's runs."""

    added: int
    file: str | None
    failed: bool = False
    """Whether that file is the one of invocations without a good run."""


class Runs:
    """The runs of every tag of this session, kept in `reports`."""

    def __init__(self, reports: Reports, *, session: str, keep: int, append: bool) -> None:
        self._reports = reports
        self._session = session
        self._most = keep
        self._append = append
        self._held: OrderedDict[str, Held] = OrderedDict()

    def add(
        self,
        tag: str,
        newest: Newest,
        run: Run,
        *,
        curves: Callable[[int], DrawnSeries | None],
        announce: Callable[[int], object],
        follow_commit: bool = False,
    ) -> int:
        """Adds a run to the report of `tag`; its number.

        Parameters
        ----------
        tag : whose run it is
        newest : what the report tells of it
        run : the run, whose number is given here; `ok` None: to be completed later
        curves : the run's curves, given its number
        announce : told that number before anything is written
        follow_commit : begin a new file when the commit, or who is watched, is another one

        Raises
        ------
        StorageFault
            If the report could not be written; then no run was added.
        """
        moves = follow_commit and not self._append
        known = self._at_once(tag, newest, moves=moves)
        if known is not None:
            announce(known.total + 1)
            if self._add_at_once(tag, newest, known, run, curves):
                return known.total + 1
        with self._reports.alone():
            held = self._hold(tag)
            if moves and _of_another(held.said, newest):
                held = Held(mark=held.mark)
            run = held.introduced(run, newest.workload)
            announce(held.total + 1)
            return self._add(tag, newest, held, held.adding(run, most=self._most), curves)

    def _at_once(self, tag: str, newest: Newest, *, moves: bool) -> Held | None:
        """What is known of a tag whose report may be written over, should it be what it was."""
        known = self._held.get(tag)
        if known is None or not known.in_place or (moves and _of_another(known.said, newest)):
            return None
        return known if self._reports.can_supersede(known.mark) else None

    def _add_at_once(
        self,
        tag: str,
        newest: Newest,
        before: Held,
        run: Run,
        curves: Callable[[int], DrawnSeries | None],
    ) -> bool:
        """Adds a run to a report of this session, if it is still what it was; whether it was."""
        held = before.adding(run, most=self._most)
        series = curves(held.total)
        text = None
        if series is not None and run.ok is not None:
            text, newest = encode_series(series), replace(newest, series=before.mark.series)
        earlier = before.report if newest.told else None
        standing = self._standing(tag, held, before.replaced)
        sheet = compose(standing, newest, held.runs, earlier, held.columns)
        mark = self._reports.supersede(before.mark, report_text(sheet, held.lines), text)
        if mark is None:
            return False
        kept = series if run.ok is None else None
        self._remember(tag, replace(held, mark=mark, said=sheet, in_place=True, curves=kept))
        return True

    def _add(
        self,
        tag: str,
        newest: Newest,
        before: Held,
        held: Held,
        curves: Callable[[int], DrawnSeries | None],
    ) -> int:
        run, replaced = held.runs[-1], before.replaced
        known = before.mark.file if before.in_place else None
        series = curves(run.run)
        if series is not None and run.ok is not None:
            path = self._reports.write_series(tag, encode_series(series), known=known)
            newest = replace(newest, series=path)
        # Runs that are continued are still there when this one ended well: nothing to bring back.
        if not before.in_place and not (held.first_run > 1 and run.ok):
            replaced = self._reports.rotate(tag)
        earlier = before.report if newest.told else None
        sheet = compose(self._standing(tag, held, replaced), newest, held.runs, earlier)
        mark = self._reports.write(tag, report_text(sheet, held.lines), known=known)
        added = replace(
            held,
            mark=mark,
            said=sheet,
            in_place=True,
            curves=series if run.ok is None else None,
        )
        self._remember(tag, added)
        return run.run

    def kept(self, tag: str, number: int, timestamp: int) -> Run | None:
        """The run that was announced under that number, if its report was written."""
        held = self._hold(tag)
        runs = held.runs if held.in_place else []
        return next((run for run in runs if (run.run, run.timestamp) == (number, timestamp)), None)

    def has_pending(self, tag: str) -> bool:
        """Whether a run of the tag waits for its script's end."""
        return bool(self._hold(tag).pending())

    def complete(self, tag: str, ending: Ending) -> Completed:
        """Says how the runs that are still open ended, and puts the report where it belongs.

        Raises
        ------
        StorageFault
            If the report could not be written; asked again, it is tried again.
        """
        with self._reports.alone():
            return self._complete(tag, ending)

    def tidy(self) -> None:
        """Removes what was kept beside the reports for runs to come."""
        self._reports.directory.tidy()

    def listed(self) -> frozenset[str] | None:
        """The files there are; None if the directory does not tell."""
        try:
            return frozenset(self._reports.directory.names())
        except StorageFault:
            return None

    def interrupt(
        self,
        tag: str,
        newest: Newest,
        run: Run,
        ending: Ending,
        *,
        listed: Container[str] | None,
        follow_commit: bool = False,
    ) -> None:
        """Adds a run that ended badly, and ends so what is still open; the report is written once.

        `listed` are the files there are, if known: then not each of many has to be looked for.

        Raises
        ------
        StorageFault
            If the report could not be written; then no run was added.
        """
        with self._reports.alone():
            file = None
            if listed is not None and tag not in self._held:
                file = self._reports.new_failed_file(tag, listed)
            if file is not None:
                held = Held(mark=Mark(file, None)).adding(_ended(run, ending), most=1)
                sheet = compose(self._standing(tag, held, None), newest, held.runs)
                self._reports.directory.replace(file, report_text(sheet, held.lines))
                return
            held = self._hold_pending(tag)
            if follow_commit and not self._append and _of_another(held.said, newest):
                held = Held(mark=held.mark)
            held = _all_ended(held, ending).adding(_ended(run, ending), most=self._most)
            sheet = compose(
                self._standing(tag, held, held.replaced), newest, held.runs, held.report
            )
            self._settle(tag, held, sheet.report(held.runs))

    def _complete(self, tag: str, ending: Ending) -> Completed:
        held = self._hold_pending(tag)
        report, added = held.report, len(held.pending())
        if report is None or not added:
            return Completed(added=0, file=None)
        held = _all_ended(held, ending)
        return self._settle(tag, held, revise(report, held.runs), added=added)

    def _settle(self, tag: str, held: Held, report: Report, *, added: int = 1) -> Completed:
        """Puts a report whose runs are all over where it belongs."""
        failed = not any(run.ok for run in held.own())
        file = self._keep_failed(tag, held, report) if failed else self._keep(tag, held, report)
        return Completed(added=added, file=file, failed=failed)

    def _standing(self, tag: str, held: Held, replaced: int | None) -> Standing:
        return Standing(
            name=tag,
            session=self._session,
            runs_total=held.total,
            first_run=held.first_run,
            replaced=replaced,
        )

    def _keep(self, tag: str, held: Held, report: Report) -> str:
        if held.curves is not None:
            path = self._reports.write_series(tag, encode_series(held.curves))
            report = replace(report, series=path)
        if not held.in_place:
            report = replace(report, replaced=self._reports.rotate(tag))
        # Where runs are continued, what was kept in case none ended well is in the report itself.
        backup = held.replaced if held.first_run > 1 else None
        if backup is not None:
            report = replace(report, replaced=None)
        mark = self._reports.write(tag, encode_report(report, held.lines))
        directory = self._reports.directory
        if backup is not None:
            directory.remove(history_name(mark.file.removesuffix(".json"), backup))
        if held.failed_file is not None:
            directory.remove(held.failed_file)
        kept = replace(held, mark=mark, said=report, in_place=True, curves=None, failed_file=None)
        self._remember(tag, kept)
        return mark.file

    def _keep_failed(self, tag: str, held: Held, report: Report) -> str:
        """No run of this session ended well: the report before it comes back as it was."""
        own = held.own()
        told = report if len(own) == len(held.runs) else revise(report, own)
        file = self._reports.write_failed(tag, encode_report(told))
        if held.replaced is not None:
            self._reports.unrotate(tag)
        elif held.in_place:
            self._reports.withdraw(tag)
        mark = self._reports.mark(tag)
        undone = replace(
            held, mark=mark, said=report, in_place=False, curves=None, failed_file=file
        )
        self._remember(tag, undone)
        return file

    def _hold(self, tag: str) -> Held:
        """What is known of a tag; read anew where somebody else wrote its file since."""
        held = self._held.get(tag)
        if held is None or self._reports.mark_of(held.mark.file) != held.mark:
            return self._load(tag)
        self._held.move_to_end(tag)
        return held

    def _hold_pending(self, tag: str) -> Held:
        """The same with the runs that are still open, whoever took the file's place meanwhile."""
        known = self._held.get(tag)
        held = self._hold(tag)
        if known is None or not known.pending() or held.in_place:
            return held
        return replace(known, mark=held.mark, in_place=False)

    def _remember(self, tag: str, held: Held) -> None:
        self._held[tag] = held
        self._held.move_to_end(tag)
        if len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)

    def _load(self, tag: str) -> Held:
        """What the files say: this session's report, its failed runs, or one to continue."""
        mark = self._reports.mark(tag)
        current = _readable(self._reports.current, tag)
        if current is not None and current.session == self._session:
            return Held.found(current, current.runs, mark, first_run=current.first_run, own=True)
        failed = _readable(self._reports.failed, tag)
        earlier = current if self._append else None
        if earlier is not None:
            earlier = replace(earlier, runs=[_abandoned(run) for run in earlier.runs])
        before = earlier.runs_total if earlier else 0
        if failed and failed.session == self._session and failed.first_run > before:
            runs = [*(earlier.runs if earlier else []), *failed.runs]
            return Held.found(failed, runs, mark, first_run=failed.first_run)
        if earlier is not None:
            return Held.found(earlier, earlier.runs, mark, first_run=earlier.runs_total + 1)
        return Held(mark=mark)


def _readable(read: Callable[[str], Report | None], tag: str) -> Report | None:
    """The report there; what is absent or damaged is none (rotating keeps the damaged file)."""
    try:
        return read(tag)
    except ReportError:
        return None


def _of_another(said: Sheet | Report | None, newest: Newest) -> bool:
    """Whether it is of another commit, or of another subject: no median holds both."""
    if said is None:
        return False
    return said.subject != newest.subject or _commit(said.host) != _commit(newest.host)


def _commit(host: Host | None) -> str | None:
    return host.git.commit if host and host.git else None


def _abandoned(run: Run) -> Run:
    """A run of an earlier session; whose script's end it did not see, nobody will."""
    if run.ok is not None:
        return run
    return replace(run, ok=False, note="; ".join(filter(None, (run.note, _UNFINISHED))))


def _all_ended(held: Held, ending: Ending) -> Held:
    runs, lines = held.runs.copy(), held.lines.copy()
    for place in held.pending():
        runs[place] = _ended(runs[place], ending)
        lines[place] = encode_run(runs[place])
    return replace(held, runs=runs, lines=lines, columns=None)


def _ended(run: Run, ending: Ending) -> Run:
    notes = [note for note in (run.note, ending.note) if note]
    return replace(
        run,
        ok=ending.ok,
        exit_code=ending.exit_code,
        pair=ending.pair,
        position=ending.position,
        note="; ".join(notes) or None,
        values=run.values | ending.values,
    )
