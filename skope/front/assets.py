"""The web interface: one page at `/` and the files it is made of, from memory."""

from functools import cache
from hashlib import sha256
from typing import Final

from sanic import Blueprint
from sanic.exceptions import NotFound
from sanic.response import HTTPResponse

from skope import web
from skope.front.context import Asked
from skope.front.home import describe
from skope.front.replies import READING, reply_text

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
_TYPES: Final = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "png": "image/png",
}


async def index(request: Asked) -> HTTPResponse:
    """The page for a browser; for anything else what can be asked here."""
    if "text/html" in request.headers.get("accept", ""):
        answer = _answer(request, web.PAGE)
    else:
        answer = reply_text(describe(request.app.ctx.config.mode))
    answer.headers["vary"] = "accept"
    return answer


async def file(request: Asked, name: str) -> HTTPResponse:
    """One of the page's files."""
    if name not in web.SERVED:
        raise NotFound
    return _answer(request, name)


def _answer(request: Asked, name: str) -> HTTPResponse:
    body, tag = _loaded(name)
    headers = _HEADERS | {"etag": tag}
    if request.headers.get("if-none-match") == tag:
        return HTTPResponse(status=304, headers=headers)
    kind = _TYPES[name.rpartition(".")[2]]
    return HTTPResponse(body, headers=headers, content_type=kind)


@cache
def _loaded(name: str) -> tuple[bytes, str]:
    body = web.read(name)
    return body, f'"{sha256(body).hexdigest()[:32]}"'


assets: Final = Blueprint("assets")
assets.add_route(index, "/", methods=READING)
assets.add_route(file, "/web/<name:path>", methods=READING)
