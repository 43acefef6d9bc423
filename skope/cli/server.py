"""`skope server`: listen for /start and /stop until told to stop."""

import argparse

from skope.cli.place import configure_access, configure_watch, place_of


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope server`."""
    parser.add_argument(
        "--append",
        action="store_true",
        help="add to the reports there are instead of starting them afresh",
    )
    configure_watch(parser)
    configure_access(parser)
    parser.epilog = """\
example
  skope server &
  curl 'localhost:9001/start?name=load'; ...; curl localhost:9001/stop"""


def run(options: argparse.Namespace) -> int:
    """Serve; returns when a signal ended it."""
    from skope.supervisor.platform import require_linux

    require_linux("server")
    from skope.supervisor.service import serve

    return serve(place_of(options), append=options.append)
