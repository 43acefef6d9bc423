"""The thread of a feed. That a defect ended it is news too: what stands still looks well."""

from collections.abc import Callable
from threading import Thread

from skope.tui.feed import Broken, News

Deliver = Callable[[News], None]


def follow(read: Callable[[Deliver], None], deliver: Deliver, *, name: str) -> None:
    """Lets `read` deliver from a thread called `name`; what it raises is delivered as well."""

    def work() -> None:
        try:
            read(deliver)
        except Exception as defect:  # noqa: BLE001 - raised where it ends the screen
            deliver(Broken(defect))

    Thread(target=work, name=name, daemon=True).start()
