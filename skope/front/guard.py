"""What stands between the socket and Sanic: framing, the deadline, the cap, and admission.

Sanic's timeouts are per inactivity, so one byte now and then holds a connection for ever; its
parser is lenient. Here a request has one deadline from its first byte to its last, and Sanic sees
only heads that `Framer` believes. An answer given here keeps its turn: it is written when
everything asked before it has been answered.

Most of what a connection costs is what Sanic does for it, so Sanic begins with the first bytes
that are handed on. Where none are, as on the lane, it never does, and its look at the time is had
here.
"""

from asyncio import BaseTransport, CancelledError, TimerHandle, Transport
from time import monotonic
from typing import Any, Final, cast

from sanic import Request
from sanic.http import Stage
from sanic.server.protocols.base_protocol import SanicProtocol
from sanic.server.protocols.http_protocol import HttpProtocol

from skope.errors import NotReady, SkopeError, TooLarge, TooSlow, UnsupportedEncoding
from skope.front.context import App, Gate
from skope.front.faults import last_words, status_of
from skope.front.framing import Framer

LINGER_S: Final = 2.0
"""How long a refused client is listened to, so that it can read why before the reset."""


class Guard(HttpProtocol):
    """Sanic's protocol behind a gate."""

    __slots__ = (
        "_armed_for",
        "_begun",
        "_deadline",
        "_ended",
        "_fault",
        "_framer",
        "_gate",
        "_handed_on",
        "_idle",
        "_linger",
        "_patience",
        "_turned_away",
    )

    def __init__(self, *, app: App, **settings: Any) -> None:  # noqa: ANN401 - Sanic's own
        super().__init__(app=app, **settings)
        self._gate: Gate = app.ctx.gate
        self._framer = Framer()
        self._begun = 0
        self._fault: SkopeError | None = None
        self._deadline: TimerHandle | None = None
        self._armed_for = 0
        self._ended = False
        self._handed_on = False
        self._idle: TimerHandle | None = None
        self._linger: TimerHandle | None = None
        self._patience: TimerHandle | None = None
        self._turned_away = False
        self.request_handler = self._admit

    # -- from the transport ------------------------------------------------------------------

    def connection_made(self, transport: BaseTransport) -> None:
        if len(self.connections) < self._gate.limits.connections:
            # What Sanic's own does, but for its task.
            SanicProtocol.connection_made(self, transport)  # type: ignore[no-untyped-call]
            self.recv_buffer = bytearray()
            self._time = monotonic()
            self._look_later(self._gate.limits.idle_s)
            return
        transport = cast("Transport", transport)
        self._turned_away = True
        message = "Skope serves as many connections as it can"
        transport.write(last_words(NotReady(message, hint="close some, or try again")))
        transport.close()

    def data_received(self, data: bytes) -> None:
        if self._fault is not None or self._turned_away:
            return
        framer = self._framer
        passed = framer.feed(data)
        if passed:
            self._hand_on(passed)
        if framer.fault is not None:
            self._fail(framer.fault)
        elif framer.partial:
            self._arm(framer.ordinal)
        elif self._deadline is not None:
            self._disarm()

    def eof_received(self) -> bool:
        """Keeps a half-closed connection until what it has asked is answered."""
        nothing_to_come = self._fault is not None or self._turned_away or self._is_waiting_for_body
        self._ended = not (nothing_to_come or self._is_resting)
        return self._ended

    @property
    def is_half_closed(self) -> bool:
        """The client sends nothing more, and waits for what it asked."""
        return self._ended

    def connection_lost(self, exc: Exception | None) -> None:
        if self._turned_away:
            return
        self._disarm()
        for timer in (self._idle, self._linger):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)  # type: ignore[no-untyped-call]

    def pause_writing(self) -> None:
        """Sanic would wait for ever for a client that reads nothing; this does not."""
        super().pause_writing()  # type: ignore[no-untyped-call]
        if self._patience is None and self.transport is not None:
            limit_s = self._gate.limits.deadline_s
            self._patience = self.loop.call_later(limit_s, self.transport.abort)

    def resume_writing(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        super().resume_writing()  # type: ignore[no-untyped-call]

    # -- from Sanic --------------------------------------------------------------------------

    async def receive_more(self) -> None:
        """Waits for bytes, unless this connection should end now that all is answered."""
        if self._http.stage is Stage.IDLE and self._is_over():
            raise CancelledError
        await super().receive_more()  # type: ignore[no-untyped-call]

    def close(self, timeout: float | None = None) -> None:
        """Closes; a client that may still be sending is listened to a little longer."""
        if self._fault is None or self.transport is None or self.transport.is_closing():
            super().close(timeout)
        elif self._linger is None:
            self.transport.write_eof()
            self.transport.resume_reading()
            self._linger = self.loop.call_later(LINGER_S, super().close)

    async def _admit(self, request: Request) -> None:
        """Judges a request before its body is read; what Sanic calls for each of them."""
        self._begun += 1
        try:
            if self._is_waiting_for_body and self._fault is not None:
                self._http.keep_alive = False
                raise self._fault
            peer = self.conn_info.client_ip if self.conn_info is not None else ""
            self._gate.admission.judge(request.path, request.headers, peer)
        except SkopeError as error:
            if isinstance(error, UnsupportedEncoding) and request.path == "/":
                self._count(error)
            await self.app.handle_exception(request, error, run_middleware=False)
        else:
            await self.app.handle_request(request)

    def _hand_on(self, data: bytes) -> None:
        """Gives Sanic what it is to see; the first time it begins, and looks at the time itself."""
        if not self._handed_on:
            self._handed_on = True
            if self._idle is not None:
                self._idle.cancel()
            self._task = self.loop.create_task(self.connection_task())  # type: ignore[no-untyped-call]
        super().data_received(data)

    def _look_later(self, after_s: float) -> None:
        self._idle = self.loop.call_later(after_s, self._look)

    def _look(self) -> None:
        """Closes a connection that Sanic has not begun to serve, once it has been idle for long."""
        left_s = self._time + self._gate.limits.idle_s - monotonic()
        if left_s > 0:
            self._look_later(left_s)
        elif self._deadline is not None:  # in the middle of a request, which ends by itself
            self._look_later(self._gate.limits.deadline_s)
        else:
            self.close()

    # -- the deadline, and endings -----------------------------------------------------------

    @property
    def _is_resting(self) -> bool:
        """All that was handed on has been answered."""
        if not self._handed_on:
            return True
        http = self.http
        return http is not None and http.stage is Stage.IDLE and not self.recv_buffer

    @property
    def _is_waiting_for_body(self) -> bool:
        """Sanic has reached the request whose body is incomplete."""
        return self._framer.inside and self._begun == self._framer.heads

    def _arm(self, ordinal: int) -> None:
        if self._deadline is not None and self._armed_for == ordinal:
            return
        self._disarm()
        self._armed_for = ordinal
        self._deadline = self.loop.call_later(self._gate.limits.deadline_s, self._run_out)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _run_out(self) -> None:
        self._deadline = None
        message = f"the request was not complete after {self._gate.limits.deadline_s:g} s"
        self._fail(TooSlow(message, hint="send it at once"))

    def _fail(self, fault: SkopeError) -> None:
        """Gives this connection up; the answer waits for its turn."""
        self._fault = fault
        self._disarm()
        if isinstance(fault, TooLarge):
            self._count(fault)
        if self._is_waiting_for_body:
            if self._task is not None and self._http.stage is Stage.HANDLER:
                self._http.exception = fault
                self._task.cancel()
            else:
                self.close()
        elif not self._framer.inside and self._is_resting:
            self._say_last(fault)

    def _count(self, fault: SkopeError) -> None:
        """Where records are posted, this one is a refusal that their accounting has to hold."""
        if self._gate.refuse is not None:
            self._gate.refuse(status_of(fault))

    def _is_over(self) -> bool:
        """Ends a connection that has come to its end. Called with nothing left to answer."""
        if self._fault is not None and not self._framer.inside:
            self._say_last(self._fault)
        elif self._fault is not None or self._ended or self._gate.stopping:
            self.close()
        else:
            return False
        return True

    def _say_last(self, fault: SkopeError) -> None:
        if self._linger is None and self.transport is not None and not self.transport.is_closing():
            self.transport.write(last_words(fault))
            self.close()
