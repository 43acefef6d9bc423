"""The noise floors' raw material: what identical code differed by, kept in ``calibration.json``."""

from typing import Final

from msgspec import Struct

from skope.schema.host import Host
from skope.schema.report import Window
from skope.units import UnixSeconds

CALIBRATION_SCHEMA: Final = "skope.calibration/1"


class Calibration(Struct, frozen=True, kw_only=True):
    """One workload measured against itself on one machine."""

    workload: str
    title: str
    """What was launched, as a person wrote it."""
    window: Window
    subject: str
    timestamp: UnixSeconds
    host: Host
    log_ratios: dict[str, list[float]]
    """By metric: log(second side / first side) of every pair, in their order."""


class Calibrations(Struct, frozen=True, kw_only=True):
    """All of a report directory, the newest last."""

    schema: str = CALIBRATION_SCHEMA
    calibrations: list[Calibration] = []
