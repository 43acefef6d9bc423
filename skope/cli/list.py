"""`skope list`: the reports there are."""

import argparse
import time

from skope.cli.messages import json_text, put
from skope.cli.options import terminal_columns, wants_colour
from skope.cli.reading import open_reports
from skope.store.aggregates import Aggregates
from skope.view.aggregate_table import of_aggregates
from skope.view.listing import of_diffs, of_history, of_listing


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope list`."""
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--diffs", action="store_true", help="the stored diffs")
    kind.add_argument("--agg", action="store_true", help="the stored aggregates")
    kind.add_argument("--history", action="store_true", help="the replaced reports, as TAG@n")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """List captures, diffs, aggregates or replaced reports, newest first."""
    reports = open_reports(options)
    now, columns, colour = time.time(), terminal_columns(), wants_colour(options)
    if options.history:
        earlier = reports.history()
        text = of_history(earlier, now, columns=columns, colour=colour)
        put(json_text(earlier) if options.json else text)
        return 0
    if options.agg:
        aggregates = Aggregates(reports.directory)
        stored = aggregates.listing()
        text = of_aggregates(stored, now, unreadable=aggregates.unreadable(stored), colour=colour)
        put(json_text(stored) if options.json else text)
        return 0
    listing = reports.listing()
    if options.diffs:
        put(json_text(listing.diffs) if options.json else of_diffs(listing.diffs, now))
        return 0
    text = of_listing(listing, now, columns=columns, colour=colour)
    put(json_text(listing) if options.json else text)
    return 0
