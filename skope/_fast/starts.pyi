from collections.abc import Callable

from skope._fast.book import Book
from skope._fast.recognise import Recogniser

class Starter:
    def __init__(
        self,
        book: Book,
        *,
        read: Callable[[int], bytes],
        shared_ns: int,
        clock: Callable[[], int],
        pid: int,
    ) -> None: ...
    def before(
        self, recogniser: Recogniser, otherwise: Callable[[], bytes | None]
    ) -> Callable[[bytes, bool], bytes | None]: ...
    def serve(self, chunk: bytes, local: bool) -> bytes | None: ...
