"""`skope show`: one report or one aggregate, whole."""

import argparse

from skope.cli import aggregates, exports, judging, reading
from skope.cli.messages import put
from skope.cli.options import wants_colour
from skope.schema.codec import decode_aggregate_diff, decode_diff, decode_report
from skope.store.addresses import Found
from skope.view import details, summary, text


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope show`."""
    parser.add_argument(
        "report",
        nargs="?",
        metavar="REPORT",
        help="a tag, TAG@n for an earlier one, or ./path/to.json; the newest capture by default",
    )
    parser.add_argument("--agg", action="store_true", help="the aggregate of that name")
    parser.add_argument("--json", action="store_true", help="print the report's own JSON")
    parser.add_argument(
        "--format", choices=exports.FORMATS, help="as another tool reads it; table by default"
    )
    parser.add_argument("--all", action="store_true", help="every run, metric and quantile")


def run(options: argparse.Namespace) -> int:
    """Print a capture report, a diff or an aggregate."""
    options.json = judging.format_of(options) == "json"
    address = options.report
    if address is None and options.agg:
        address = aggregates.open_aggregates(options).newest(1)[0].address
    elif address is None:
        address = reading.newest(options, 1)[0]
    if options.agg or aggregates.standing(options, address).only_aggregate:
        return _aggregate(options, address)
    found = reading.find(options, address)
    if wanted := exports.wanted(options):
        put(exports.of_found(found, wanted), end="")
        return 0
    rendered = _rendered(found, options)
    put(found.data.decode().rstrip("\n") if options.json else rendered)
    return 0


def _aggregate(options: argparse.Namespace, address: str) -> int:
    file = aggregates.find(options, address)
    if wanted := exports.wanted(options):
        put(exports.of_aggregate(file, wanted), end="")
        return 0
    text = aggregates.rendered(file, every=options.all, colour=wants_colour(options))
    put(file.data.decode().rstrip("\n") if options.json else text)
    return 0


def _rendered(found: Found, options: argparse.Namespace) -> str:
    """The report in words; decoding it whole also vouches for the JSON."""
    colour = wants_colour(options)
    if found.identity.kind == "aggregate-diff":
        from skope.view.aggregates import of_aggregate_diff

        changed = decode_aggregate_diff(found.data, where=found.where)
        return of_aggregate_diff(changed, every=options.all, colour=colour)
    if found.identity.kind == "diff":
        diff = decode_diff(found.data, where=found.where)
        return text.of_diff(diff, every=options.all, colour=colour)
    report = decode_report(found.data, where=found.where)
    short = summary.of_report(report, colour=colour)
    return f"{short}\n\n{details.of_report(report, every=options.all)}"
