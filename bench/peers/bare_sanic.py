"""Sanic with one handler and nothing else: `bare_sanic.py PORT BODY_FILE`."""

import sys
from pathlib import Path

from sanic import HTTPResponse, Request, Sanic

BODY = Path(sys.argv[2]).read_bytes()

app = Sanic("bare", configure_logging=False)


async def answer(_request: Request) -> HTTPResponse:
    """The fixed body."""
    return HTTPResponse(BODY, content_type="application/json")


for path in ("/", "/healthz", "/start", "/stop"):
    app.add_route(answer, path, methods=["GET", "POST"], name=f"at{path.replace('/', '_')}")

if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), single_process=True, motd=False, access_log=False)
