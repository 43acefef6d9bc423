"""`skope help`: what there is, or one command in full."""

import argparse
from typing import Final

from skope._version import VERSION
from skope.cli.commands import BY_NAME, COMMANDS
from skope.cli.messages import put
from skope.errors import UsageError

_EXAMPLES: Final = """\
Examples
  skope runner --script bench.sh --tag test1   capture a script
  skope runner --tag test1 -- make build       or a command
  skope diff --base test1 --head test2         what changed?
  skope ab old.sh new.sh                       measure both by turns
  skope server                                 curl localhost:9001/start?name=a
  skope list"""
_OPTIONS: Final = """\
Options, before or after the command
  -H, --host HOST   SKOPE_HOST   address to listen on, default localhost
  -p, --port PORT   SKOPE_PORT   its port, default 9001; 0 for a free one
      --dir DIR     SKOPE_DIR    where the reports are, default .skope
      --color WHEN               auto, always or never
  -h, --help   -V, --version"""


def overview() -> str:
    """All commands with a line each, options and examples."""
    lines = [f"skope {VERSION} benchmarks applications and says what changed", ""]
    lines.append("skope [OPTIONS] COMMAND …")
    group = ""
    for command in COMMANDS:
        title = command.group if command.group != group else ""
        group = command.group
        lines.append(f"{title:<9} {command.name:<7} {command.summary}")
    return "\n".join([*lines, "", _OPTIONS, "", _EXAMPLES])


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope help`."""
    parser.add_argument("topic", nargs="?", metavar="COMMAND", help="the command to explain")


def run(options: argparse.Namespace) -> int:
    """Print help on a command, or the overview."""
    if options.topic is None:
        put(overview())
        return 0
    command = BY_NAME.get(options.topic)
    if command is None:
        from skope.store.addresses import nearest

        close = nearest(options.topic, [*BY_NAME])
        message = f"no command {options.topic!r}"
        hint = f"nearest: {close}" if close else "`skope help` lists the commands"
        raise UsageError(message, hint=hint)
    from importlib import import_module

    from skope.cli.options import parser_of

    put(parser_of(command, import_module(command.module)).format_help(), end="")
    return 0
