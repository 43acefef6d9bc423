"""What the supervisor's log says of the processes that died."""

from typing import Final, NamedTuple

SAMPLER: Final = 0
FRONT: Final = 2


class Death(NamedTuple):
    """One row of the log."""

    role: int
    """A `Role` of the layout."""
    worker: int
    down_ns: int
    up_ns: int
    """0 while its successor is not ready."""
    status: int
    """-n when signal n ended it."""
    hung: bool

    def overlaps(self, start_ns: int, stop_ns: int) -> bool:
        """Whether it was away at any time from `start_ns` to `stop_ns`."""
        return self.down_ns <= stop_ns and (self.up_ns == 0 or self.up_ns >= start_ns)

    def away_ns(self, start_ns: int, stop_ns: int) -> int:
        """For how long of that it was away."""
        end_ns = self.up_ns or stop_ns
        return max(0, min(end_ns, stop_ns) - max(self.down_ns, start_ns))

    @property
    def cause(self) -> str:
        """Why, in words."""
        if self.hung:
            why = "stopped answering"
        elif self.status < 0:
            why = f"was killed by signal {-self.status}"
        else:
            why = f"ended with exit code {self.status}"
        return f"the sampler {why}" + (", not back yet" if self.up_ns == 0 else "")
