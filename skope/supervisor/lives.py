"""The lives of one child: when its successor is due, and when to give it up. Decisions only."""

from typing import Final

from skope._fast import Role
from skope.supervisor.endings import by_itself
from skope.units import NS_PER_MS, NS_PER_S

MOST_FAILURES: Final = 5
"""Starts in a row that fail before a child is given up."""

START_LIMIT_NS: Final = 15 * NS_PER_S
"""How long a child may take to become ready; it has to import its modules first."""

FRONT_SILENCE_NS: Final = 10 * NS_PER_S
LEAST_SAMPLER_SILENCE_NS: Final = NS_PER_S
SILENT_PERIODS: Final = 5

SHORT_LIFE_NS: Final = 5 * NS_PER_S
"""A child that lived no longer "keeps dying"."""

BACK_OFF_NS: Final = tuple(ms * NS_PER_MS for ms in (0, 20, 100, 250, 500))
"""The pause before a restart, by the number of short lives before it."""


def silence_limit(role: int, period_ns: int) -> int:
    """How long a ready child's heartbeat may be silent before it counts as hung."""
    if role == Role.ROLE_SAMPLER:
        return max(SILENT_PERIODS * period_ns, LEAST_SAMPLER_SILENCE_NS)
    return FRONT_SILENCE_NS


class Lives:
    """What one child's lives so far mean for the next. Told of every start and every end."""

    def __init__(self) -> None:
        self.failures = 0
        self._short = 0
        self._born_ns = 0
        self._ready = False

    def born(self, now_ns: int) -> None:
        """A new life begins."""
        self._born_ns = now_ns
        self._ready = False

    def ready(self) -> None:
        """It serves: whatever failed before is forgiven."""
        self._ready = True
        self.failures = 0

    def ended(self, now_ns: int, status: int, *, hung: bool) -> int | None:
        """When the successor is due, or None: give up.

        Parameters
        ----------
        now_ns : the instant the end was seen
        status : how it ended
        hung : the supervisor killed it because it was silent
        """
        if not self._ready and (hung or by_itself(status)):
            self.failures += 1
            if self.failures >= MOST_FAILURES:
                return None
        if now_ns - self._born_ns >= SHORT_LIFE_NS:
            self._short = 0
        pause_ns = BACK_OFF_NS[min(self._short, len(BACK_OFF_NS) - 1)]
        self._short += 1
        return now_ns + pause_ns
