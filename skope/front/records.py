"""`POST /`: records of executions."""

from asyncio import wrap_future
from time import time
from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope.front.context import Asked
from skope.front.params import wants_partial
from skope.front.replies import reply
from skope.front.services import served


async def post(request: Asked) -> HTTPResponse:
    """Counts the records of the body, all of them or none; then answers."""
    intake = served(request.app.ctx.services.intake)
    kind = request.headers.get("content-type")
    accepted = intake.post(request.body, kind, partial=wants_partial(request), now=time())
    agg = request.app.ctx.config.agg
    if agg is not None and agg.durability == "sync":
        await wrap_future(intake.durable())
    return reply(accepted)


records: Final = Blueprint("records")
records.add_route(post, "/", methods=("POST",))
