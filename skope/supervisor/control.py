"""The line between the supervisor and the front: which script runs, and that its report is done.

Every front gets a fresh pair of sockets, so a successor never finds half a message; it is told
again what its predecessor knew. The front takes a repeated message for the one it is.
"""

import contextlib
import socket
from typing import Final

import msgspec

from skope.schema.wire import RunBegin, RunDone, RunEnd, RunReady
from skope.supervisor.loop import Loop

_MOST_BYTES: Final = 1 << 16
_decode: Final = msgspec.json.Decoder(RunReady | RunDone).decode


class Control:
    """The supervisor's end. One launch at a time.

    `begin`, and `ready` is the answer; `end`, and `done` is.
    """

    def __init__(self, loop: Loop) -> None:
        self.ready = False
        """The front knows of the current launch."""
        self.done: RunDone | None = None
        """The front's answer about the current launch."""
        self._loop: Final = loop
        self._ours: socket.socket | None = None
        self._begin: RunBegin | None = None
        self._end: RunEnd | None = None
        self._rest = b""

    def link(self) -> socket.socket:
        """The end for a front that is about to start; it finds waiting what it has to know."""
        self.close()
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003 - the call's own signature
        self._ours = ours
        self._rest = b""
        self._loop.watch(ours.fileno(), self._hear)
        if self.done is None:
            for message in (self._begin, self._end):
                self._send(message)
        return theirs

    def begin(self, message: RunBegin) -> None:
        """A launch begins: whatever was before is over."""
        self._begin, self._end = message, None
        self.ready, self.done = False, None
        self._send(message)

    def end(self, message: RunEnd) -> None:
        """The launch ended; `done` will say what became of it."""
        self._end = message
        self._send(message)

    def close(self) -> None:
        """Hears what the front still said, and hangs up."""
        if self._ours is None:
            return
        self._hear()
        if self._ours is not None:
            self._hang_up(self._ours)

    def _send(self, message: RunBegin | RunEnd | None) -> None:
        if self._ours is None or message is None:
            return
        # A front that is dead or hung is replaced, and its successor is told everything anew.
        with contextlib.suppress(OSError):
            self._ours.sendall(msgspec.json.encode(message) + b"\n")

    def _hear(self) -> None:
        while self._ours is not None:
            try:
                data = self._ours.recv(_MOST_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._hang_up(self._ours)
                return
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._understand(line)

    def _understand(self, line: bytes) -> None:
        answer = _decode(line)
        if isinstance(answer, RunReady):
            self.ready = self.ready or (self._begin is not None and answer.run == self._begin.run)
        elif self._end is not None and answer.run == self._end.run:
            self.done = answer

    def _hang_up(self, ours: socket.socket) -> None:
        self._loop.forget(ours.fileno())
        ours.close()
        self._ours = None
