"""How `skope diff` ends when there is no base and that is all right: by head's budgets alone."""

import argparse
from collections.abc import Sequence

from skope.cli import exits, judging
from skope.cli.messages import json_text, say
from skope.errors import UnknownReport


class NoBase(Exception):
    """There is no base, and that may be."""

    def __init__(self, error: UnknownReport, head: str, broken: Sequence[str] = ()) -> None:
        super().__init__(error.message)
        self.reason = f"{error.message}, so there is nothing to compare {head} with"
        self.head = head
        self.broken = broken
        """Each budget that head does not keep to, as a sentence."""


def conclude(options: argparse.Namespace, absent: NoBase) -> int:
    """Prints that there is no base; the exit code is 0 unless a budget is broken and gated."""
    judging.publish(options, _rendered(options, absent))
    gated = options.fail_on is not None and absent.broken
    return exits.REGRESSION if gated else exits.DONE


def _rendered(options: argparse.Namespace, absent: NoBase) -> str:
    said = f"NO BASE: {absent.reason}"
    if absent.broken:
        said = f"REGRESSION: {'; '.join(absent.broken)}; {absent.reason}"
    match judging.format_of(options):
        case "json":
            return f"{_json(options, absent)}\n"
        case "markdown":
            from skope.view.markdown import of_nothing

            return of_nothing(said, verdict="regression" if absent.broken else None)
        case "csv":
            from skope.view import delimited

            say(said)
            return delimited.written(delimited.CHANGE, [])
        case _:
            return f"{said}\n"


def _json(options: argparse.Namespace, absent: NoBase) -> str:
    told = {
        "verdict": "regression" if absent.broken else "no base",
        "base": options.base or f"{absent.head}@1",
        "head": absent.head,
        "reason": absent.reason,
    }
    return json_text(told | ({"over_budget": list(absent.broken)} if absent.broken else {}))
