"""`skope diff`: what changed between two captures, or between two aggregates."""

import argparse
from typing import TYPE_CHECKING, Final, NamedTuple

from skope.cli import floors, judging, reading
from skope.cli.absence import NoBase
from skope.cli.absence import conclude as conclude_without
from skope.diff.budgets import broken_budgets
from skope.diff.compare import compare
from skope.diff.naming import named
from skope.errors import UnknownReport, UsageError
from skope.schema.diff import Diff
from skope.store.names import is_path, split_earlier

if TYPE_CHECKING:
    from skope.schema.aggregate_diff import AggregateDiff

_EPILOG: Final = """\
Without --base, HEAD is compared with the report it replaced (HEAD@1);
without either, the two newest captures are compared. Two aggregates are
compared name by name; where a tag has both, the capture is meant, or --agg.
[metric.NAME] in skope.toml sets a budget (max), what matters (min_effect) and
what counts (gate)."""


class _Sides(NamedTuple):
    base: str
    head: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope diff`."""
    parser.epilog = _EPILOG
    parser.add_argument("--base", metavar="T", help="what it was: a tag, TAG@n or ./path/to.json")
    parser.add_argument("--head", metavar="U", help="what it is now")
    parser.add_argument(
        "words", nargs="*", metavar="BASE HEAD", help="the same as --base BASE --head HEAD"
    )
    parser.add_argument("--agg", action="store_true", help="compare aggregates")
    judging.configure(parser)
    judging.offer_page(parser)
    parser.add_argument(
        "--missing-base",
        choices=("fail", "pass"),
        default="fail",
        help="pass: exit 0 when there is no base yet",
    )


def run(options: argparse.Namespace) -> int:
    """Compare, print, keep the diff beside the captures; the exit code gates when asked to."""
    judging.format_of(options)
    if options.words:
        options.base, options.head = _pair(options)
    sides = _sides(options)
    compared = _aggregates if _aggregates_meant(options, sides) else _captures
    try:
        diff = compared(options, sides)
    except NoBase as absent:
        return conclude_without(options, absent)
    return judging.conclude(options, diff)


def _aggregates_meant(options: argparse.Namespace, sides: _Sides) -> bool:
    if options.agg:
        return True
    if reading.are_captures(options, *sides):
        return False  # whatever aggregates there are
    from skope.cli.aggregates import both_meant

    return both_meant(options, *sides)


def _captures(options: argparse.Namespace, sides: _Sides) -> Diff:
    policy = judging.policy(options)
    head = reading.read(options, sides.head)
    try:
        base = reading.read(options, sides.base)
    except UnknownReport as error:
        if options.missing_base != "pass":
            raise
        raise NoBase(error, sides.head, broken_budgets(head, policy)) from None
    policy = floors.with_floors(options, policy, base, head)
    diff = named(compare(base, head, policy), base=sides.base, head=sides.head, is_path=is_path)
    if options.html is not None:
        judging.keep_page(options, diff, base, head)
    return diff


def _aggregates(options: argparse.Namespace, sides: _Sides) -> "AggregateDiff":
    from skope.cli import aggregates
    from skope.diff.aggregates import compare_aggregates

    if options.base is None and not options.agg:
        message = f"{sides.head} is an aggregate, which has no earlier one to compare it with"
        raise UsageError(message, hint=f"skope diff --base T --head {sides.head}")
    head = aggregates.collected(options, sides.head)
    try:
        base = aggregates.collected(options, sides.base)
    except UnknownReport as error:
        if options.missing_base != "pass":
            raise
        raise NoBase(error, sides.head) from None
    diff = compare_aggregates(base, head, judging.policy(options))
    if options.html is not None:
        from skope.cli.page import write_aggregate_page

        write_aggregate_page(diff, options.html)
    return diff


def _pair(options: argparse.Namespace) -> _Sides:
    words = options.words
    if options.base is not None or options.head is not None:
        message = f"{words[0]!r} is one report more than --base and --head name"
        raise UsageError(
            message, hint="skope diff BASE HEAD, or skope diff --base BASE --head HEAD"
        )
    if len(words) != 2:
        message = "two reports are compared, BASE and HEAD"
        alone = f"skope diff --head {words[0]} compares it with the one it replaced"
        raise UsageError(message, hint=alone if len(words) == 1 else "skope diff BASE HEAD")
    return _Sides(*words)


def _sides(options: argparse.Namespace) -> _Sides:
    base, head = options.base, options.head
    if base is not None and head is None:
        message = "--base also takes --head"
        raise UsageError(message, hint=f"skope diff --base {base} --head U")
    if head is None and options.agg:
        from skope.cli import aggregates

        latest = aggregates.open_aggregates(options).newest(2)
        return _Sides(latest[1].address, latest[0].address)
    if head is None:
        newest = reading.newest(options, 2)
        return _Sides(newest[1], newest[0])
    if base is None:
        if options.agg or is_path(head) or split_earlier(head):
            message = f"{head} has no report before it that --base could default to"
            raise UsageError(message, hint=f"skope diff --base T --head {head}")
        base = f"{head}@1"
    return _Sides(base, head)
