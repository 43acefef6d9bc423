"""The captures service wired to a segment: what `server` and `runner` serve signals with."""

from functools import partial
from pathlib import Path

from skope._fast import ArchiveReader, Book, RingReader, SlowReader, Starter
from skope._fast import SupervisorLine as Log
from skope._version import VERSION
from skope.capture.deaths import Death
from skope.capture.record import Record
from skope.front.captures import Captures
from skope.front.launches import Launches
from skope.front.plain_starts import plain_starts
from skope.front.recorder import LateRecorder, Recorder
from skope.front.runs import Runs
from skope.front.subjects import Subjects
from skope.front.trees import Trees
from skope.probe.edges import EdgeProbe
from skope.schema.target import target_of
from skope.schema.wire import FrontConfig
from skope.shm.segment import Segment
from skope.store.directory import open_directory
from skope.store.reports import Reports


def captures_of(
    segment: Segment, config: FrontConfig, working: Path
) -> tuple[Captures, LateRecorder, Starter | None]:
    """The service over a segment for the reports of one directory, and what works beside it.

    That is what it records with, and what opens plain captures past it, if any are plain.

    `working` is the directory whose commit the reports tell.

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
    runs = Runs(
        Reports(directory),
        session=f"{header.session:016x}",
        keep=config.keep_runs,
        append=config.append,
    )
    recorder = LateRecorder(record, partial(_recorder, config, working, log, trees))
    probe = EdgeProbe(view)
    tag = config.tag if config.mode == "runner" else None
    captures = (Launches if config.mode == "runner" else Captures)(
        book=book,
        probe=probe,
        recorder=recorder,
        runs=runs,
        tag=tag,
        subjects=Subjects(trees, target_of(config.watch) if config.watch else None),
    )
    return captures, recorder, plain_starts(book, probe, tag=tag, watching=bool(config.watch))


def _recorder(
    config: FrontConfig, working: Path, log: Log, trees: Trees, record: Record
) -> Recorder:
    """What is recorded with. It takes numpy, and git's word."""
    from skope.front.commit import Commit  # noqa: PLC0415
    from skope.front.origins import Origins  # noqa: PLC0415
    from skope.front.recording import Recorder as Made  # noqa: PLC0415
    from skope.probe.git import read_git  # noqa: PLC0415
    from skope.probe.host import read_host  # noqa: PLC0415

    host = read_host(working, version=VERSION)
    return Made(
        record=record,
        deaths=lambda: [Death(*row) for row in log.log()],
        host=host,
        commit=Commit(working, read_git, host.git) if config.mode == "server" else None,
        origins=Origins(config.origins, working=working, read=read_git),
        tree=trees.record,
    )
