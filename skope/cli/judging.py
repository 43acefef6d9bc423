"""What every comparison is asked in the same words, and how it ends: printed, kept, an exit code.

`skope diff` compares what is stored and `skope ab` what it has just measured. Both declare these
options, compare by this policy, and conclude here.
"""

import argparse
import os
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from skope.cli import exits, reading
from skope.cli.messages import put, say, warn
from skope.cli.options import wants_colour
from skope.errors import EnvironmentFault, StorageFault, UnsafeDirectory, UsageError
from skope.schema.codec import encode_diff
from skope.schema.diff import Diff
from skope.schema.policy import Policy
from skope.store.names import report_name

if TYPE_CHECKING:
    from skope.schema.aggregate_diff import AggregateDiff
    from skope.schema.report import Report

FORMATS: Final = ("table", "json", "markdown", "csv")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of whatever ends in a verdict."""
    parser.add_argument("--all", action="store_true", help="show the metrics that are not gated")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show p, A12, outliers and why each verdict"
    )
    parser.add_argument("--format", choices=FORMATS, help="how to print it; table by default")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument(
        "--across", action="store_true", help="compare captures of different machines or subjects"
    )
    parser.add_argument(
        "--fail-on",
        choices=("regression", "inconclusive"),
        help="exit 1 at a regression; with inconclusive also 3 when nothing can be told",
    )


def policy(options: argparse.Namespace) -> Policy:
    """What the configuration and the command line want judged, and how strictly."""
    return replace(options.policy or Policy(), across=options.across)


def format_of(options: argparse.Namespace) -> str:
    """How the comparison is to be printed.

    Raises
    ------
    UsageError
        If two ways are asked for.
    """
    if not options.json:
        return options.format or FORMATS[0]
    if options.format not in (None, "json"):
        message = f"--json is --format json, and cannot be {options.format} too"
        raise UsageError(message)
    return "json"


def conclude(options: argparse.Namespace, diff: "Diff | AggregateDiff") -> int:
    """Prints the diff, keeps it beside the captures; the exit code gates when asked to."""
    publish(options, rendered(options, diff))
    keep(options, diff)
    return gate(diff, options.fail_on)


def rendered(options: argparse.Namespace, diff: "Diff | AggregateDiff") -> str:
    """The diff in the format asked for, its last line ended."""
    match format_of(options):
        case "json":
            return encode_diff(diff).decode()
        case "markdown":
            return _markdown(diff, every=options.all)
        case "csv":
            return _lines(diff)
        case _:
            return _table(options, diff)


def publish(options: argparse.Namespace, text: str) -> None:
    """Prints what was rendered; Markdown is also added to the summary of a GitHub job."""
    put(text, end="")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary or format_of(options) != "markdown":
        return
    from pathlib import Path

    try:
        with Path(summary).open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{text}\n")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        warn(EnvironmentFault(f"cannot add to the summary of the job, {summary}: {why}"))


def _table(options: argparse.Namespace, diff: "Diff | AggregateDiff") -> str:
    how = {"every": options.all, "verbose": options.verbose, "colour": wants_colour(options)}
    if isinstance(diff, Diff):
        from skope.view.text import of_diff

        return f"{of_diff(diff, **how)}\n"
    from skope.view.aggregates import of_aggregate_diff

    return f"{of_aggregate_diff(diff, **how)}\n"


def _markdown(diff: "Diff | AggregateDiff", *, every: bool) -> str:
    if isinstance(diff, Diff):
        from skope.view.markdown import of_diff

        return of_diff(diff, every=every)
    from skope.view.aggregate_markdown import of_aggregate_diff

    return of_aggregate_diff(diff, every=every)


def _lines(diff: "Diff | AggregateDiff") -> str:
    from skope.view import delimited

    return delimited.of_diff(diff) if isinstance(diff, Diff) else delimited.of_aggregate_diff(diff)


def keep(options: argparse.Namespace, diff: "Diff | AggregateDiff") -> None:
    """Write the diff. It was printed already, so one that cannot be written changes no verdict."""
    base, head = diff.base.name, diff.head.name
    try:
        reports = reading.open_reports(options, create=True)
        file = reports.write_diff(base, head, encode_diff(diff))
    except (StorageFault, UnsafeDirectory) as error:
        warn(error)
        return
    usual = report_name(diff.name)
    taken = f" ({usual} is something else's)" if file != usual else ""
    say(f"wrote {reports.directory.shown_name(file)}{taken}")


def offer_page(parser: argparse.ArgumentParser) -> None:
    """Declare ``--html`` for a command that has both reports at hand for `keep_page`."""
    parser.add_argument(
        "--html", metavar="FILE", help="also write it as one page that needs nothing else"
    )


def check_page(options: argparse.Namespace) -> None:
    """Finds out before anything is measured whether ``--html`` names what can be written.

    Raises
    ------
    StorageFault
        If it does not. A file that is there stays as it is.
    """
    if options.html is not None:
        from skope.cli.page import check_writable

        check_writable(options.html)


def keep_page(options: argparse.Namespace, diff: Diff, base: "Report", head: "Report") -> None:
    """Write the page of `diff`, which compared `base` with `head`, where ``--html`` says.

    Raises
    ------
    StorageFault
        If it cannot be written.
    """
    from skope.cli.page import write_page

    write_page(options, diff, base, head, options.html)


def gate(diff: "Diff | AggregateDiff", fail_on: str | None) -> int:
    """The exit code a verdict has; 0 unless somebody asked for gating."""
    if fail_on is None:
        return exits.DONE
    if any(difference.blocking for difference in diff.environment):
        return exits.INCONCLUSIVE
    if not any(change.gated for change in diff.changes):
        kept = any(change.budget is not None for change in diff.changes)
        return exits.DONE if kept else exits.INCONCLUSIVE  # a broken budget is gated
    if diff.verdict == "regression":
        return exits.REGRESSION
    unclear = fail_on == "inconclusive" and diff.verdict == "inconclusive"
    return exits.INCONCLUSIVE if unclear else exits.DONE
