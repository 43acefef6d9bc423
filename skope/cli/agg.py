"""`skope agg`: listen for records of executions until told to stop."""

import argparse
from typing import Final

from skope.cli.counts import between
from skope.cli.place import configure_access, place_of

MOST_WORKERS: Final = 64
MOST_KEPT: Final = 10**12
MOST_NAMES: Final = 1_000_000
"""A report of so many has hundreds of megabytes."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope agg`."""
    add = parser.add_argument
    add("--tag", metavar="T", help="name the session, or continue the one of that name")
    add(
        "--workers",
        type=between(1, MOST_WORKERS),
        default=1,
        metavar="N",
        help="processes that serve (1)",
    )
    add(
        "--durability",
        choices=("process", "sync"),
        default="process",
        help="what an answered record survives: every process's death, or the machine's too",
    )
    add(
        "--keep",
        type=between(0, MOST_KEPT),
        default=1_000_000,
        metavar="N",
        help="raw executions kept on disk (1,000,000); the aggregate keeps all",
    )
    add(
        "--max-names",
        type=between(1, MOST_NAMES),
        default=16_384,
        metavar="N",
        help="distinct names there may be (16,384)",
    )
    add("--no-ui", action="store_true", help="in a terminal too, a line now and then, no screen")
    configure_access(parser)
    parser.epilog = """\
A record is {"name": "chat", "exec_time": 0.1}; an array holds many, as do lines
sent with -H 'Content-Type: application/x-ndjson'.
With --durability sync an answer waits for the disk. A 507 counts nothing,
unless the disk fails in that wait: then it says that the records count, and are
lost only if the machine fails; sent again they would count twice.

example
  skope agg --tag monday &
  curl -d '{"name":"chat","exec_time":0.1}' localhost:9001/
  curl localhost:9001/report_agg.json"""


def run(options: argparse.Namespace) -> int:
    """Collect; returns when a signal ended it."""
    from skope.supervisor.platform import require_linux

    require_linux("agg")
    from skope.schema.names import check_name
    from skope.supervisor.intake import Intake, take
    from skope.supervisor.screen import has_terminal

    return take(
        Intake(
            place=place_of(options),
            tag=None if options.tag is None else check_name(options.tag),
            workers=options.workers,
            durability=options.durability,
            keep=options.keep,
            max_names=options.max_names,
            screen=not options.no_ui and has_terminal(),
        )
    )
