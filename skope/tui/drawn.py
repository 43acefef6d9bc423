"""The one kind of widget there is: lines a function draws to fit, in the terminal's colours."""

from collections.abc import Callable
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from skope.tui.ink import Line, Tone

Draw = Callable[[int, int], list[Line]]
"""Takes columns and rows; gives so many lines of that width."""

_STYLES: Final[dict[Tone, Style]] = {
    "plain": Style(),
    "quiet": Style(dim=True),
    "strong": Style(bold=True),
    "bad": Style(color="red"),
    "good": Style(color="green"),
    "doubt": Style(color="yellow"),
    "first": Style(color="cyan"),
    "second": Style(color="magenta"),
    "first-tip": Style(color="cyan", reverse=True),
    "second-tip": Style(color="magenta", reverse=True),
    "bad-tip": Style(color="red", reverse=True),
    "good-tip": Style(color="green", reverse=True),
    "chosen": Style(reverse=True),
}


class Drawn(Widget):
    """Draws anew when told to, or when its size is another one; not when a line is asked for."""

    def __init__(self, draw: Draw, *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._draw: Final = draw
        self._strips: list[Strip] = []
        self._drawn_for: Size | None = None
        self.drawings = 0
        """How often it drew."""

    def redraw(self) -> None:
        """There is something new to see."""
        self._drawn_for = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if self._drawn_for != self.size:
            self._drawn_for = self.size
            self._strips = [_strip(line) for line in self._draw(*self.size)]
            self.drawings += 1
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)


def _strip(line: Line) -> Strip:
    return Strip([Segment(text, _STYLES[tone]) for text, tone in line])
