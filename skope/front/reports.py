"""Reports and diffs for the user interfaces; with `agg=1` the aggregates of those names.

Reading and comparing can take long, so it is done beside the loop: a signal never waits for it.
"""

from asyncio import to_thread
from typing import Final
from urllib.parse import unquote

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope.errors import BadRequest
from skope.front.context import Asked
from skope.front.replies import READING, reply_document


async def listing(request: Asked) -> HTTPResponse:
    """The reports there are."""
    return reply_document(await to_thread(request.app.ctx.services.documents.listing))


async def report(request: Asked, tag: str) -> HTTPResponse:
    """One of them; `TAG@1` is the one before."""
    agg = await _aggregates_meant(request)
    documents = request.app.ctx.services.documents
    return reply_document(await to_thread(documents.report, unquote(tag), agg=agg))


async def diff(request: Asked) -> HTTPResponse:
    """The verdict on two of them."""
    base, head = request.args.get("base"), request.args.get("head")
    if not base or not head:
        message = "a diff needs two tags"
        raise BadRequest(message, hint="ask for /api/diff?base=TAG&head=TAG")
    agg = await _aggregates_meant(request)
    documents = request.app.ctx.services.documents
    return reply_document(await to_thread(documents.diff, base, head, agg=agg))


async def _aggregates_meant(request: Asked) -> bool:
    """Whether they are; then the one being collected is up to date: it may be asked for."""
    if request.args.get("agg") not in ("1", "true"):
        return False
    services = request.app.ctx.services
    if services.aggregates is not None:
        (await services.aggregates.fresh("agg")).close()
    return True


reports: Final = Blueprint("reports", url_prefix="/api")
reports.add_route(listing, "/reports", methods=READING)
reports.add_route(report, "/reports/<tag:path>", methods=READING)
reports.add_route(diff, "/diff", methods=READING)
