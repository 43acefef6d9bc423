"""The runner's socket: the supervisor says when a script begins and ends, the front answers.

A front that is restarted in between is asked again by the supervisor; whatever half a message its
predecessor left behind is passed over.
"""

import logging
from asyncio import AbstractEventLoop, Task
from socket import socket
from typing import Final

import msgspec

from skope.errors import SkopeError
from skope.front.services import Runs
from skope.front.settling import Halt
from skope.schema.wire import Control, RunBegin, RunDone, RunEnd, RunReady

_MOST_BYTES: Final = 64 << 10

_log: Final = logging.getLogger("skope.front")
_decode: Final = msgspec.json.Decoder(Control).decode
_encode: Final = msgspec.json.Encoder().encode


class ControlLink:
    """One end of the socketpair, stream or sequenced packets alike: a message is a line."""

    def __init__(self, end: socket, runs: Runs) -> None:
        self._end = end
        self._runs = runs
        self._received = b""
        self._unsent = b""
        self._ending: Task[None] | None = None

    def start(self, loop: AbstractEventLoop) -> None:
        """Obeys messages from now on."""
        self._end.setblocking(False)  # noqa: FBT003 - socket's own signature
        loop.add_reader(self._end, self._read, loop)

    def _read(self, loop: AbstractEventLoop) -> None:
        try:
            data = self._end.recv(_MOST_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            loop.remove_reader(self._end)
            return
        *lines, self._received = (self._received + data).split(b"\n")
        for line in lines:
            self._obey(line, loop)

    def _obey(self, line: bytes, loop: AbstractEventLoop) -> None:
        try:
            message = _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("passed over a control message that cannot be read: %s", error)
            return
        if isinstance(message, RunBegin):
            self._answer(self._begin_run(message), loop)
        elif isinstance(message, RunEnd):
            halt = self._runs.halt_run()
            if halt is None:
                self._answer(self._end_run(message, None), loop)
            else:
                self._ending = loop.create_task(self._end_later(message, halt, loop))

    def _begin_run(self, message: RunBegin) -> RunReady:
        try:
            self._runs.run_begin(message)
        except SkopeError as error:
            _log.warning("run %d: %s", message.run, error)
        return RunReady(run=message.run)

    async def _end_later(self, message: RunEnd, halt: Halt, loop: AbstractEventLoop) -> None:
        await self._runs.settled(halt)
        self._answer(self._end_run(message, halt), loop)

    def _end_run(self, message: RunEnd, halt: Halt | None) -> RunDone:
        try:
            return self._runs.run_end(message, halt)
        except SkopeError as error:
            fault = f"{error.message}: {error.hint}" if error.hint else error.message
            return RunDone(run=message.run, recorded=0, fault=fault)

    def _answer(self, message: RunReady | RunDone, loop: AbstractEventLoop) -> None:
        self._unsent += _encode(message) + b"\n"
        self._write(loop)

    def _write(self, loop: AbstractEventLoop) -> None:
        try:
            sent = self._end.send(self._unsent)
        except BlockingIOError:
            loop.add_writer(self._end, self._write, loop)
            return
        except (BrokenPipeError, ConnectionError):
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            loop.remove_writer(self._end)
