"""The listening sockets: bound once by the supervisor, inherited by every front worker.

They listen from the start, so a client that comes early, or while a worker is being replaced,
waits in the backlog instead of being refused.
"""

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import Final, Self

from skope.errors import CannotBind
from skope.supervisor.holder import taken_by

BACKLOG: Final = 4096
_PORT_TRIES: Final = 16
_LOOPBACK: Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_ABSENT: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT})
"""This machine has no such address or no such family."""

Address = tuple[socket.AddressFamily, str]


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """Open listening sockets on one port."""

    sockets: tuple[socket.socket, ...]
    host: str
    """As it was asked for."""
    port: int
    """As it was given: never 0."""

    @property
    def wide(self) -> bool:
        """Whether anything beyond the loopback interface can reach it."""
        return any(not _is_loopback(sock.getsockname()[0]) for sock in self.sockets)

    @property
    def connect_host(self) -> str:
        """A host a client on this machine reaches it by."""
        if self.host == "localhost":
            return self.host
        address = _plain(self.sockets[0].getsockname()[0])
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - compared

    @property
    def url(self) -> str:
        """``http://localhost:9001``."""
        host = self.connect_host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def spoken(self) -> str:
        """The URL, and the address it is bound on where that is every one there is."""
        bound = str(self.sockets[0].getsockname()[0])
        every = ipaddress.ip_address(_plain(bound)).is_unspecified
        return f"{self.url}, bound on {bound}" if every else self.url

    def filenos(self) -> tuple[int, ...]:
        return tuple(sock.fileno() for sock in self.sockets)

    def close(self) -> None:
        """Our copies; a worker that still lives has its own."""
        for sock in self.sockets:
            sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def listen(
    host: str, port: int, *, command: str = "skope server", tag: str | None = None
) -> Listeners:
    """Sockets that listen on `host`, all on the same port; 0 takes a free one.

    `localhost` is 127.0.0.1 and, where there is one, ::1. Any other name is every address of
    this machine it resolves to. `command` and `tag` are what the hint of a refusal talks about.

    Raises
    ------
    CannotBind
        If it is no address of this machine, the port is taken (it says by whom) or not allowed.
    """
    addresses = _addresses(host)
    for attempt in range(_PORT_TRIES):
        try:
            sockets = _bind_all(addresses, port)
        except OSError as error:
            # The other family may hold the number that was free in the first one.
            if error.errno == errno.EADDRINUSE and port == 0 and attempt < _PORT_TRIES - 1:
                continue
            raise _refusal(error, host, port, command, tag) from error
        if sockets:
            return Listeners(sockets=tuple(sockets), host=host, port=sockets[0].getsockname()[1])
        break
    message = f"cannot listen on {host}:{port}: it is no address of this machine"
    raise CannotBind(message, hint="--host localhost, or --host 0.0.0.0 for all of its addresses")


def _addresses(host: str) -> list[Address]:
    if host == "localhost":
        return list(_LOOPBACK)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        message = f"cannot listen on {host}: {reason}"
        raise CannotBind(
            message, hint="--host takes a name or an address of this machine"
        ) from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _bind_all(addresses: list[Address], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, address in addresses:
            sock = _bind(family, address, port)
            if sock is not None:
                sockets.append(sock)
                port = sock.getsockname()[1]
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket | None:
    """One listening socket, or None where the machine has no such address."""
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address != "::"))
        sock.bind((address, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)  # noqa: FBT003 - the call's own signature
    except OSError as error:
        sock.close()
        if error.errno in _ABSENT:
            return None
        raise
    return sock


def _refusal(error: OSError, host: str, port: int, command: str, tag: str | None) -> CannotBind:
    if error.errno == errno.EADDRINUSE:
        return taken_by(host, port, command, tag)
    where = f"cannot listen on {host}:{port}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return CannotBind(f"{where}: permission denied", hint="--port above 1023 needs none")
    return CannotBind(f"{where}: {os.strerror(error.errno or 0)}")


def _plain(address: str) -> str:
    """Without the zone of a link-local address."""
    return address.partition("%")[0]


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(_plain(address)).is_loopback
