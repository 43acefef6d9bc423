from collections.abc import Callable

from skope._fast.recognise import Recogniser
from skope._fast.records import Batch
from skope._fast.turn import Hot

class Poster(Hot):
    def __init__(
        self,
        recogniser: Recogniser,
        *,
        batch: Batch,
        memory: Callable[[], float | None],
        keeps: Callable[[Batch], bool],
    ) -> None: ...
