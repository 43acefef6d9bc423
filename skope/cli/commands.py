"""The commands there are. Their modules are imported when they run, not before."""

from typing import Final, NamedTuple


class Command(NamedTuple):
    """One word of the command line."""

    name: str
    group: str
    summary: str
    module: str
    """It has ``configure(parser)`` and ``run(options) -> int``."""


COMMANDS: Final = (
    Command(
        "runner",
        "Measure",
        "run an application from a script (or a command) and capture it",
        "skope.cli.runner",
    ),
    Command(
        "server",
        "Measure",
        "listen for /start and /stop signals, one report per capture",
        "skope.cli.server",
    ),
    Command("ab", "Measure", "run base and head interleaved, then compare", "skope.cli.ab"),
    Command("diff", "Compare", "compare two captures (or two aggregates)", "skope.cli.diff"),
    Command("show", "Compare", "print one report, or export it", "skope.cli.show"),
    Command("list", "Compare", "list the reports", "skope.cli.list"),
    Command("ui", "Compare", "look at reports in a browser, or --tty", "skope.cli.ui"),
    Command(
        "agg",
        "Collect",
        "listen for execution records, store and aggregate them",
        "skope.cli.agg",
    ),
    Command("merge", "Collect", "merge aggregates exactly", "skope.cli.merge"),
    Command("calibrate", "More", "measure this machine's noise floor", "skope.cli.calibrate"),
    Command("help", "More", "explain a command", "skope.cli.help"),
)
BY_NAME: Final = {command.name: command for command in COMMANDS}
