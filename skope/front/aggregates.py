"""The aggregate's reports as of now, and keeping one under a name."""

import os
from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope.errors import BadRequest
from skope.front.context import Asked
from skope.front.params import SAVING, signal_params
from skope.front.replies import reply, reply_document
from skope.front.services import served
from skope.schema.names import check_name

METHODS: Final = ("GET",)
_PIECE: Final = 1 << 18


async def report_agg(request: Asked) -> HTTPResponse:
    """`report_agg.json`."""
    with await served(request.app.ctx.services.aggregates).fresh("agg") as file:
        return reply_document(file.read())


async def report_apps(request: Asked) -> None:
    """`report_apps.json`, which may be long: piece by piece, as the client reads it."""
    with await served(request.app.ctx.services.aggregates).fresh("apps") as file:
        length = {"content-length": str(os.fstat(file.fileno()).st_size)}
        answer = await request.respond(content_type="application/json", headers=length)
        while piece := file.read(_PIECE):
            await answer.send(piece)
        await answer.eof()


async def standing(request: Asked) -> HTTPResponse:
    """The aggregate and its accounting, for the user interfaces."""
    return reply_document(await served(request.app.ctx.services.aggregates).standing())


async def save(request: Asked) -> HTTPResponse:
    """Keeps the aggregate as it stands as `NAME.agg.json`."""
    name = signal_params(request, SAVING).name
    if name is None:
        message = "an aggregate is saved under a name"
        raise BadRequest(message, hint="ask for /api/agg/save?name=NAME")
    return reply(await served(request.app.ctx.services.aggregates).save(check_name(name)))


aggregates: Final = Blueprint("aggregates")
aggregates.add_route(report_agg, "/report_agg.json", methods=METHODS)
aggregates.add_route(report_apps, "/report_apps.json", methods=METHODS)
aggregates.add_route(standing, "/api/agg", methods=METHODS)
aggregates.add_route(save, "/api/agg/save", methods=("POST",))
