"""How often work that grows may be repeated: never more than a twentieth of the time."""

from typing import Final

SHARE: Final = 20


class Duty:
    """Says when a task is due. Times are seconds of any one clock, given by the caller."""

    def __init__(self, *, every_s: float) -> None:
        """Due every `every_s`, or every 20 times as long as the last time took."""
        self._every_s = every_s
        self.due_at = 0.0

    def due(self, now: float) -> bool:
        """Whether it may run now."""
        return now >= self.due_at

    def ran(self, start: float, end: float) -> None:
        """It ran from `start` to `end`."""
        self.due_at = max(start + self._every_s, end + SHARE * (end - start))
