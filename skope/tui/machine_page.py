"""The page of the machine: its processors, its memory, and the captures that are open."""

from collections.abc import Sequence
from math import inf
from typing import Final

from skope.schema.live import OpenCapture, Point
from skope.tui import braille
from skope.tui.braille import Curve, Scale
from skope.tui.ink import Ink, Line, framed, plain, spread
from skope.tui.watching import Watching
from skope.view.numbers import moment, percent, plural, quantity

_STEPS_S: Final = (0.25, 1.0)
"""Between two points; the longer one in `agg`."""
_MOST_CAPTURES: Final = 8
_ROOM: Final = 1.25
"""Above the most memory that was used: all of the machine's would leave a flat line."""


def of_machine(watching: Watching, columns: int, rows: int) -> list[Line]:
    """Two charts above each other, over the open captures."""
    if watching.last is None or watching.last.machine is None:
        return framed([[Ink("  nothing is sampled here", "quiet")]], columns, rows)
    below = _captures(watching.captures, columns) if watching.mode != "agg" else []
    high = rows - len(below)
    upper = (high + 1) // 2
    values = _on_a_grid(watching.points, 2 * columns, _STEPS_S[watching.mode == "agg"])
    lines = [
        *_processors(watching, values, columns, upper),
        *_memory(watching, values, columns, high - upper),
    ]
    return framed([*lines, *below], columns, rows)


def _processors(
    watching: Watching, points: Sequence[Point | None], columns: int, rows: int
) -> list[Line]:
    assert watching.last is not None and watching.last.machine is not None  # noqa: PT018, S101
    mean = [point[1] if point else None for point in points]
    highest = [point[2] if point else None for point in points]
    title = f"cpu of {plural(watching.last.machine.processors, 'processor')}"
    said = f"mean {percent(_newest(mean))}   highest (dotted) {percent(_newest(highest))}"
    curves = [Curve(mean, "first"), Curve(highest, "quiet", "dotted")]
    return braille.draw(title, said, curves, Scale(0, 100, "0 %", "100 %"), columns, rows)


def _memory(
    watching: Watching, points: Sequence[Point | None], columns: int, rows: int
) -> list[Line]:
    assert watching.last is not None and watching.last.machine is not None  # noqa: PT018, S101
    used = [point[3] if point else None for point in points]
    total = watching.last.machine.memory_total
    top = min(
        total or inf, _ROOM * max([value for value in used if value is not None], default=1.0)
    )
    said = f"used {quantity(_newest(used), 'MiB')} of {quantity(total, 'MiB')}"
    scale = Scale(0, top, "0", quantity(top, "MiB"))
    return braille.draw("memory", said, [Curve(used, "second")], scale, columns, rows)


def _newest(values: Sequence[float | None]) -> float | None:
    return values[-1] if values else None


def _on_a_grid(points: Sequence[Point], most: int, step_s: float) -> list[Point | None]:
    """Each point where its time says, the newest last; what was not heard is a gap."""
    if not points:
        return []
    newest = points[-1][0]
    found: dict[int, Point] = {}
    for point in points:
        back = round((newest - point[0]) / step_s)
        if 0 <= back < most:
            found[back] = point
    return [found.get(back) for back in range(max(found), -1, -1)]


def _captures(captures: Sequence[OpenCapture], columns: int) -> list[Line]:
    heading = f"{plural(len(captures), 'open capture')}" if captures else "no open capture"
    lines: list[Line] = [[Ink(heading, "strong")]]
    for capture in captures[:_MOST_CAPTURES]:
        module = f" ({plain(capture.module)})" if capture.module else ""
        since = f"since {moment(capture.started)}"
        lines.append(spread([Ink(f"  {plain(capture.name)}{module}")], [Ink(since)], columns))
    if len(captures) > _MOST_CAPTURES:
        lines.append([Ink(f"  +{len(captures) - _MOST_CAPTURES} more", "quiet")])
    return lines
