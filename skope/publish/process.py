"""The process around the publisher: it waits, beats, answers the bell, and ends in order."""

import argparse
import os
import select
import signal
import sys
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Final

import msgspec

from skope._fast import PUBLISH_LINE, ChildLine, die_with_parent
from skope.agg.folder import Folder
from skope.agg.publish import Publisher
from skope.agg.session import read_accounting
from skope.errors import SkopeError, StorageFault
from skope.publish.answers import Complaints, answer
from skope.publish.pulse import BeatingPlace, Pulse
from skope.schema.wire import FrontConfig
from skope.shm.bell import REPORTS, Bell
from skope.shm.segment import Segment
from skope.shm.stripes import Stripes
from skope.store.names import aggregate_labels, aggregate_name

STOPPED: Final = 0
FAILED: Final = 1

_BELL_S: Final = 0.02
"""How long a GET may wait before its report is begun."""
_LARGEST_CONFIG: Final = 1 << 20


class Options(argparse.Namespace):
    """The command line: descriptors only."""

    shm: int
    stripes: int
    bell: int
    lifeline: int
    config: int


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
        for folder in (session, reports):
            folder.sweep()
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
        publisher.finish()
        for label, name in aggregate_labels(config.agg.session):
            reports.replace(label, [name], durable=True)
        publisher.keep_agg(aggregate_name(config.agg.session))
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
