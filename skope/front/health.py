"""`/healthz`: is it up, what is it, which version."""

from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope._version import VERSION
from skope.front.admission import OPEN_PATH
from skope.front.context import Asked
from skope.front.replies import READING, reply
from skope.schema.wire import Health


async def healthz(request: Asked) -> HTTPResponse:
    """Answers whoever asks."""
    return reply(Health(mode=request.app.ctx.config.mode, version=VERSION))


health: Final = Blueprint("health")
health.add_route(healthz, OPEN_PATH, methods=READING)
