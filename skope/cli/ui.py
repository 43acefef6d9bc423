"""`skope ui`: look at stored reports, or at a Skope that runs, in a browser or in the terminal."""

import argparse
import os
import sys
from typing import Final

from skope.cli.messages import put, say
from skope.cli.place import configure_access, place_of
from skope.errors import EnvironmentFault, Unsupported, UsageError

_ASK_S: Final = 5.0
_SAYS: Final = "skope: showing "


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope ui`."""
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="a Skope that runs: http://localhost:9001; by default the stored reports are shown",
    )
    parser.add_argument("--tty", action="store_true", help="in the terminal, not in a browser")
    configure_access(parser)
    parser.epilog = """\
server, runner and agg show themselves, live, to a browser that opens their
address; `skope ui` is for when none of them runs.

example
  skope ui --port 0"""


def run(options: argparse.Namespace) -> int:
    """Show; returns when a signal, or in the terminal a key, ended it."""
    url = None if options.url is None else _address(options.url)
    if options.tty:
        return _terminal(options, url)
    if url is None:
        return _serve(options)
    _greet(url)
    put(f"{url}/")
    say("skope: open this address in a browser")
    return 0


def _serve(options: argparse.Namespace) -> int:
    from skope.front.endings import hold_endings

    hold_endings()
    from skope.cli.reading import open_reports
    from skope.front.stored import serve_stored
    from skope.schema.wire import FrontConfig
    from skope.supervisor.access import settle_at
    from skope.supervisor.sockets import listen

    directory = open_reports(options).directory
    place = place_of(options)
    with listen(place.host, place.port, command="skope ui") as listeners:
        access = settle_at(place, wide=listeners.wide)
        config = FrontConfig(
            mode="ui",
            directory=str(directory.path),
            token=access.token,
            allow_hosts=list(access.allow_hosts),
            policy=place.policy,
        )

        def ready() -> None:
            for line in (f"{_SAYS}{directory.shown} on {listeners.spoken}", *access.told):
                say(line)

        serve_stored(config, listeners.sockets, ready)
    return 0


def _terminal(options: argparse.Namespace, url: str | None) -> int:
    """Becomes the process that draws: what it imports is nobody else's business."""
    from importlib.util import find_spec

    if find_spec("textual") is None:
        message = "the terminal interface is not installed: textual is missing"
        raise Unsupported(message, hint="`skope ui` shows the same in a browser")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        message = "--tty takes a terminal, and this is none"
        raise UsageError(message, hint="`skope list` and `skope show` print reports anywhere")
    words = ["--url", url] if url is not None else ["--dir", options.dir]
    given = ["--dir-given"] if options.dir_given else []
    if options.policy is not None:
        from msgspec.json import encode

        given += ["--policy", encode(options.policy).decode()]
    os.execv(sys.executable, [sys.executable, "-P", "-m", "skope.tui", *words, *given])  # noqa: S606


def _address(given: str) -> str:
    """``http://host:port`` of what a person wrote."""
    from urllib.parse import urlsplit

    text = given if "://" in given else f"http://{given}"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        address = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        usable, address = False, ""
    if not usable:
        message = f"{given!r} is no address of a running Skope"
        raise UsageError(message, hint="write http://localhost:9001")
    return address


def _greet(url: str) -> None:
    """Asks whether it is a Skope.

    Raises
    ------
    EnvironmentFault
        If nothing answers there, or something else does.
    """
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(f"{url}/healthz", timeout=_ASK_S) as answer:  # noqa: S310 - http or https
            usual = b'"mode":' in answer.read(1 << 12)
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        message = f"nothing answers at {url}: {getattr(reason, 'strerror', None) or reason}"
        raise EnvironmentFault(message, hint="`skope server` or `skope agg` would") from error
    if not usual:
        message = f"what answers at {url} is no Skope"
        raise EnvironmentFault(message)
