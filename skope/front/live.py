"""`/api/live`: one stream of events for any number of viewers.

An event is made and encoded once, and written to every viewer as it is: a viewer costs one write.
Who cannot take it is skipped, and let go when that lasts; nothing is kept for anybody but the last
few events, from which a viewer that lost its connection goes on.
"""

import logging
import secrets
from asyncio import AbstractEventLoop, Future, Transport, get_running_loop
from collections import deque
from time import monotonic
from typing import Final, Protocol, cast

import msgspec
from sanic import Blueprint

from skope.errors import NotReady, SkopeError
from skope.front.context import App, Asked
from skope.front.guard import Guard
from skope.front.services import served
from skope.schema.live import Live

MOST_VIEWERS: Final = 100
STALLED_S: Final = 10.0
"""How long a viewer may take nothing."""
QUIET_S: Final = 10.0
"""How long nothing is said; then a comment tells that the connection is alive."""
LONGEST_S: Final = 1800.0
"""After this a stream ends in order, and its viewer goes on in another."""
_KEPT: Final = 120
"""Events from which a viewer can go on."""
_LINGER_S: Final = 30.0
"""How long after the last viewer events are still made, lest one that reconnects starts anew."""
_STILL_HERE: Final = b": still here\n\n"
_RETRY: Final = b"retry: 1000\n\n"

_log: Final = logging.getLogger("skope.front")
_encode: Final = msgspec.json.Encoder().encode


class Feed(Protocol):
    """Where events come from."""

    @property
    def step_s(self) -> float: ...
    def advance(self) -> Live | None: ...
    def whole(self) -> Live: ...


class Viewer:
    """One connection."""

    def __init__(self, guard: Guard, done: Future[None]) -> None:
        self._guard = guard
        self.transport: Final = cast("Transport", guard.transport)
        self.done = done
        self.missed = False
        """It was skipped, so its next event has to be a whole one."""
        self._free_at = monotonic()

    def take(self, chunk: bytes, now: float) -> bool:
        """Writes `chunk` unless earlier ones still wait; whether it did."""
        if self.transport.is_closing():
            return False
        if self.transport.get_write_buffer_size():
            self.missed = True
            if now > self._free_at + STALLED_S:
                self.transport.abort()
            return False
        self._free_at = now
        self.transport.write(chunk)
        return True

    @property
    def is_gone(self) -> bool:
        """It closed its end: whoever waits for events does not, so it is no viewer any more."""
        return self._guard.is_half_closed

    def leave(self) -> None:
        """Ends its stream in order."""
        if not self.done.done():
            self.done.set_result(None)


class Broadcast:
    """The stream. It rests while nobody watches."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._lineage = secrets.token_hex(4)
        self._generation = 0
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=_KEPT)
        self._viewers: set[Viewer] = set()
        self._whole: tuple[int, bytes] = (-1, b"")
        self._running = False
        self._closed = False
        self._said_at = 0.0
        self._idle_since = 0.0

    def admit(self) -> None:
        """Whether there is room for one more.

        Raises
        ------
        NotReady
            If not.
        """
        if self._closed or len(self._viewers) >= MOST_VIEWERS:
            message = f"{MOST_VIEWERS} viewers watch already"
            raise NotReady(message, hint="close one, or ask for /api/agg and /api/reports instead")

    def opening(self, last_id: str | None) -> tuple[bytes, int]:
        """What a viewer is told first, and as of which event: what it missed, or everything."""
        if not self._running:
            self._run(get_running_loop())
        missed = self._since(last_id)
        return _RETRY + (self._everything() if missed is None else missed), self._generation

    async def watch(self, guard: Guard, since: int) -> None:
        """Writes the events after `since` until the connection or this ends, then in order."""
        loop = get_running_loop()
        viewer = Viewer(guard, loop.create_future())
        viewer.missed = since != self._generation
        bound = loop.call_later(LONGEST_S, viewer.leave)
        self._viewers.add(viewer)
        try:
            await viewer.done
        finally:
            bound.cancel()
            self._viewers.discard(viewer)
            self._idle_since = monotonic()

    def close(self) -> None:
        """Ends all streams in order."""
        self._closed = True
        for viewer in self._viewers:
            viewer.leave()

    def _run(self, loop: AbstractEventLoop) -> None:
        self._running = True
        self._idle_since = monotonic()
        self._step(loop)

    def _step(self, loop: AbstractEventLoop) -> None:
        now = monotonic()
        if self._closed or (not self._viewers and now > self._idle_since + _LINGER_S):
            self._running = False
            return
        loop.call_later(self._feed.step_s, self._step, loop)
        for viewer in self._viewers:
            if viewer.is_gone:
                viewer.leave()
        try:
            event = self._feed.advance()
        except (SkopeError, OSError, msgspec.DecodeError) as error:
            _log.warning("what is watched could not be read: %s", error)
            event = None
        if event is not None:
            self._generation += 1
            self._say(self._framed(event), now, kept=True)
        elif now > self._said_at + QUIET_S:
            self._say(_STILL_HERE, now, kept=False)

    def _say(self, text: bytes, now: float, *, kept: bool) -> None:
        self._said_at = now
        if kept:
            self._kept.append((self._generation, text))
        chunk = _chunk(text)
        for viewer in tuple(self._viewers):
            whole = viewer.missed and kept
            if viewer.take(_chunk(self._everything()) if whole else chunk, now) and whole:
                viewer.missed = False

    def _since(self, last_id: str | None) -> bytes | None:
        """The events after `last_id`; None where they are not known any more."""
        lineage, _, number = (last_id or "").partition("-")
        if lineage != self._lineage or not (number.isascii() and number.isdecimal()):
            return None
        last = int(number[:18])
        oldest = self._kept[0][0] if self._kept else self._generation + 1
        if not oldest - 1 <= last <= self._generation:
            return None
        return b"".join(text for generation, text in self._kept if generation > last)

    def _everything(self) -> bytes:
        if self._whole[0] != self._generation:
            self._whole = self._generation, self._framed(self._feed.whole())
        return self._whole[1]

    def _framed(self, event: Live) -> bytes:
        identity = f"id: {self._lineage}-{self._generation}\nevent: live\ndata: ".encode()
        return identity + _encode(event) + b"\n\n"


def _chunk(text: bytes) -> bytes:
    """`text` as one chunk of a chunked answer."""
    return b"%x\r\n%b\r\n" % (len(text), text)


async def live(request: Asked) -> None:
    """Events until the viewer goes, or the server."""
    stream = served(request.app.ctx.services.live)
    stream.admit()
    opening, since = stream.opening(request.headers.get("last-event-id"))
    answer = await request.respond(
        content_type="text/event-stream", headers={"cache-control": "no-store"}
    )
    await answer.send(opening)
    # From here on whole chunks are written beside Sanic, which waits for the end of this handler.
    await stream.watch(cast("Guard", request.protocol), since)
    await answer.eof()


async def _close(app: App) -> None:
    if app.ctx.services.live is not None:
        app.ctx.services.live.close()


viewers: Final = Blueprint("live")
viewers.add_route(live, "/api/live", methods=("GET",))
viewers.before_server_stop(_close)
