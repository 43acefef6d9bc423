from collections.abc import Callable
from typing import Protocol

from skope._fast.pen import Pen
from skope._fast.recognise import Recogniser
from skope._fast.records import Batch
from skope._fast.tally import Tally
from skope._fast.turn import Hot

class _Journal(Protocol):
    @property
    def pen(self) -> Pen: ...
    def wake(self) -> None: ...

class Poster(Hot):
    def __init__(
        self,
        recogniser: Recogniser,
        *,
        batch: Batch,
        memory: Callable[[], float | None],
        tally: Tally,
        journal: _Journal,
        keeps: Callable[[Batch], bool],
    ) -> None: ...
