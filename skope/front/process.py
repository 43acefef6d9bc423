"""The front worker: wires everything to Sanic, serves, and stops in order."""

import argparse
import gc
import logging
import os
import socket
from asyncio import AbstractEventLoop, get_running_loop
from concurrent.futures import Future
from typing import Final

import msgspec

from skope._fast import FIRST_WORKER_LINE, ChildLine
from skope.errors import SkopeError
from skope.front.admission import Admission
from skope.front.app import make_app
from skope.front.context import App, Gate
from skope.front.control import ControlLink
from skope.front.heartbeat import Heartbeat
from skope.front.lane import Lane
from skope.front.life import on_sigterm, watch_lifeline
from skope.front.limits import limits_of, raise_descriptor_limit
from skope.front.preparing import prepare_beside
from skope.front.serving import serve
from skope.front.station import Shared, Station, build_station
from skope.schema.wire import FrontConfig
from skope.shm.segment import Segment

NOT_STARTED: Final = 5
"""Exit code when the machine does not allow it, or not to keep all that was open at the end."""

_LARGEST_CONFIG: Final = 1 << 20
_QUIET_S: Final = 0.05
"""How long the first requests have the processor to themselves."""

_log: Final = logging.getLogger("skope.front")


class Options(argparse.Namespace):
    """The command line: descriptors only."""

    shm: int
    lifeline: int
    config: int
    worker: int
    control: int | None
    stripes: int | None
    bell: int | None
    sock: list[int]


def main(arguments: list[str]) -> int:
    """Serves until SIGTERM. Returns the exit code."""
    options = parse(arguments)
    logging.basicConfig(level=logging.WARNING, format="skope front: %(message)s")
    try:
        _work(options)
    except SkopeError as error:
        _log.error("%s", f"{error.message}: {error.hint}" if error.hint else error.message)
        return NOT_STARTED
    return 0


def _work(options: Options) -> None:
    config = msgspec.json.decode(os.pread(options.config, _LARGEST_CONFIG, 0), type=FrontConfig)
    segment = Segment(options.shm)
    line = ChildLine(segment.view, FIRST_WORKER_LINE + options.worker)
    line.begin(os.getpid())
    shared = Shared(worker=options.worker, stripes=options.stripes, bell=options.bell)
    station = build_station(segment, config, shared)
    gate = Gate(
        admission=Admission(
            hostname=socket.gethostname(), allow_hosts=config.allow_hosts, token=config.token
        ),
        limits=limits_of(config, raise_descriptor_limit()),
        refuse=station.refuse,
    )
    app = make_app(station.services, config, gate)
    _attach(app, options, station, Heartbeat(line, station.upkeep))
    serve(app, [socket.socket(fileno=fd) for fd in options.sock], gate.limits, Lane)
    station.close()


def parse(arguments: list[str]) -> Options:
    """The options; `SystemExit` 2 if they are not what a supervisor gives."""
    parser = argparse.ArgumentParser(prog="skope.front", allow_abbrev=False)
    for name in ("--shm", "--lifeline", "--config"):
        parser.add_argument(name, type=int, required=True, metavar="FD")
    parser.add_argument("--worker", type=int, default=0, metavar="K")
    for name in ("--control", "--stripes", "--bell"):
        parser.add_argument(name, type=int, metavar="FD")
    parser.add_argument("--sock", type=int, action="append", required=True, metavar="FD")
    return parser.parse_args(arguments, namespace=Options())


def _prepare(loop: AbstractEventLoop, options: Options, station: Station) -> None:
    """Does what was not needed to be ready. No script is launched into it."""
    control, runs = options.control, station.runs
    if control is None or runs is None:
        prepare_beside(loop, station.prepare, after_s=_QUIET_S)
        return
    link = ControlLink(socket.socket(fileno=control), runs)
    prepare_beside(loop, station.prepare, then=lambda: link.start(loop))


def _attach(app: App, options: Options, station: Station, heartbeat: Heartbeat) -> None:
    """Hangs on the loop what is not HTTP, as soon as it runs."""
    serving: Future[AbstractEventLoop] = Future()

    async def begin(_: App) -> None:
        begin_when_running(get_running_loop())

    def begin_when_running(loop: AbstractEventLoop) -> None:
        # Sanic runs the loop once for its listeners and then for good. Stopping it in between
        # would be forgotten.
        if not app.state.is_running:
            loop.call_soon(begin_when_running, loop)
            return
        watch_lifeline(loop, options.lifeline)
        # What is there now stays: collecting garbage need not look at it again.
        gc.freeze()
        gc.enable()
        heartbeat.start(loop)
        serving.set_result(loop)
        _prepare(loop, options, station)

    async def finish(app: App) -> None:
        app.ctx.gate.stopping = True

    def stop() -> None:
        serving.result().call_soon_threadsafe(lambda: app.stop(terminate=False))

    app.after_server_start(begin)
    app.before_server_stop(finish)
    on_sigterm(stop)
