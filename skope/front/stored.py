"""The user interface on stored reports: one process, nothing measured, nothing written."""

import signal
import socket
import threading
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from skope.front.admission import Admission
from skope.front.app import make_app
from skope.front.context import App, Gate
from skope.front.documents import StoredDocuments
from skope.front.endings import ENDINGS
from skope.front.feed import Feed
from skope.front.limits import limits_of, raise_descriptor_limit
from skope.front.live import Broadcast
from skope.front.services import Services
from skope.front.serving import serve
from skope.front.watched import ReportFiles
from skope.schema.wire import FrontConfig
from skope.store.directory import open_directory
from skope.threads import die_with_threads


def serve_stored(
    config: FrontConfig, sockets: Sequence[socket.socket], ready: Callable[[], object]
) -> None:
    """Serves the reports of `config.directory` until SIGINT, SIGTERM or SIGHUP.

    Called from the main thread, after `hold_endings`; `ready` is called once requests are answered.

    Raises
    ------
    UnsafeDirectory, UnknownReport
        If the directory cannot be used.
    """
    die_with_threads()  # one of them is what ends it
    files = ReportFiles(open_directory(config.directory, given=True, create=False))
    documents = open_directory(config.directory, given=True)
    services = Services(
        documents=StoredDocuments(documents, config.policy),
        live=Broadcast(Feed(mode=config.mode, tag=None, reports=files)),
    )
    gate = Gate(
        admission=Admission(
            hostname=socket.gethostname(), allow_hosts=config.allow_hosts, token=config.token
        ),
        limits=limits_of(config, raise_descriptor_limit()),
    )
    app = make_app(services, config, gate)
    _end_with_a_signal(app, ready)
    serve(app, sockets, gate.limits)


def _end_with_a_signal(app: App, ready: Callable[[], object]) -> None:
    serving: Future[AbstractEventLoop] = Future()

    def begin(loop: AbstractEventLoop) -> None:
        if not app.state.is_running:  # between its listeners and its requests, a stop is forgotten
            loop.call_soon(begin, loop)
            return
        serving.set_result(loop)
        ready()

    async def started(_: App) -> None:
        begin(get_running_loop())

    async def finish(app: App) -> None:
        app.ctx.gate.stopping = True

    def wait() -> None:
        signal.sigwait(ENDINGS)
        serving.result().call_soon_threadsafe(lambda: app.stop(terminate=False))

    app.after_server_start(started)
    app.before_server_stop(finish)
    threading.Thread(target=wait, name="signals", daemon=True).start()
