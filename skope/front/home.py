"""`GET /`: what can be asked here."""

from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse

from skope._version import VERSION
from skope.front.context import Asked
from skope.front.replies import reply_text
from skope.schema.wire import Mode

_SIGNALS: Final = """\
GET or POST /start?name=NAME     begin a capture
GET or POST /stop?name=NAME      end it and write its report
GET or POST /cancel?name=NAME    drop it
"""
_RECORDS: Final = """\
POST /                           count an execution, or many
GET /report_agg.json             what they add up to, by name
GET /report_apps.json            the executions
POST /api/agg/save?name=NAME     keep the aggregate as it stands
"""
_READING: Final = """\
GET /api/reports                 the reports there are
GET /api/reports/NAME            one of them
GET /api/diff?base=A&head=B      two of them, compared
GET /healthz                     alive?
"""


async def index(request: Asked) -> HTTPResponse:
    """A page for whoever opens the address in a browser."""
    return reply_text(describe(request.app.ctx.config.mode))


def describe(mode: Mode) -> str:
    """The endpoints of a mode, a line each."""
    own = _RECORDS if mode == "agg" else _SIGNALS
    return f"Skope {VERSION}, {mode}\n\n{own}{_READING}"


home: Final = Blueprint("home")
home.add_route(index, "/", methods=("GET", "HEAD"))
