"""What the web interface draws: reports, diffs and aggregates as rows that are written already."""

from asyncio import to_thread
from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope.errors import BadRequest
from skope.front.context import Asked
from skope.front.replies import READING, reply_document


async def captures(request: Asked) -> HTTPResponse:
    """The stored captures, with their history."""
    return reply_document(await to_thread(request.app.ctx.services.documents.captures_page))


async def capture(request: Asked) -> HTTPResponse:
    """One of them in full."""
    tag = request.args.get("tag")
    if not tag:
        message = "one capture needs its tag"
        raise BadRequest(message, hint="ask for /api/page/capture?tag=TAG")
    return reply_document(await to_thread(request.app.ctx.services.documents.capture_page, tag))


async def diff(request: Asked) -> HTTPResponse:
    """Two captures, compared; without names the two newest."""
    base, head = request.args.get("base"), request.args.get("head")
    if bool(base) != bool(head):
        message = "a diff needs two tags, or none for the two newest"
        raise BadRequest(message, hint="ask for /api/page/diff?base=TAG&head=TAG")
    documents = request.app.ctx.services.documents
    return reply_document(await to_thread(documents.diff_page, base, head))


async def aggregates(request: Asked) -> HTTPResponse:
    """The stored aggregates, and one of them."""
    stored = request.app.ctx.services.documents.aggregates
    tag, name = request.args.get("tag"), request.args.get("name")
    collecting = request.app.ctx.config.mode == "agg"
    return reply_document(await to_thread(stored.page, tag, name, collecting=collecting))


async def aggregate_diff(request: Asked) -> HTTPResponse:
    """Two aggregates, compared."""
    base, head = request.args.get("base"), request.args.get("head")
    if not base or not head:
        message = "a diff needs two aggregates"
        raise BadRequest(message, hint="ask for /api/page/aggregate-diff?base=TAG&head=TAG")
    services = request.app.ctx.services
    if services.aggregates is not None:
        (await services.aggregates.fresh("agg")).close()  # it may be one of the two
    return reply_document(await to_thread(services.documents.aggregates.diff_page, base, head))


pages: Final = Blueprint("pages", url_prefix="/api/page")
pages.add_route(captures, "/captures", methods=READING)
pages.add_route(capture, "/capture", methods=READING)
pages.add_route(diff, "/diff", methods=READING)
pages.add_route(aggregates, "/aggregates", methods=READING)
pages.add_route(aggregate_diff, "/aggregate-diff", methods=READING)
