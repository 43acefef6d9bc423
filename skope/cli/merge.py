"""`skope merge`: several aggregates as one, exactly."""

import argparse
from typing import Final

from skope.cli import aggregates
from skope.cli.messages import say
from skope.errors import ForeignReport, UsageError
from skope.schema.aggregate import Aggregate
from skope.store.aggregates import AggregateFile, write_aggregate_at
from skope.store.names import is_path

_EPILOG: Final = """\
The result is what one aggregate of all the records would be, bit for bit, in
any order and grouping: of workers, of hosts, of days."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope merge`."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "aggregates", nargs="+", metavar="AGGREGATE", help="a tag or ./path/to.json"
    )
    parser.add_argument(
        "-o", "--output", metavar="C", required=True, help="a tag, or the path of a file to write"
    )
    parser.add_argument("--force", action="store_true", help="replace C if it is there")


def run(options: argparse.Namespace) -> int:
    """Read all, add up, write one."""
    from skope.agg.merge import merge
    from skope.agg.report import encode_aggregate
    from skope.schema.names import check_name
    from skope.view import numbers

    _refuse_twice(options.aggregates)
    if not is_path(options.output):
        check_name(options.output, what="a tag")
    _refuse_replacing(options)
    merged = merge([_exact(aggregates.find(options, one)) for one in options.aggregates])
    where = _write(options, encode_aggregate(merged))
    executions = sum(tally.n for tally in merged.values())
    counted = numbers.plural(executions, "execution")
    say(f"wrote {where}: {counted} of {numbers.plural(len(merged), 'name')}")
    return 0


def _exact(file: AggregateFile) -> Aggregate:
    from skope.schema.totals import decode_exact, is_bare

    if is_bare(file.data):
        message = f"{file.where} holds rounded sums and no histogram: nothing exact to merge"
        raise ForeignReport(message, hint="what `skope agg` writes can be merged")
    return decode_exact(file.data, where=file.where)


def _refuse_twice(names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = f"{twice} is given twice, and would count twice"
        raise UsageError(message)


def _refuse_replacing(options: argparse.Namespace) -> None:
    """What was merged away cannot be had back."""
    output = options.output
    if not options.force and aggregates.is_taken(options, output):
        message = f"{output} is there already"
        raise UsageError(message, hint="--force replaces it")


def _write(options: argparse.Namespace, data: bytes) -> str:
    if is_path(options.output):
        write_aggregate_at(options.output, data)
        return str(options.output)
    opened = aggregates.open_aggregates(options, create=True)
    return opened.directory.shown_name(opened.write(options.output, data))
