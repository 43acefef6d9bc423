"""``calibration.json``: what identical code differed by here."""

from typing import Final

import msgspec

from skope.errors import ForeignReport
from skope.schema.calibration import CALIBRATION_SCHEMA, Calibration, Calibrations
from skope.store.directory import Directory

FILE: Final = "calibration.json"
MOST_KEPT: Final = 100


def read_calibrations(directory: Directory) -> list[Calibration]:
    """All there are, the newest last.

    Raises
    ------
    ForeignReport
        If the file is something else or damaged.
    """
    try:
        data = directory.read(FILE)
    except FileNotFoundError:
        return []
    shown = directory.shown_name(FILE)
    try:
        kept = msgspec.json.decode(data, type=Calibrations)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{shown} holds no calibrations: {error}"
        raise ForeignReport(message, hint="remove it; skope calibrate S makes it anew") from error
    if kept.schema != CALIBRATION_SCHEMA:
        message = f"{shown} says it is {kept.schema!r}, not {CALIBRATION_SCHEMA!r}"
        raise ForeignReport(message, hint="a newer Skope may have written it")
    return kept.calibrations


def keep_calibration(directory: Directory, calibration: Calibration) -> str:
    """Adds one, in place of an earlier one of the same; the file, as it is shown.

    Raises
    ------
    ForeignReport
        If what is there is no such file.
    StorageFault
        If it cannot be written.
    """
    others = [kept for kept in read_calibrations(directory) if _of(kept) != _of(calibration)]
    every = Calibrations(calibrations=[*others, calibration][-MOST_KEPT:])
    directory.replace(FILE, msgspec.json.format(msgspec.json.encode(every)) + b"\n")
    return directory.shown_name(FILE)


def _of(calibration: Calibration) -> tuple[str, str, str, str]:
    host = calibration.host.hostname_hash
    return calibration.workload, calibration.window, calibration.subject, host
