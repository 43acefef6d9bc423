"""`/start`, `/stop` and `/cancel`."""

from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope.front.context import Asked
from skope.front.params import signal_params
from skope.front.replies import reply
from skope.front.services import served

METHODS: Final = ("GET", "POST")
PATHS: Final = ("/start", "/stop", "/cancel")


async def start(request: Asked) -> HTTPResponse:
    """Opens a capture."""
    asked = signal_params(request)
    obey = served(request.app.ctx.services.signals)
    return reply(obey.start(asked.name, asked.module, restart=asked.restart, target=asked.target))


async def stop(request: Asked) -> HTTPResponse:
    """Closes a capture; its report is in place before the answer."""
    asked = signal_params(request)
    obey = served(request.app.ctx.services.signals)
    halt = obey.halt(asked.name)
    if halt is not None:
        await obey.settled(halt)
    return reply(obey.stop(asked.name, halt))


async def cancel(request: Asked) -> HTTPResponse:
    """Drops a capture."""
    asked = signal_params(request)
    return reply(served(request.app.ctx.services.signals).cancel(asked.name))


signals: Final = Blueprint("signals")
for _path, _handler in zip(PATHS, (start, stop, cancel), strict=True):
    signals.add_route(_handler, _path, methods=METHODS)
