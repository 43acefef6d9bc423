"""What can be asked here, for a person with curl."""

from typing import Final

from skope._version import VERSION
from skope.schema.wire import Mode

_SIGNALS: Final = """\
GET or POST /start?name=NAME     begin a capture; &pid=PID or &port=PORT: of that process
                                 and its children; &restart=1: anew, if it is open
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
GET /api/reports/NAME            one of them; ?agg=1: the aggregate of that name
GET /api/diff?base=A&head=B      two of them, compared; &agg=1: two aggregates
GET /api/live                    the machine, captures and aggregate, as they change (SSE)
GET /healthz                     alive?
GET /                            all of it to look at, in a browser
"""


def describe(mode: Mode) -> str:
    """The endpoints of a mode, a line each."""
    own = {"agg": _RECORDS, "ui": ""}.get(mode, _SIGNALS)
    return f"Skope {VERSION}, {mode}\n\n{own}{_READING}"
