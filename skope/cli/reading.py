"""From an argument to a report, or to an error that says what was probably meant."""

import argparse
import time

from skope.errors import ForeignReport, ReportError, UnknownReport
from skope.schema.codec import decode_report
from skope.schema.report import Report
from skope.store.addresses import Found, at_path, nearest
from skope.store.directory import open_directory
from skope.store.names import is_path, split_earlier
from skope.store.reports import Reports


def open_reports(options: argparse.Namespace, *, create: bool = False) -> Reports:
    """The reports of the directory in use, which a command opens once and closes at its end."""
    if options.directory is None:
        opened = open_directory(options.dir, given=options.dir_given, create=create)
        options.directory = options.closing.enter_context(opened)
    return Reports(options.directory)


def find(options: argparse.Namespace, address: str) -> Found:
    """The file `address` means: a path, which needs no directory of reports, or a tag.

    What looks like a path and is none may still be a tag.
    """
    if is_path(address):
        return _path(options, address)
    reports = open_reports(options)
    try:
        return reports.find(address)
    except UnknownReport as error:
        raise UnknownReport(error.message, hint=_advice(reports, address)) from None


def read(options: argparse.Namespace, address: str) -> Report:
    """The capture report `address` means."""
    found = find(options, address)
    if found.identity.is_diff:
        message = f"{found.where} is a diff, not a capture"
        raise ForeignReport(message, hint=f"`skope show {address}` prints it")
    return decode_report(found.data, where=found.where)


def newest(options: argparse.Namespace, count: int) -> list[str]:
    """What the newest captures are called, the newest first."""
    reports = open_reports(options)
    try:
        return [entry.address for entry in reports.newest(count)]
    except UnknownReport as error:
        hint = error.hint
        if reports.listing().aggregates:
            hint = f"{hint}\n--agg takes the newest of the aggregates"
        raise UnknownReport(error.message, hint=hint) from None


def are_captures(options: argparse.Namespace, *addresses: str) -> bool:
    """Whether each is the name of a report; a path may be anything."""
    try:
        reports = open_reports(options)
    except ReportError:
        return False
    return all(not is_path(address) and has_report(reports, address) for address in addresses)


def has_report(reports: Reports, address: str) -> bool:
    """Whether `address` names a capture, a diff, or what is neither and no aggregate."""
    try:
        kind = reports.find(address).identity.kind
    except ReportError:
        return False
    return kind != "aggregate"


def _path(options: argparse.Namespace, path: str) -> Found:
    """The file at `path`; where there is none, the capture that is called so."""
    try:
        return at_path(path)
    except UnknownReport as error:
        nowhere = error
    try:
        reports = open_reports(options)
    except UnknownReport:
        raise nowhere from None
    try:
        return reports.find(path)
    except UnknownReport:
        hint = _tag_for(reports, path) or nowhere.hint
        raise UnknownReport(nowhere.message, hint=hint) from None


def _tag_for(reports: Reports, path: str) -> str | None:
    """What to write instead of a path that is nowhere, where a capture is called nearly so."""
    plain = path.removesuffix(".json")
    known = any(entry.address == plain for entry in reports.listing().captures)
    return f"a tag is written without .json: {plain}" if known else None


def _advice(reports: Reports, address: str) -> str:
    from skope.view.listing import in_short

    listing = reports.listing()
    known = {entry.address: entry for entry in [*listing.captures, *listing.failed]}
    others = [file.removesuffix(".json").removesuffix(".agg") for file in listing.aggregates]
    if (close := nearest(address, others)) and not nearest(address, [*known]):
        return f"nearest: {close}, an aggregate\n`skope list --agg` shows them"
    if not known:
        beside = "\n`skope list --agg` shows the aggregates" if others else ""
        return f"there is none yet: skope runner --script S --tag T makes one{beside}"
    lines = []
    asked = split_earlier(address)
    if f"{address}.failed" in known:
        lines.append(f"no run of it ended well: `skope show {address}.failed` prints what is known")
    elif asked and asked[0] in known:
        kept = len(reports.history(asked[0]))
        lines.append(f"{asked[0]} has {kept or 'no'} earlier report{'s' * (kept != 1)}")
    elif close := nearest(address, [*known]):
        lines.append(f"nearest: {in_short(known[close], time.time())}")
    shows = f"all {len(known)}" if len(known) > 1 else "the one there is"
    lines.append(f"`skope list` shows {shows}; a file is written ./path/to.json")
    return "\n".join(lines)
