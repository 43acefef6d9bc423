"""The process around the publisher: it waits, beats, answers the bell, and ends in order."""

import argparse
import os
import select
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from time import monotonic, monotonic_ns, process_time_ns
from typing import Final, Protocol

import msgspec

from skope._fast import PUBLISH_LINE, ChildLine, die_with_parent
from skope.agg.folder import Folder
from skope.agg.publish import Publisher
from skope.agg.report import encode_aggregate
from skope.agg.session import read_accounting
from skope.errors import SkopeError, StorageFault
from skope.schema.wire import AggConfig, FrontConfig
from skope.shm.bell import REPORTS, Bell, Which
from skope.shm.segment import Segment
from skope.shm.stripes import Stripes
from skope.store.names import aggregate_name

STOPPED: Final = 0
FAILED: Final = 1

_BELL_S: Final = 0.02
"""How long a GET may wait before its report is begun."""
_BEAT_S: Final = 0.25
_LARGEST_CONFIG: Final = 1 << 20


class Options(argparse.Namespace):
    """The command line: descriptors only."""

    shm: int
    stripes: int
    bell: int
    lifeline: int
    config: int


class Pulse:
    """Says "alive", also from within a report that takes long to write."""

    def __init__(self, line: ChildLine) -> None:
        self._line = line
        self._beats = 0
        self._due = 0.0

    def beat(self) -> None:
        """Beats, if it is time to."""
        now = monotonic()
        if now >= self._due:
            self._due = now + _BEAT_S
            self._beats += 1
            self._line.beat(monotonic_ns(), process_time_ns(), self._beats)


class BeatingPlace:
    """A folder to which the pulse goes on while a report is written, piece by piece."""

    def __init__(self, folder: Folder, pulse: Pulse) -> None:
        self._folder = folder
        self._pulse = pulse

    def replace(self, name: str, parts: Iterable[bytes], *, durable: bool) -> int:
        """Puts a file in place at one stroke."""
        return self._folder.replace(name, self._beating(parts), durable=durable)

    def modified_ns(self, name: str) -> int:
        """When a file was last written; 0 when it is not there."""
        return self._folder.modified_ns(name)

    def _beating(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            self._pulse.beat()
            yield part


def main(arguments: list[str]) -> int:
    """Publishes until SIGTERM, then writes the last word. Returns the exit code."""
    die_with_parent()
    wake_fd, write_fd = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.set_wakeup_fd(write_fd, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: None)
    options = parse(arguments)
    try:
        return _work(options, wake_fd)
    except SkopeError as error:
        sys.stderr.write(f"skope publisher: {error.message}\n")
        return FAILED


def parse(arguments: list[str]) -> Options:
    """The options; `SystemExit` 2 if they are not what a supervisor gives."""
    parser = argparse.ArgumentParser(prog="skope.publish", allow_abbrev=False)
    for name in ("--shm", "--stripes", "--bell", "--lifeline", "--config"):
        parser.add_argument(name, type=int, required=True, metavar="FD")
    return parser.parse_args(arguments, namespace=Options())


def _work(options: Options, wake_fd: int) -> int:
    text = os.pread(options.config, _LARGEST_CONFIG, 0)
    config = msgspec.json.decode(text, type=FrontConfig)
    if config.agg is None:
        message = "the publisher was started without a session"
        raise StorageFault(message)
    segment = Segment(options.shm)
    pulse = Pulse(line := ChildLine(segment.view, PUBLISH_LINE))
    line.begin(os.getpid())
    with Folder(Path(config.agg.folder)) as session, Folder(Path(config.directory)) as reports:
        publisher = Publisher(
            stripes=Stripes(options.stripes),
            session=session,
            reports=BeatingPlace(reports, pulse),
            accounting=read_accounting(session, config.agg.session),
            keep=config.agg.keep,
        )
        line.ready(monotonic_ns())
        if not _serve(publisher, Bell(options.bell), pulse, (wake_fd, options.lifeline)):
            return FAILED
        _finish(publisher, reports, config.agg)
    return STOPPED


def _serve(publisher: Publisher, bell: Bell, pulse: Pulse, waits: tuple[int, int]) -> bool:
    """Until SIGTERM; False when the supervisor is gone."""
    wake_fd, lifeline = waits
    due = 0.0
    complaints = Complaints()
    while True:
        readable, _, _ = select.select([wake_fd, lifeline], [], [], _BELL_S)
        if readable:
            return lifeline not in readable
        pulse.beat()
        if monotonic() >= due:
            due = publisher.step()
        for which in REPORTS:
            answer(bell, which, publisher)
        complaints.say(publisher.troubles)


class Complaints:
    """Says what the disk refuses, once, and once when it is over."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def say(self, troubles: Mapping[Which, str]) -> None:
        """Says what is new."""
        for text in sorted(set(troubles.values()) - self._said):
            sys.stderr.write(f"skope: {text}; the records are safe in the journal\n")
        if self._said and not troubles:
            sys.stderr.write("skope: the reports can be written again\n")
        self._said = set(troubles.values())


class Writes(Protocol):
    """As much of a `Publisher` as an answer needs."""

    def bring_up(self, which: Which) -> bool:
        """Brings a report up to date; whether it now holds all that is acknowledged."""


def answer(bell: Bell, which: Which, publisher: Writes) -> None:
    """Brings `which` up to date if somebody waits for it, and says how that went."""
    now_ns = monotonic_ns()
    if bell.asked_ns(which) <= max(bell.answered_ns(which), bell.refused_ns(which)):
        return
    try:
        if publisher.bring_up(which):
            bell.answer(which, now_ns)
    except StorageFault:
        bell.refuse(which, now_ns)


def _finish(publisher: Publisher, reports: Folder, agg: AggConfig) -> None:
    publisher.finish()
    kept = [encode_aggregate(publisher.aggregate)]
    reports.replace(aggregate_name(agg.session), kept, durable=True)
