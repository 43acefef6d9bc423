"""What came of a series of launches, whoever asked for it."""

from dataclasses import dataclass, field

from skope.errors import ScriptFailed, StorageFault
from skope.schema.wire import RunDone
from skope.supervisor.endings import exit_code_of
from skope.supervisor.losses import UNFINISHED


@dataclass(kw_only=True)
class Account:
    """Failures, notes, and how it ended."""

    failures: list[str] = field(default_factory=list)
    """In words, oldest first."""
    notes: list[str] = field(default_factory=list)
    interrupted: int | None = None
    """The signal that ended it."""
    lost: bool = False
    """A capture by another name could not be saved. It has been said."""

    @property
    def exit_code(self) -> int:
        """0, 128 + n or `UNFINISHED`; a failed script is an error of its own."""
        if self.interrupted is not None:
            return exit_code_of(-self.interrupted)
        return UNFINISHED if self.lost else 0

    def enter(self, done: RunDone) -> None:
        """What is to be said of a launch that has its report.

        Raises
        ------
        StorageFault
            If it has none, for it could not be written.
        """
        self.notes += [note for note in done.notes if note not in self.notes]
        if done.fault:
            raise StorageFault(done.fault)

    def verdict(self, *, enough: bool, hint: str | None) -> None:
        """Raises `ScriptFailed`, with `hint`, where failures leave less than `enough`."""
        if not self.failures or self.interrupted is not None or enough:
            return
        more = len(self.failures) - 1
        message = self.failures[0] + (f" (and {more} more failed)" if more else "")
        raise ScriptFailed(message, hint=hint)
