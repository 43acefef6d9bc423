"""How many pairs `skope ab` measures where nobody said a number."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

from skope.diff.precision import LEAST_PAIRS, next_look, pairs_wanted

if TYPE_CHECKING:
    from skope.schema.diff import Diff
    from skope.store.directory import Directory

USUAL_PRECISION: Final = 0.04
"""With every gated metric known within ± 4 % a change of 10 % lies beyond the 2 % that matter."""
MOST_USUAL: Final = 300
PATIENCE_S: Final = 60.0
"""What further pairs may take, with the first ten, where nobody asked for a precision."""


class Enough:
    """Asked after every pair how many it takes in all; looks at what they say only seldom."""

    def __init__(
        self,
        judged: "Callable[[Directory], Diff]",
        *,
        precision: float,
        most: int,
        patience_s: float | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._judged: Final = judged
        self._precision: Final = precision
        self._most: Final = most
        self._now: Final = now
        self._patience_s: Final = patience_s
        self._begin: float | None = None
        self._look = self._wanted = min(LEAST_PAIRS, most)

    def __call__(self, directory: "Directory", finished: int) -> int:
        """The pairs there will have been; what is finished, when that is enough."""
        out_of_patience = self._out_of_patience()
        if finished < LEAST_PAIRS:
            return self._wanted
        if out_of_patience:
            return finished
        if finished >= self._look:
            self._wanted = max(
                finished, min(self._most, pairs_wanted(self._judged(directory), self._precision))
            )
            self._look = next_look(finished, self._wanted)
        return self._wanted

    def _out_of_patience(self) -> bool:
        """Counted from the first question, which comes when all is set up."""
        now = self._now()
        if self._begin is None:
            self._begin = now
        return self._patience_s is not None and now - self._begin >= self._patience_s
