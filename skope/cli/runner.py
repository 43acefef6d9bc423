"""`skope runner`: launch a script or a command, and keep what its runs showed."""

import argparse
from time import time_ns
from typing import TYPE_CHECKING, Final

from skope.cli import launching
from skope.cli.counts import between
from skope.cli.exits import exit_code_of
from skope.cli.messages import complain, put, say
from skope.cli.place import configure_access, configure_watch, place_of
from skope.errors import EnvironmentFault, UsageError
from skope.units import NS_PER_S

if TYPE_CHECKING:
    from skope.schema.report import Report
    from skope.store.directory import Directory
    from skope.supervisor.command import Command
    from skope.supervisor.run import Job

_MOST_NAMED: Final = 8
"""Of the captures that a script named."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope runner`."""
    add = parser.add_argument
    add("--script", metavar="S", help="run by bash, or by itself when executable")
    add("--tag", metavar="T", required=True, help="what the capture is called")
    add(
        "--runs", type=between(1, launching.MOST_RUNS), default=1, metavar="N", help="how often (1)"
    )
    launching.configure(parser)
    add("--append", action="store_true", help="add the runs to the report there is")
    add("--json", action="store_true", help="print the report; the script's output goes to a log")
    add(
        "words",
        nargs="*",
        metavar="-- CMD ARG",
        help="a command, or a line of shell in quotes, instead of --script",
    )
    configure_watch(parser)
    configure_access(parser)
    parser.epilog = """\
The script may call $SKOPE_URL/start and $SKOPE_URL/stop around what matters;
each such pair is one run. If it never does, all of it is measured.

example
  skope runner --script bench.sh --tag test1 --runs 10"""


def run(options: argparse.Namespace) -> int:
    """Record the runs and print what they showed."""
    from skope.supervisor.platform import require_linux

    require_linux("runner")
    from skope.supervisor.run import record, verdict

    job = job_of(options)
    begun_ns = time_ns()
    result = record(job)
    unseen = 0
    if result.file is not None:
        try:
            _show(options, result.file, result.notes, begun_ns)
        except (EnvironmentFault, BrokenPipeError) as error:
            unseen = _unseen(error)
    verdict(job, result)
    return result.exit_code or unseen


def job_of(options: argparse.Namespace) -> "Job":
    """What the options ask for.

    Raises
    ------
    UsageError, EnvironmentFault
        If it cannot be done as it stands, before anything is started.
    """
    from skope.schema.names import check_name
    from skope.supervisor.run import Job

    return Job(
        command=_command(options),
        tag=check_name(options.tag, what="a tag"),
        place=place_of(options),
        runs=options.runs,
        append=options.append,
        quiet=options.json,
        **launching.terms_of(options),
    )


def _command(options: argparse.Namespace) -> "Command":
    from skope.supervisor.command import of_script, of_words

    if (options.script is None) == (not options.words):
        message = "one thing to run is needed: --script S, or a command after --"
        raise UsageError(message, hint="`skope help runner` has an example")
    if len(options.words) == 1 and launching.is_line(options.words[0]):
        return launching.command_of(options.words[0])
    if options.script is not None:
        launches = options.runs + options.warmup
        return of_script(
            options.script, launches=launches, otherwise="-- CMD ARG... runs a command"
        )
    return of_words(options.words, otherwise="--script S takes a shell script")


def _unseen(error: EnvironmentFault | BrokenPipeError) -> int:
    """What it showed is in the report all the same: how the script ended comes first."""
    if isinstance(error, EnvironmentFault):
        complain(error)
    return exit_code_of(error)


def _show(options: argparse.Namespace, file: str, notes: list[str], begun_ns: int) -> None:
    from skope.cli.options import wants_colour
    from skope.schema.codec import decode_report
    from skope.schema.report import NEVER_SIGNALLED
    from skope.store.directory import open_directory
    from skope.view.summary import of_report

    with open_directory(options.dir, given=options.dir_given) as directory:
        shown = directory.shown_name(file)
        data = directory.read(file)
        if options.json:
            put(data.decode(), end="")
            return
        report = decode_report(data, where=shown)
        previous, address = (None, None) if options.append else _replaced(directory, report, file)
        others = _others(directory, report, begun_ns)
    text = of_report(
        report,
        previous=previous,
        previous_address=address,
        saved=shown,
        following=_following(report, address, warmed_up=options.warmup > 0),
        colour=wants_colour(options),
    )
    put(f"\n{text}")
    if others:
        say(f"skope: saved too, as the script named them: {others}")
    if others or not report.good_runs():
        notes = [note for note in notes if note != NEVER_SIGNALLED]
    # Only of a script can one expect that it signals.
    if options.script is not None or report.window != "script":
        for note in notes:
            say(f"skope: {note}")


def _others(directory: "Directory", report: "Report", begun_ns: int) -> str:
    """The captures that the script made beside its tag's, in words."""
    from skope.store.siblings import names_of_session
    from skope.view.width import clean

    found = names_of_session(directory, report.session or "", begun_ns - NS_PER_S)
    names = [clean(name) for name in found if name != report.name]
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more: `skope list`" if more > 0 else "")


def _replaced(
    directory: "Directory", report: "Report", file: str
) -> tuple["Report | None", str | None]:
    """The report that had the file before, and its address; nothing if it cannot be read."""
    from skope.errors import ReportError
    from skope.store.reports import Reports

    if file.endswith(".failed.json"):
        return None, None
    reports = Reports(directory)
    kept = reports.history(report.name)
    try:
        return (reports.read(kept[0].address), kept[0].address) if kept else (None, None)
    except ReportError:
        return None, None


def _following(report: "Report", previous: str | None, *, warmed_up: bool) -> list[str]:
    """What makes sense now."""
    from skope.stats.first import first_apart

    good = len(report.good_runs())
    if good == 0:
        return []
    if good == 1:
        return ["--runs 10 lets `skope diff` judge"]
    times = [float(run.values["exec_time"] or 0.0) for run in report.good_runs()]
    cold = None if warmed_up or report.first_run > 1 else first_apart(times)
    said = [] if cold is None else [f"--warmup 1 leaves out a first run {cold:.1f} times as long"]
    return [*said, f"`skope diff --head {report.name}` compares"] if previous else said
