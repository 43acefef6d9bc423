"""Noise floors as text."""

from typing import Final

from skope.diff.calibrate import floor_of
from skope.schema.calibration import Calibration
from skope.schema.metrics import METRICS
from skope.view import numbers
from skope.view.width import clean, left, right

_RUNS: Final = (1, 5, 10, 30)


def of_calibration(calibration: Calibration) -> str:
    """The floor of every gated metric, for several numbers of runs a side."""
    ratios = calibration.log_ratios
    names = [name for name in ratios if name in METRICS and METRICS[name].gated] or [*ratios]
    pairs = max(len(ratios[name]) for name in names)
    columns = [f"{numbers.plural(runs, 'run')} a side" for runs in _RUNS]
    heading = "".join(right(column, 16) for column in columns)
    lines = [
        f"noise of {clean(calibration.title)} on this machine, {numbers.plural(pairs, 'pair')}",
        "",
        f"  {left('', 12)}{heading}",
    ]
    for name in names:
        floors = [floor_of(ratios[name], runs) for runs in _RUNS]
        said = "".join(right(_said(floor.relative), 16) for floor in floors)
        lines.append(f"  {left(clean(name), 12)}{said}")
    lines.append("  19 of 20 differences between identical code are smaller")
    return "\n".join(lines)


def _said(relative: float) -> str:
    return "unknown" if relative == float("inf") else f"±{100 * relative:.1f} %"
