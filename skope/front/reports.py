"""Reports and diffs for the user interfaces.

Reading and comparing can take long, so it is done beside the loop: a signal never waits for it.
"""

from asyncio import to_thread
from typing import Final
from urllib.parse import unquote

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope.errors import BadRequest
from skope.front.context import Asked
from skope.front.replies import reply_document

METHODS: Final = ("GET", "HEAD")


async def listing(request: Asked) -> HTTPResponse:
    """The reports there are."""
    return reply_document(await to_thread(request.app.ctx.services.documents.listing))


async def report(request: Asked, tag: str) -> HTTPResponse:
    """One of them; `TAG@1` is the one before."""
    name = unquote(tag)
    return reply_document(await to_thread(request.app.ctx.services.documents.report, name))


async def diff(request: Asked) -> HTTPResponse:
    """The verdict on two of them."""
    base, head = request.args.get("base"), request.args.get("head")
    if not base or not head:
        message = "a diff needs two tags"
        raise BadRequest(message, hint="ask for /api/diff?base=TAG&head=TAG")
    return reply_document(await to_thread(request.app.ctx.services.documents.diff, base, head))


reports: Final = Blueprint("reports", url_prefix="/api")
reports.add_route(listing, "/reports", methods=METHODS)
reports.add_route(report, "/reports/<tag:path>", methods=METHODS)
reports.add_route(diff, "/diff", methods=METHODS)
