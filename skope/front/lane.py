"""The lane: hot requests answered on the spot, past Sanic, whose part is most of what one costs.

A chunk that holds nothing but whole, plain, hot requests (`skope._fast.recognise`) is served here
by the services the routes call, and answered together with what else this turn of the loop brought
(`skope._fast.turn`). Of a hot request whose body is not complete the chunks are kept until it is.
Everything else goes on untouched, so the routes stay the reference: for any bytes the lane
declines, or replies what they would have replied and leaves what they would have left.
"""

from asyncio import BaseTransport, get_running_loop
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from sanic.http import Stage

from skope._fast import START, STOP, Door, Hot, Recogniser, Turn
from skope.front.admission import Admission
from skope.front.context import App
from skope.front.faults import note_unexpected, words
from skope.front.gathering import Gathering
from skope.front.guard import Guard
from skope.front.replies import answer, encoded
from skope.front.services import Services, Signals
from skope.front.settling import Halt
from skope.schema.wire import FrontConfig

_IDLE: Final = Stage.IDLE


class Lane(Guard):
    """Sanic's protocol behind the gate, and a lane past it."""

    __slots__ = ("_door", "_gathering", "_local", "_turn")

    def __init__(self, *, app: App, **settings: Any) -> None:  # noqa: ANN401 - Sanic's own
        super().__init__(app=app, **settings)
        self._turn = app.ctx.turn
        self._door = Door(self, self._turn)
        self._gathering: Gathering | None = None
        self._local = False

    # -- from the transport ------------------------------------------------------------------

    @property
    def data_received(self) -> Callable[[bytes], None]:
        """What takes all that arrives; the transport asks for it once."""
        return self._door.receive

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        if self.conn_info is None or self.transport is None:
            return
        self._local = not self._gate.admission.needs_token({}, self.conn_info.client_ip)
        sock = transport.get_extra_info("socket")
        self._door.open(self.transport, -1 if sock is None else sock.fileno(), local=self._local)

    def eof_received(self) -> bool:
        self._turn.flush()
        if self._gathering is not None:
            return False
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._turn.flush()
        self._door.shut()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        self._door.clear = False
        super().pause_writing()

    # -- from the door -----------------------------------------------------------------------

    def is_clear(self) -> bool:
        """Whether Sanic has answered all it was given, and can be passed by."""
        return (
            self._gathering is None
            and self._is_resting
            and self._fault is None
            and not self._framer.partial
            and not self._turned_away
            and not self._gate.stopping
            and self.transport is not None
            and self._can_write.is_set()
        )

    def decline(self, chunk: bytes) -> None:
        """Takes what is not answered past Sanic: a piece of a hot request, or anything else."""
        if self._gathering is not None:
            whole = self._gathered(self._gathering, chunk)
            if whole:
                self._door.receive(whole)
            return
        missing = self._turn.hot.wanting(chunk, self._local) if self._door.clear else 0
        self._door.clear = False
        if missing:
            self._time = monotonic()
            self._gathering = Gathering(chunk, missing)
            self._arm(self._framer.ordinal)
        else:
            super().data_received(chunk)

    # -- from Sanic --------------------------------------------------------------------------

    def close(self, timeout: float | None = None) -> None:
        """Closes, once what was served is answered."""
        self._turn.flush()
        super().close(timeout)

    def close_if_idle(self) -> bool:
        """Closes, unless a request is being sent or answered; what a server that stops asks."""
        self._door.clear = False
        return not self._leave_to_sanic() and bool(super().close_if_idle())

    # ----------------------------------------------------------------------------------------

    def _gathered(self, gathering: Gathering, piece: bytes) -> bytes:
        """All of a request that came in pieces once `piece` completes it; nothing before."""
        gathering.add(piece)
        self._time = monotonic()
        if gathering.missing > 0:
            return b""
        self._gathering = None
        self._disarm()
        return gathering.joined()

    def _leave_to_sanic(self) -> bool:
        """Hands an incomplete request on as it is; whether there was one."""
        gathering, self._gathering = self._gathering, None
        if gathering is None:
            return False
        super().data_received(gathering.joined())
        return True

    def _run_out(self) -> None:
        self._leave_to_sanic()
        super()._run_out()


def hot_path(services: Services, config: FrontConfig, admission: Admission) -> Turn:
    """What is hot in a mode; nothing where each request waits for the disk."""
    recogniser = Recogniser(
        posts=config.mode == "agg", knows_host=admission.knows_host, token=config.token
    )
    turn = Turn()
    if config.mode == "agg":
        if services.intake is not None and config.agg and config.agg.durability != "sync":
            turn.hot = services.intake.poster(recogniser)
    elif services.signals is not None:
        signals = HotSignals(recogniser, services.signals, turn)
        starter = services.starter
        turn.hot = starter.before(recogniser, signals.obey) if starter else signals
    return turn


class HotSignals(Hot):
    """`/start` and `/stop`."""

    def __init__(self, recogniser: Recogniser, signals: Signals, turn: Turn) -> None:
        self._recogniser = recogniser
        self._signals = signals
        self._turn = turn
        self._now: Halt | None = None

    def serve(self, chunk: bytes, local: bool) -> bytes | None:  # noqa: FBT001 - as `Hot` is
        """The answers to what is hot in a chunk."""
        count = self._recogniser.read(chunk, local)
        return self.obey() if count else None

    def obey(self, first: int = 0) -> bytes | None:
        """Obeys what was recognised from number `first` on, each whatever became of the others."""
        signals = self._recogniser.signals(first)
        # A stop that has to await a tick is for those who can wait.
        if self._signals.awaits() and any(what == STOP for what, *_ in signals):
            return None
        # This takes its time, and the answers before it need not wait for all of it.
        self._turn.hurry()
        return b"".join([self._obey(*asked) for asked in signals])

    def _obey(self, what: int, name: str | None, module: str | None) -> bytes:
        try:
            if what == START:
                return answer(encoded(self._signals.start(name, module, restart=False)))
            return answer(encoded(self._signals.stop(name, self._instant())))
        except Exception as error:  # noqa: BLE001 - answered as Sanic answers it
            return _failed(error, what)

    def _instant(self) -> Halt:
        """The instant of all stops of this turn of the loop: they were there when it began.

        The last one need not wait for the reports of those before it to be written.
        """
        if self._now is None:
            self._now = self._signals.instant()
            get_running_loop().call_soon(self._forget)
        return self._now

    def _forget(self) -> None:
        self._now = None


def _failed(error: Exception, what: int) -> bytes:
    note_unexpected(error, "a request for", "/start" if what == START else "/stop")
    return words(error)
