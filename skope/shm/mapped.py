"""What is mapped from a descriptor: its caller's, or its own, which it closes too."""

import os
from abc import ABC, abstractmethod
from typing import Self

from skope.shm.memfd import closed_unless_done


class Mapped(ABC):
    """Shared memory behind `fd`, until it is closed."""

    def __init__(self, fd: int) -> None:
        """`fd` stays the caller's."""
        self.fd = fd
        self._owned = False

    @classmethod
    def _owner(cls, fd: int, *, what: str) -> Self:
        """One whose own `fd` is, also where it cannot be mapped; `what` it is for is told then."""
        with closed_unless_done(fd, what=what):
            made = cls(fd)
        made._owned = True
        return made

    @abstractmethod
    def _unmap(self) -> None:
        """Lets go of the memory."""

    def close(self) -> None:
        """Unmaps. Whoever still holds a view of it keeps the mapping alive until it lets go."""
        self._unmap()
        if self._owned:
            os.close(self.fd)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Unmaps."""
        self.close()
