"""How many distinct names the whole aggregate holds, bounded over all workers.

A worker looks at the other stripes only when a name is new to it, so the bound can be overshot by
one request per worker, and a known name costs nothing.
"""

from collections.abc import Sequence

from skope.errors import TooManyNames
from skope.shm.stripes import Area, Stripes


class Names:
    """Every name this worker knows of, its own and the others'."""

    def __init__(self, stripes: Stripes, own: int, *, most: int) -> None:
        """`own` is this worker's stripe; `most` distinct names are allowed over all stripes."""
        self._stripes = stripes
        self._most = most
        self._known: set[bytes] = set()
        self._others: dict[int, _Other] = {
            stripe: _Other(stripe) for stripe in range(stripes.board.stripes) if stripe != own
        }

    def recall(self, area: Area) -> None:
        """Takes over the names of this worker's own area."""
        self._known.update(area.page.names())

    def allowed(self, fresh: Sequence[bytes]) -> list[bytes]:
        """Those of `fresh`, names new to this worker, that may be added: then `admit` them."""
        for other in self._others.values():
            self._known.update(other.news(self._stripes))
        room = self._most - len(self._known)
        taken = []
        for name in fresh:
            if name in self._known:
                taken.append(name)
            elif room > 0:
                room -= 1
                taken.append(name)
        return taken

    def admit(self, names: Sequence[bytes]) -> None:
        """Counts `names` as known."""
        self._known.update(names)

    def refusal(self, name: bytes) -> TooManyNames:
        """Why `name` was not allowed."""
        message = f"{name.decode()!r} would be one name more than the {self._most} there may be"
        return TooManyNames(message, hint="name what is measured, not every instance; --max-names")


class _Other:
    """Another stripe's names, read as far as they went last time."""

    def __init__(self, stripe: int) -> None:
        self._stripe = stripe
        self._generation = 0
        self._seen = 0
        self._area: Area | None = None

    def news(self, stripes: Stripes) -> list[bytes]:
        """The names it got since the last call."""
        generation = stripes.board.generation(self._stripe)
        if generation != self._generation:
            self._generation, self._area = stripes.live(self._stripe)
            self._seen = 0
        if self._area is None or self._area.page.rows == self._seen:
            return []
        names = self._area.page.names(self._seen)
        self._seen += len(names)
        return names
