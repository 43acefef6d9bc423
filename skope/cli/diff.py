"""`skope diff`: what changed between two captures, or between two aggregates."""

import argparse
from typing import Final, NamedTuple

import msgspec

from skope.cli import aggregates, exits, reading
from skope.cli.messages import json_text, put, say, warn
from skope.cli.options import wants_colour
from skope.diff.compare import compare
from skope.diff.policy import Policy
from skope.errors import StorageFault, UnknownReport, UnsafeDirectory, UsageError
from skope.schema.aggregate_diff import AggregateDiff
from skope.schema.codec import encode_diff
from skope.schema.diff import Diff
from skope.store.names import is_path, report_name, split_earlier
from skope.view.text import of_diff

_EPILOG: Final = """\
Without --base, HEAD is compared with the report it replaced (HEAD@1);
without either, the two newest captures are compared. Two aggregates are
compared name by name; where a tag has both, the capture is meant, or --agg."""


class _Sides(NamedTuple):
    base: str
    head: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope diff`."""
    parser.epilog = _EPILOG
    parser.add_argument("--base", metavar="T", help="what it was: a tag, TAG@n or ./path/to.json")
    parser.add_argument("--head", metavar="U", help="what it is now")
    parser.add_argument("--agg", action="store_true", help="compare aggregates")
    parser.add_argument("--all", action="store_true", help="show the metrics that are not gated")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show p, A12, outliers and why each verdict"
    )
    parser.add_argument("--json", action="store_true", help="print the diff as JSON")
    parser.add_argument(
        "--html", metavar="FILE", help="write the diff as one page that needs nothing else"
    )
    parser.add_argument(
        "--across", action="store_true", help="compare captures of different machines or subjects"
    )
    parser.add_argument(
        "--fail-on",
        choices=("regression", "inconclusive"),
        help="exit 1 at a regression; with inconclusive also 3 when nothing can be told",
    )
    parser.add_argument(
        "--missing-base",
        choices=("fail", "pass"),
        default="fail",
        help="pass: exit 0 when there is no base yet",
    )


def run(options: argparse.Namespace) -> int:
    """Compare, print, keep the diff beside the captures; the exit code gates when asked to."""
    sides = _sides(options)
    compared = _aggregates if aggregates.both_meant(options, *sides) else _captures
    try:
        diff = compared(options, sides)
    except _NoBase as absent:
        return _no_base(sides, absent.error, as_json=options.json)
    if options.json:
        put(encode_diff(diff).decode(), end="")
    else:
        put(_rendered(diff, options))
    _keep(options, diff)
    return gate(diff, options.fail_on)


class _NoBase(Exception):
    """There is no base, and that is all right."""

    def __init__(self, error: UnknownReport) -> None:
        super().__init__(error.message)
        self.error = error


def _captures(options: argparse.Namespace, sides: _Sides) -> Diff:
    head = reading.read(options, sides.head)
    try:
        base = reading.read(options, sides.base)
    except UnknownReport as error:
        raise _excused(options, error) from None
    diff = _named(compare(base, head, Policy(across=options.across)), sides)
    if options.html is not None:
        from skope.cli.page import write_page

        write_page(options, diff, base, head, options.html)
    return diff


def _aggregates(options: argparse.Namespace, sides: _Sides) -> AggregateDiff:
    from skope.diff.aggregates import compare_aggregates

    if options.html is not None:
        message = "--html shows two captures, and these are aggregates"
        raise UsageError(message, hint="leave it out; `skope ui` shows aggregates")
    if options.base is None and not options.agg:
        message = f"{sides.head} is an aggregate, which has no earlier one to compare it with"
        raise UsageError(message, hint=f"skope diff --base T --head {sides.head}")
    head = aggregates.collected(options, sides.head)
    try:
        base = aggregates.collected(options, sides.base)
    except UnknownReport as error:
        raise _excused(options, error) from None
    return compare_aggregates(base, head)


def _excused(options: argparse.Namespace, error: UnknownReport) -> Exception:
    return _NoBase(error) if options.missing_base == "pass" else error


def _rendered(diff: Diff | AggregateDiff, options: argparse.Namespace) -> str:
    colour = wants_colour(options)
    if isinstance(diff, Diff):
        return of_diff(diff, every=options.all, verbose=options.verbose, colour=colour)
    from skope.view.aggregates import of_aggregate_diff

    return of_aggregate_diff(diff, every=options.all, verbose=options.verbose, colour=colour)


def gate(diff: Diff | AggregateDiff, fail_on: str | None) -> int:
    """The exit code a verdict has; 0 unless somebody asked for gating."""
    if fail_on is None:
        return exits.DONE
    judged = any(change.gated for change in diff.changes)
    if not judged or any(difference.blocking for difference in diff.environment):
        return exits.INCONCLUSIVE
    if diff.verdict == "regression":
        return exits.REGRESSION
    unclear = fail_on == "inconclusive" and diff.verdict == "inconclusive"
    return exits.INCONCLUSIVE if unclear else exits.DONE


def _sides(options: argparse.Namespace) -> _Sides:
    base, head = options.base, options.head
    if base is not None and head is None:
        message = "--base also takes --head"
        raise UsageError(message, hint=f"skope diff --base {base} --head U")
    if head is None and options.agg:
        latest = aggregates.open_aggregates(options).newest(2)
        return _Sides(latest[1].address, latest[0].address)
    if head is None:
        newest = reading.open_reports(options).newest(2)
        return _Sides(newest[1].address, newest[0].address)
    if base is None:
        if options.agg or is_path(head) or split_earlier(head):
            message = f"{head} has no report before it that --base could default to"
            raise UsageError(message, hint=f"skope diff --base T --head {head}")
        base = f"{head}@1"
    return _Sides(base, head)


def _named(diff: Diff, sides: _Sides) -> Diff:
    """`diff` with each side called as it was asked for, so that TAG@1 and TAG are told apart."""
    base = msgspec.structs.replace(diff.base, **_called(sides.base))
    head = msgspec.structs.replace(diff.head, **_called(sides.head))
    return msgspec.structs.replace(diff, name=f"{base.name}-{head.name}", base=base, head=head)


def _called(address: str) -> dict[str, str]:
    return {"path": address} if is_path(address) else {"name": address}


def _keep(options: argparse.Namespace, diff: Diff | AggregateDiff) -> None:
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


def _no_base(sides: _Sides, error: UnknownReport, *, as_json: bool) -> int:
    if as_json:
        told = {"verdict": "no base", "base": sides.base, "head": sides.head}
        put(json_text(told | {"reason": error.message}))
    else:
        put(f"NO BASE: {error.message}, so there is nothing to compare {sides.head} with")
    return exits.DONE
