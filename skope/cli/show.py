"""`skope show`: one report, whole."""

import argparse

from skope.cli import reading
from skope.cli.options import wants_colour
from skope.schema.codec import decode_diff, decode_report
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
    parser.add_argument("--json", action="store_true", help="print the report's own JSON")
    parser.add_argument("--all", action="store_true", help="every run and every metric")


def run(options: argparse.Namespace) -> int:
    """Print a capture report or a diff."""
    address = options.report
    if address is None:
        address = reading.open_reports(options).newest(1)[0].address
    found = reading.find(options, address)
    rendered = _rendered(found, options)
    print(found.data.decode().rstrip("\n") if options.json else rendered)
    return 0


def _rendered(found: Found, options: argparse.Namespace) -> str:
    """The report in words; decoding it whole also vouches for the JSON."""
    colour = wants_colour(options)
    if found.identity.kind == "diff":
        diff = decode_diff(found.data, where=found.where)
        return text.of_diff(diff, every=options.all, colour=colour)
    report = decode_report(found.data, where=found.where)
    short = summary.of_report(report, colour=colour)
    return f"{short}\n\n{details.of_report(report, every=options.all)}"
