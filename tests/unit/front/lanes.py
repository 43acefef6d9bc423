"""One worker without a socket: its protocol fed by hand, once with the lane and once without."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

from sanic import Sanic
from sanic.router import Router

from skope._fast import Hot
from skope.front.admission import Admission
from skope.front.app import make_app
from skope.front.context import Gate
from skope.front.lane import Lane
from skope.front.limits import Limits
from skope.schema.wire import FrontConfig

TURNS = 30
"""Of the loop, after which everything that needs no timer has happened."""


_touched = []


def forget_apps():
    """Lets go of every application there was, with all it holds."""
    for app in Sanic._app_registry.values():
        for blueprint in app.blueprints.values():
            blueprint.reset()
    Sanic._app_registry.clear()
    Router.get.cache_clear()


class Wire:
    """A transport that keeps what is written."""

    def __init__(self, peer):
        self.peer = peer
        self.written = []
        self.closed = False

    def get_extra_info(self, name, default=None):
        return {"peername": (self.peer, 40000), "sockname": ("127.0.0.1", 9001)}.get(name, default)

    def set_write_buffer_limits(self, **_): ...
    def get_write_buffer_size(self):
        return 0

    def pause_reading(self): ...
    def resume_reading(self): ...
    def write_eof(self): ...

    def write(self, data):
        self.written.append(bytes(data))

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True

    abort = close


class Counted(Hot):
    """What is hot, and a count of the chunks it took."""

    def __init__(self, worker, hot):
        self.worker = worker
        self.hot = hot

    def serve(self, data, local):
        answers = self.hot.serve(data, local)
        self.worker.taken += answers is not None
        return answers

    def wanting(self, data, local):
        return self.hot.wanting(data, local)

    def keep(self):
        return self.hot.keep()


@dataclass
class Worker:
    """An application over made services."""

    services: object
    mode: str = "server"
    lane: bool = True
    token: str | None = None
    settings: dict = field(default_factory=dict)
    taken: int = 0

    def __post_init__(self):
        config = FrontConfig(mode=self.mode, directory="/", **self.settings)
        admission = Admission(hostname="here", allow_hosts=[], token=self.token)
        self.gate = Gate(admission=admission, limits=Limits(connections=9, backlog=9))
        forget_apps()
        self.app = make_app(self.services, config, self.gate)
        turn = self.app.ctx.turn
        turn.hot = Counted(self, turn.hot) if self.lane else Hot()

    async def open(self):
        # What Sanic rewrites at a start it rewrites once in a process.
        self.app.config.TOUCHUP = not _touched
        _touched.append(True)
        self.app.prepare(port=1, single_process=True, register_sys_signals=False, motd=False)
        await self.app._startup()
        return self

    def connect(self, peer="127.0.0.1"):
        """A connection: feed it with `say`."""
        protocol = Lane(app=self.app, loop=asyncio.get_running_loop(), connections=set(), state={})
        wire = Wire(peer)
        protocol.connection_made(wire)
        return SimpleNamespace(protocol=protocol, wire=wire)


async def settle():
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def say(connection, chunks, after_first=None, *, at_once=False):
    """Sends the chunks one by one; what came back, by chunk, and whether it was hung up.

    `after_first` is done to the protocol once the first was sent. `at_once`: the first arrives
    before Sanic has begun to serve the connection.
    """
    if not at_once:
        await settle()
    heard = []
    for chunk in chunks:
        if not connection.wire.closed:
            connection.protocol.data_received(chunk)
            await settle()
            if after_first is not None and not heard:
                after_first(connection.protocol)
                await settle()
        heard.append(b"".join(connection.wire.written))
        connection.wire.written.clear()
    closed = connection.wire.closed
    connection.protocol.connection_lost(None)
    await settle()
    return heard, closed
