"""Comparisons judged as `skope diff` judges them where this Skope was started."""

import logging
from typing import TYPE_CHECKING, Final

from skope.errors import ForeignReport
from skope.schema.policy import Policy
from skope.store.calibrations import read_calibrations

if TYPE_CHECKING:
    from skope.diff.aggregates import Collected
    from skope.schema.aggregate_diff import AggregateDiff
    from skope.schema.calibration import Calibration
    from skope.schema.diff import Diff
    from skope.schema.report import Report
    from skope.store.directory import Directory

_log: Final = logging.getLogger("skope.front")


class Judge:
    """Knows the limits of the configuration, and what noise was measured here.

    What compares is imported when first asked: a tenth of the start-up time.
    """

    def __init__(self, directory: "Directory", policy: Policy) -> None:
        self._directory: Final = directory
        self._policy: Final = policy

    def captures(self, base: "Report", head: "Report") -> "Diff":
        """What changed between two captures."""
        from skope.diff.calibrate import with_floors  # noqa: PLC0415
        from skope.diff.compare import compare  # noqa: PLC0415

        return compare(base, head, with_floors(self._policy, base, head, self._calibrations()))

    def aggregates(self, base: "Collected", head: "Collected") -> "AggregateDiff":
        """What changed between two aggregates."""
        from skope.diff.aggregates import compare_aggregates  # noqa: PLC0415

        return compare_aggregates(base, head, self._policy)

    def _calibrations(self) -> "list[Calibration]":
        """Those at rest; a file that cannot be read is logged, and changes no verdict."""
        try:
            return read_calibrations(self._directory)
        except ForeignReport as error:
            _log.warning("%s", error.message)
            return []
