"""Answers anything with the same bytes: `raw_uvloop.py LISTENING_FD REPLY_FILE`."""

import asyncio
import signal
import socket
import sys
from pathlib import Path
from typing import cast

import uvloop

REPLY = Path(sys.argv[2]).read_bytes()


class Fixed(asyncio.Protocol):
    """One reply for each head that arrives, and nothing else done."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self.transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers as often as a head ends: a busy client may have sent two requests by now."""
        self.transport.write(REPLY * data.count(b"\r\n\r\n"))


async def serve() -> None:
    """Until SIGTERM."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    await loop.create_server(Fixed, sock=socket.socket(fileno=int(sys.argv[1])))
    await over.wait()


uvloop.run(serve())
