"""The fast lane's thread: inside the kernel's loop for all its life."""

import threading
from collections.abc import Callable

from skope._fast import Ticker


class FastLane(threading.Thread):
    """Runs a ticker until it is stopped; `failure` holds why it ended by itself."""

    def __init__(self, ticker: Ticker, ended: Callable[[], None]) -> None:
        """`ended` is called from the thread when it is over, whatever the reason."""
        super().__init__(name="fast", daemon=True)
        self._ticker = ticker
        self._ended = ended
        self.failure: OSError | ValueError | None = None

    def run(self) -> None:
        """Ticks."""
        try:
            self._ticker.run()
        except (OSError, ValueError) as failure:
            self.failure = failure
        finally:
            self._ended()

    def stop(self) -> None:
        """Asks for a last tick and the end."""
        self._ticker.stop()
