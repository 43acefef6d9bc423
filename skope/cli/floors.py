"""Noise floors between the calibrations at rest and a comparison."""

import argparse
from typing import TYPE_CHECKING

from skope.cli import reading
from skope.cli.messages import say, warn
from skope.errors import ReportError, SkopeError, UnknownReport
from skope.schema.policy import Policy
from skope.schema.report import Report

if TYPE_CHECKING:
    from skope.schema.calibration import Calibration


def with_floors(options: argparse.Namespace, policy: Policy, base: Report, head: Report) -> Policy:
    """`policy` with the noise floors that are known of what these two measured, and where."""
    known = _calibrations(options)
    if not known:
        return policy
    from skope.diff import calibrate

    return calibrate.with_floors(policy, base, head, known)


def keep_floor(
    options: argparse.Namespace, base: Report, head: Report, title: str
) -> "Calibration | None":
    """Keeps what two identical sides differ by; None if that is too little to keep."""
    from skope.diff.calibrate import calibration_of
    from skope.store.calibrations import keep_calibration

    calibration = calibration_of(base, head, title)
    if calibration is None:
        return None
    try:
        shown = keep_calibration(reading.open_reports(options).directory, calibration)
    except SkopeError as error:
        warn(error)
        return calibration
    say(f"base and head are the same: what they differ by is kept as noise in {shown}")
    return calibration


def _calibrations(options: argparse.Namespace) -> "list[Calibration]":
    """Those at rest; one that cannot be read is said, and changes no verdict."""
    from skope.store.calibrations import read_calibrations

    try:
        return read_calibrations(reading.open_reports(options).directory)
    except ReportError as error:
        if not isinstance(error, UnknownReport):
            warn(error)
        return []
