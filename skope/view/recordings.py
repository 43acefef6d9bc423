"""The curves of one capture, or of two over each other, as a page draws them."""

from typing import Final, NamedTuple

from msgspec import Struct

from skope.schema.report import Report
from skope.schema.series import Curve, Series
from skope.view.numbers import scale_of
from skope.view.rows import MACHINE
from skope.view.subject import subject_words
from skope.view.width import clean

_NO_CURVES: Final = "no curves were kept of {}"
_OLD_CURVES: Final = "the curves of {} were replaced by those of another run"


class Written(Struct, frozen=True, kw_only=True):
    """How the numbers of a row are written: divided, rounded, followed by the suffix."""

    suffix: str
    divisor: float
    decimals: int


class Recording(Struct, frozen=True, kw_only=True):
    """One curve of one side."""

    t: list[float]
    """Seconds from the start of the run."""
    mean: list[float | None]
    high: list[float | None]


class Overlay(Struct, frozen=True, kw_only=True):
    """One curve on both sides."""

    name: str
    told: str
    """Of what it is, and what its unit means."""
    written: Written
    base: Recording | None
    head: Recording | None


class Side(NamedTuple):
    """Whose curves."""

    name: str
    report: Report
    series: Series | None


class Drawn(NamedTuple):
    """What there is to draw, and what not."""

    overlays: list[Overlay]
    still: list[str]
    """Curves that are nought throughout, and so not drawn."""
    missing: list[str]
    """Whose curves there are not, and why."""


def drawn(subject: str, base: Side | None, head: Side) -> Drawn:
    """The curves of `head`, over those of `base` where there is one; `subject` in words."""
    sides = [None if side is None or _missing(side) else side.series for side in (base, head)]
    names = {name for series in sides if series is not None for name in series.curves}
    overlays = [_overlay(name, subject, *sides) for name in sorted(names, key=_order)]
    return Drawn(
        overlays=[overlay for overlay in overlays if not _is_still(overlay)],
        still=[overlay.name for overlay in overlays if _is_still(overlay)],
        missing=[reason for side in (base, head) if side and (reason := _missing(side))],
    )


def _missing(side: Side) -> str | None:
    if side.series is None:
        return _NO_CURVES.format(clean(side.name))
    newest = side.report.timestamp, side.report.runs[-1].run
    if (side.series.timestamp, side.series.run) != newest:
        return _OLD_CURVES.format(clean(side.name))
    return None


def _order(name: str) -> tuple[bool, bool, str]:
    """The subject's own before the machine's; rates last."""
    return name.startswith(MACHINE), name.endswith("_rate"), name


def _is_still(overlay: Overlay) -> bool:
    sides = [side for side in (overlay.base, overlay.head) if side is not None]
    return not any(value for side in sides for value in side.high)


def _overlay(name: str, subject: str, base: Series | None, head: Series | None) -> Overlay:
    curves = [None if side is None else side.curves.get(name) for side in (base, head)]
    known = [curve for curve in curves if curve is not None]
    unit = known[0].unit
    peak = max((v for curve in known for v in curve.max if v is not None), default=0.0)
    scale = scale_of("B", peak) if unit == "B/s" else scale_of(unit, peak)
    suffix = f"{scale.suffix}/s" if unit == "B/s" else scale.suffix
    decimals = max(scale.decimals, unit == "count")  # a mean of whole numbers is none
    return Overlay(
        name=clean(name),
        told=_of_what(name, subject),
        written=Written(suffix=suffix, divisor=scale.divisor, decimals=decimals),
        base=_recording(base, curves[0]),
        head=_recording(head, curves[1]),
    )


def _of_what(name: str, subject: str) -> str:
    of = f"of {subject_words('machine') if name.startswith(MACHINE) else subject}"
    return f"{of}; 100 % is one processor" if name == "core_usage" else of


def _recording(series: Series | None, curve: Curve | None) -> Recording | None:
    if series is None or curve is None:
        return None
    return Recording(t=series.t, mean=curve.mean, high=curve.max)
