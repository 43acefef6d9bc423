"""The lane: hot requests answered on the spot, past Sanic, whose part is most of what one costs.

A chunk that holds nothing but whole, plain, hot requests (`skope._fast.recognise`) is served here
by the services the routes call, and answered with one write. Of a hot request whose body is not
complete the chunks are kept until it is. Everything else goes on untouched, so
the routes stay the reference: for any bytes the lane declines, or replies what they would have
replied and leaves what they would have left.
"""

from asyncio import BaseTransport
from time import monotonic, time
from typing import Any, Final

from sanic.http import Stage

from skope._fast import START, STOP, Recogniser
from skope.front.admission import Admission
from skope.front.context import App, Hot
from skope.front.faults import note_unexpected, words
from skope.front.gathering import Gathering
from skope.front.guard import Guard
from skope.front.replies import answer, encoded
from skope.front.services import Intake, Services, Signals
from skope.schema.wire import FrontConfig

_IDLE: Final = Stage.IDLE


class Lane(Guard):
    """Sanic's protocol behind the gate, and a lane past it."""

    __slots__ = ("_clear", "_gathering", "_hot", "_local")

    def __init__(self, *, app: App, **settings: Any) -> None:  # noqa: ANN401 - Sanic's own
        super().__init__(app=app, **settings)
        self._hot: Hot | None = app.ctx.hot
        self._local = False
        self._gathering: Gathering | None = None
        self._clear = False
        """Sanic has answered all it was given, and can be passed by."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        if self.conn_info is not None:
            self._local = not self._gate.admission.needs_token({}, self.conn_info.client_ip)

    def data_received(self, data: bytes) -> None:
        if self._gathering is not None:
            data = self._gathered(self._gathering, data)
            if not data:
                return
        if (
            self._hot is not None
            and self.transport is not None
            and (self._clear or self._becomes_clear())
            and not self._gate.stopping
        ):
            answers = self._hot(data, self._local)
            if answers is not None:
                self._time = monotonic()
                self.transport.write(answers)
                return
            missing = self._hot.wanting(data, self._local)
            if missing:
                self._time = monotonic()
                self._gathering = Gathering(data, missing)
                self._arm(self._framer.ordinal)
                return
        self._clear = False
        super().data_received(data)

    def eof_received(self) -> bool:
        if self._gathering is not None:
            return False
        return super().eof_received()

    def pause_writing(self) -> None:
        self._clear = False
        super().pause_writing()

    def close_if_idle(self) -> bool:
        """Closes, unless a request is being sent or answered; what a server that stops asks."""
        return not self._leave_to_sanic() and bool(super().close_if_idle())

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
        self._clear = False
        super().data_received(gathering.joined())
        return True

    def _run_out(self) -> None:
        self._leave_to_sanic()
        super()._run_out()

    def _becomes_clear(self) -> bool:
        self._clear = (
            self._is_resting
            and self._fault is None
            and not self._framer.partial
            and not self._turned_away
            and self._can_write.is_set()
        )
        return self._clear


def hot_path(services: Services, config: FrontConfig, admission: Admission) -> Hot | None:
    """What is hot in a mode; None where each request waits for the disk."""
    recogniser = Recogniser(
        posts=config.agg is not None, knows_host=admission.knows_host, token=config.token
    )
    if services.signals is not None:
        return HotSignals(recogniser, services.signals)
    if services.intake is None or (config.agg and config.agg.durability == "sync"):
        return None
    return HotRecords(recogniser, services.intake)


class HotSignals:
    """`/start` and `/stop`."""

    def __init__(self, recogniser: Recogniser, signals: Signals) -> None:
        self._recogniser = recogniser
        self._signals = signals

    def __call__(self, chunk: bytes, local: bool) -> bytes | None:  # noqa: FBT001 - as `Hot` is
        """Obeys one after the other, each whatever became of those before it."""
        recogniser = self._recogniser
        count = recogniser.read(chunk, local)
        if not count:
            return None
        signals = recogniser.signals()
        what, name, module = signals[0]
        if count == 1 and what == START and name is not None:
            return self._begin(name, module)
        # A stop that has to await a tick is for those who can wait.
        if self._signals.awaits() and any(what == STOP for what, *_ in signals):
            return None
        return b"".join([self._obey(*asked) for asked in signals])

    def wanting(self, chunk: bytes, local: bool) -> int:  # noqa: ARG002, FBT001 - as `Hot` is
        """A signal with a body is none of the plain ones."""
        return 0

    def _begin(self, name: str, module: str | None) -> bytes:
        try:
            return self._recogniser.started(self._signals.begin(name, module))
        except Exception as error:  # noqa: BLE001 - answered as Sanic answers it
            return _failed(error, START)

    def _obey(self, what: int, name: str | None, module: str | None) -> bytes:
        try:
            if what == START:
                return answer(encoded(self._signals.start(name, module, restart=False)))
            return answer(encoded(self._signals.stop(name)))
        except Exception as error:  # noqa: BLE001 - answered as Sanic answers it
            return _failed(error, what)


def _failed(error: Exception, what: int) -> bytes:
    note_unexpected(error, "a request for", "/start" if what == START else "/stop")
    return words(error)


class HotRecords:
    """`POST /`, once it is in the kernel's hands."""

    def __init__(self, recogniser: Recogniser, intake: Intake) -> None:
        self._recogniser = recogniser
        self._intake = intake

    def __call__(self, chunk: bytes, local: bool) -> bytes | None:  # noqa: FBT001 - as `Hot` is
        """Counts the records of all bodies at once, or none."""
        recogniser = self._recogniser
        if not recogniser.read(chunk, local) or not self._intake.take(recogniser, now=time()):
            return None
        return recogniser.accepted()

    def wanting(self, chunk: bytes, local: bool) -> int:  # noqa: FBT001 - as `Hot` is
        """Of a POST whose head is plain."""
        return self._recogniser.wanting(chunk, local)
