"""The captures service wired to a segment: what `server` and `runner` serve signals with."""

from pathlib import Path

from skope._fast import ArchiveReader, Book, RingReader, SlowReader
from skope._fast import SupervisorLine as Log
from skope.capture.deaths import Death
from skope.capture.record import Record
from skope.front.captures import Captures
from skope.front.commit import Commit
from skope.front.origins import Origins
from skope.front.recording import Recorder
from skope.front.runs import Runs
from skope.front.subjects import Subjects
from skope.front.trees import Trees
from skope.probe.edges import EdgeProbe
from skope.probe.git import read_git
from skope.schema.host import Host
from skope.schema.target import target_of
from skope.schema.wire import FrontConfig
from skope.shm.segment import Segment
from skope.store.directory import open_directory
from skope.store.reports import Reports


def captures_of(segment: Segment, config: FrontConfig, host: Host, working: Path) -> Captures:
    """The service over a segment, for the reports of one directory.

    `working` is the directory whose commit `host` tells.

    Raises
    ------
    UnsafeDirectory, StorageFault
        If the report directory cannot be used.
    """
    view = segment.view
    header = segment.header
    record = Record(
        period_ns=header.period_ns,
        ticks=RingReader(view),
        levels=(ArchiveReader(view, 1), ArchiveReader(view, 2), ArchiveReader(view, 3)),
        slow=SlowReader(view),
    )
    log = Log(view)
    directory = open_directory(config.directory, given=True)
    book = Book(view, segment.commit)
    trees = Trees(view, segment.commit, book, reaper=log.pid)
    commit = Commit(working, read_git, host.git)
    runs = Runs(
        Reports(directory),
        session=f"{header.session:016x}",
        keep=config.keep_runs,
        append=config.append,
    )
    return Captures(
        book=book,
        probe=EdgeProbe(view),
        recorder=Recorder(
            record=record,
            deaths=lambda: [Death(*row) for row in log.log()],
            host=host,
            commit=commit if config.mode == "server" else None,
            origins=Origins(config.origins, working=working, read=read_git),
            tree=trees.record,
        ),
        runs=runs,
        tag=config.tag if config.mode == "runner" else None,
        subjects=Subjects(trees, target_of(config.watch) if config.watch else None),
    )
