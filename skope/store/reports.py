"""Reports at rest: read by what people call them, written whole, replaced ones kept."""

from collections.abc import Container
from typing import TYPE_CHECKING, Final, NamedTuple

from skope.errors import ForeignReport, UnknownReport
from skope.schema.codec import decode_report
from skope.schema.report import Report
from skope.store import history
from skope.store.addresses import Found, locate
from skope.store.directory import Directory
from skope.store.identity import Identity, identify
from skope.store.names import file_stem, stems
from skope.store.turn import Turn
from skope.store.writing import Writing

if TYPE_CHECKING:
    from skope.schema.listing import Entry, Listing


_SERIES: Final = "series"


class Mark(NamedTuple):
    """The file of a tag's report, and which writing of it."""

    file: str
    identity: Writing | None
    """None: there is none."""

    @property
    def series(self) -> str:
        """Where its curves are."""
        return f"{_SERIES}/{self.file}"


class Reports:
    """The reports of one directory."""

    def __init__(self, directory: Directory) -> None:
        self.directory: Final = directory
        self._kept: set[str] = set()
        """Stems whose history grew since their report was last written."""

    def read(self, address: str) -> Report:
        """The capture report called `address`: a tag or ``TAG@n``.

        Raises
        ------
        UnknownReport
            If there is none.
        ForeignReport
            If the file is something else, damaged, or too large.
        """
        found = self.find(address)
        if found.identity.is_diff:
            message = f"{found.where} is a diff, not a capture"
            raise ForeignReport(message, hint=f"skope show {address} prints it")
        return decode_report(found.data, where=found.where)

    def find(self, address: str) -> Found:
        """The file called `address`, capture or diff, undecoded.

        No address leads outside the directory: a name that came over HTTP is only a name, whatever
        it looks like.
        """
        return locate(self.directory, address)

    def alone(self) -> Turn:
        """Nobody else writes meanwhile; `StorageFault` if somebody does not stop doing so."""
        return Turn(self.directory)

    def mark(self, tag: str) -> Mark:
        """Where the report of `tag` is or would be; another one once anybody wrote it."""
        return self.mark_of(f"{self._stem(tag)}.json")

    def mark_of(self, file: str) -> Mark:
        """The mark of a file whose name is known: one look at it."""
        return Mark(file, self.directory.identity(file))

    def current(self, tag: str) -> Report | None:
        """The report that `write` would replace, or None if it would replace nothing."""
        return self._decoded(f"{self._stem(tag)}.json")

    def failed(self, tag: str) -> Report | None:
        """The report that `write_failed` would replace, likewise."""
        return self._decoded(self._failed_file(tag))

    def write(self, tag: str, data: bytes, *, known: str | None = None) -> Mark:
        """Make `data` the report of `tag`; its mark.

        The file differs from ``names.report_name(tag)`` when that one is something else's. `known`
        is the file of the present report, where the caller has seen just now that it is, and will
        write it again.
        """
        stem = known.removesuffix(".json") if known else self._stem(tag)
        file = f"{stem}.json"
        written = self.directory.replace(file, data, again=known is not None)
        if stem in self._kept:
            self._kept.discard(stem)
            history.prune(self.directory, stem)
        return Mark(file, written)

    def can_supersede(self, mark: Mark) -> bool:
        """Whether `supersede` is worth trying."""
        return self.directory.can_supersede(mark.file)

    def supersede(self, mark: Mark, data: bytes, series: bytes | None) -> Mark | None:
        """`write_series` and `write` in a turn of their own, if the report still is that of `mark`.

        None where it is not, or it cannot be: then the report is as it was.
        """
        if mark.identity is None:
            return None
        written = self.directory.supersede(
            mark.file, mark.identity, data, folder=_SERIES, beside=series
        )
        return None if written is None else Mark(mark.file, written)

    def rotate(self, tag: str) -> int | None:
        """Keep the present report of `tag` in the history; its number, or None if there is none.

        The report also stays where it is, until `write` replaces it.
        """
        stem = self._stem(tag)
        if not self.directory.exists(f"{stem}.json"):
            return None
        number = history.keep(self.directory, stem)
        self._kept.add(stem)
        return number

    def unrotate(self, tag: str) -> bool:
        """Undo the last `rotate`: the kept report is `tag`'s again; whether there was one."""
        stem = self._stem(tag)
        self._kept.discard(stem)
        return history.bring_back(self.directory, stem)

    def withdraw(self, tag: str) -> None:
        """Remove the report of `tag`; none there is as good."""
        self.directory.remove(f"{self._stem(tag)}.json")

    def write_series(self, tag: str, data: bytes, *, known: str | None = None) -> str:
        """Keep the curves of `tag`'s newest run; the path, relative to the directory.

        Nothing else hangs on them, and they tell whether they are whole: see `Directory.rewrite`.
        """
        name = Mark(known or f"{self._stem(tag)}.json", None).series
        self.directory.rewrite(name, data)
        return name

    def write_failed(self, tag: str, data: bytes) -> str:
        """Keep the report of an invocation without a good run, beside the good one."""
        file = self._failed_file(tag)
        self.directory.replace(file, data)
        return file

    def new_failed_file(self, tag: str, listed: Container[str]) -> str | None:
        """Where `write_failed` writes when nothing of `tag` is among the files `listed`."""
        report, failed = (f"{file_stem(name)}.json" for name in (tag, f"{tag}.failed"))
        return None if report in listed or failed in listed else failed

    def write_diff(self, base_tag: str, head_tag: str, data: bytes) -> str:
        """Keep the diff of two captures; the file name used."""
        name = f"{base_tag}-{head_tag}"
        stem = self._stem(name, own=identify(data), key=f"{base_tag}\0{head_tag}")
        self.directory.replace(f"{stem}.json", data)
        return f"{stem}.json"

    def listing(self) -> "Listing":
        """Everything in the directory, newest first."""
        from skope.store.listing import list_directory  # noqa: PLC0415 - most only need one report

        return list_directory(self.directory)

    def history(self, tag: str | None = None) -> "list[Entry]":
        """The replaced reports, of one tag or of all, the latest of each tag first."""
        from skope.store.listing import list_history  # noqa: PLC0415 - likewise

        return list_history(self.directory, tag)

    def newest(self, count: int) -> "list[Entry]":
        """The newest captures that can be compared, the newest first.

        Raises
        ------
        UnknownReport
            If there are fewer.
        """
        usable = [entry for entry in self.listing().captures if entry.runs]
        if len(usable) < count:
            have = {0: "no capture", 1: "only one capture"}.get(len(usable), f"{len(usable)}")
            message = f"{have} with a good run in {self.directory.shown}, and it takes {count}"
            raise UnknownReport(message, hint="skope runner --script S --tag T makes one")
        return usable[:count]

    def _failed_file(self, tag: str) -> str:
        return f"{self._stem(f'{tag}.failed', own=Identity('capture', tag))}.json"

    def _decoded(self, file: str) -> Report | None:
        try:
            data = self.directory.read(file)
        except FileNotFoundError:
            return None
        return decode_report(data, where=self.directory.shown_name(file))

    def _stem(self, name: str, *, own: Identity | None = None, key: str | None = None) -> str:
        """The first stem of `name` that is free or holds what `own` may replace."""
        own = own or Identity("capture", name)
        stem = ""
        for stem in stems(name, key):
            try:
                there = identify(self.directory.read(f"{stem}.json"))
            except FileNotFoundError:
                return stem
            except ForeignReport:
                continue
            if there == own:
                return stem
        return stem
