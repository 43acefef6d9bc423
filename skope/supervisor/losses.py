"""What an end of the children left undone, in one sentence. Decisions only."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from skope._fast import Role
from skope.supervisor.endings import by_itself, in_words

UNFINISHED: Final = 5
"""Exit code: the machine did not allow it."""
_NAMED: Final = 5


class Left(NamedTuple):
    """How one child left when it was asked to."""

    title: str
    role: int
    ready: bool
    """It had got so far as to serve."""
    status: int


def losses(children: Sequence[Left], unsaved: Sequence[str]) -> str | None:
    """What is lost, or was not finished; None after a good end.

    A sampler has nothing to save, and neither has a front that was killed with no capture open.

    Parameters
    ----------
    children : whoever was there to be asked
    unsaved : the captures that are still open when nobody is left to close them
    """
    ends = [f"the {left.title} ended ({in_words(left.status)})" for left in children if _fell(left)]
    if unsaved:
        from skope.view.numbers import plural  # noqa: PLC0415 - at the end, and then seldom

        names = ", ".join(unsaved[:_NAMED])
        more = len(unsaved) - _NAMED
        names += f" and {more} more" if more > 0 else ""
        fronts = [left for left in children if left.role == Role.ROLE_FRONT and left.status]
        how = [f"the {left.title} ended ({in_words(left.status)})" for left in fronts]
        why = how[0] if how else "no front was left"
        return f"{plural(len(unsaved), 'open capture')} could not be saved, {why}: {names}"
    return f"{ends[0]} before its work was done" if ends else None


def _fell(left: Left) -> bool:
    if left.role == Role.ROLE_PUBLISH:
        return left.status != 0 and (left.ready or by_itself(left.status))
    return left.role == Role.ROLE_FRONT and left.status != 0 and by_itself(left.status)
