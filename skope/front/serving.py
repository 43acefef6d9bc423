"""Sanic on sockets that are open already, in this process, until it is stopped."""

import os
import socket
from collections.abc import Sequence

from sanic import Sanic

from skope.front.context import App
from skope.front.guard import Guard
from skope.front.limits import Limits


def serve(
    app: App, sockets: Sequence[socket.socket], limits: Limits, protocol: type[Guard] = Guard
) -> None:
    """Returns once `app.stop` was called and what had been asked is answered."""
    for name in [name for name in os.environ if name.startswith("SANIC_")]:
        del os.environ[name]
    os.environ["SANIC_IGNORE_PRODUCTION_WARNING"] = "true"
    for sock in sockets:
        app.prepare(
            sock=sock,
            single_process=True,
            register_sys_signals=False,
            protocol=protocol,
            backlog=limits.backlog,
            motd=False,
            access_log=False,
        )
    # One set for all sockets: the cap counts them together, and a stop waits for them all.
    connections: set[Guard] = set()
    for info in app.state.server_info:
        info.settings["connections"] = connections
    Sanic.serve_single(app)
