from collections.abc import Callable

from skope._fast.book import Book
from skope._fast.recognise import Recogniser
from skope._fast.turn import Hot

class Starter(Hot):
    def __init__(
        self,
        book: Book,
        *,
        read: Callable[[int], bytes],
        shared_ns: int,
        clock: Callable[[], int] | None,
        pid: int,
    ) -> None: ...
    def before(
        self, recogniser: Recogniser, otherwise: Callable[[int], bytes | None]
    ) -> Starter: ...
