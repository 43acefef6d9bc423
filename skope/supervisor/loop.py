"""The supervisor's event loop: descriptors and callbacks, one thread, nothing else."""

import selectors
from collections.abc import Callable
from typing import Self

from skope.units import NS_PER_S


class Loop:
    """Waits for descriptors to become readable and calls whoever watches them."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def watch(self, fd: int, call: Callable[[], object]) -> None:
        """Call `call` whenever `fd` is readable or closed by the other side."""
        self._selector.register(fd, selectors.EVENT_READ, call)

    def forget(self, fd: int) -> None:
        """Stop watching `fd`; not watched is as good."""
        if fd in self._selector.get_map():
            self._selector.unregister(fd)

    def turn(self, timeout_ns: int) -> None:
        """Wait until something happens, at most `timeout_ns`, and serve all that did."""
        for key, _ in self._selector.select(max(timeout_ns, 0) / NS_PER_S):
            if self._selector.get_map().get(key.fd) is key:
                key.data()

    def close(self) -> None:
        """Let go of all; the descriptors stay open."""
        self._selector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
