"""`skope show --format`: a stored file as something that other tools read."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any, Final

from skope.cli.messages import json_text
from skope.errors import UnknownReport, UsageError
from skope.schema.codec import decode_aggregate_diff, decode_diff, decode_report
from skope.schema.report import Report
from skope.store.addresses import Found
from skope.store.aggregates import AggregateFile

_OWN: Final = ("table", "json")
_OF_RUNS: Final = ("hyperfine", "pyperf", "github-action-benchmark")
FORMATS: Final = (*_OWN, "csv", "markdown", *_OF_RUNS)

_Renderers = Mapping[str, Callable[[Any], str]]


def wanted(options: argparse.Namespace) -> str | None:
    """The format of another tool that is asked for; None for Skope's own two."""
    return None if options.format in (None, *_OWN) else str(options.format)


def of_found(found: Found, wanted: str) -> str:
    """A capture or a diff; the text has its last line ended.

    Raises
    ------
    UsageError
        If that kind of file has no such form.
    """
    where = found.where
    if found.identity.kind == "aggregate-diff":
        return _made(
            decode_aggregate_diff(found.data, where=where), wanted, _aggregate_diff(), where
        )
    if found.identity.kind == "diff":
        return _made(decode_diff(found.data, where=where), wanted, _diff(), where)
    report = decode_report(found.data, where=where)
    if wanted in _OF_RUNS and not _has_times(report):
        message = f"{where} has no good run to export"
        raise UnknownReport(message, hint="--format csv has the failed ones too")
    return _made(report, wanted, _capture(), where)


def of_aggregate(file: AggregateFile, wanted: str) -> str:
    """An aggregate, likewise."""
    from skope.schema.totals import decode_totals

    return _made(decode_totals(file.data, where=file.where), wanted, _aggregate(), file.where)


def _has_times(report: Report) -> bool:
    from skope.view.exchange import times

    return any(time > 0 for time in times(report))


def _made(what: object, wanted: str, renderers: _Renderers, where: str) -> str:
    render = renderers.get(wanted)
    if render is None:
        message = f"{where} cannot be shown as {wanted}"
        raise UsageError(message, hint=f"what it can be: {', '.join([*_OWN, *renderers])}")
    return render(what)


def _capture() -> _Renderers:
    from skope.view import capture_markdown, delimited, exchange

    def as_json(shape: Callable[[Report], object]) -> Callable[[Report], str]:
        return lambda report: f"{json_text(shape(report))}\n"

    return {
        "csv": delimited.of_report,
        "markdown": capture_markdown.of_report,
        "hyperfine": as_json(exchange.hyperfine),
        "pyperf": as_json(exchange.pyperf),
        "github-action-benchmark": as_json(exchange.smaller_is_better),
    }


def _diff() -> _Renderers:
    from skope.view import delimited, markdown

    return {"csv": delimited.of_diff, "markdown": markdown.of_diff}


def _aggregate_diff() -> _Renderers:
    from skope.view import aggregate_markdown, delimited

    return {
        "csv": delimited.of_aggregate_diff,
        "markdown": aggregate_markdown.of_aggregate_diff,
    }


def _aggregate() -> _Renderers:
    from skope.view import delimited, exchange

    return {
        "csv": delimited.of_totals,
        "github-action-benchmark": lambda totals: f"{json_text(exchange.means(totals))}\n",
    }
