"""How much to do: the full run, or a quick look."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """What every measurement is given."""

    quick: bool
    folder: Path
    """An empty one, for whatever it writes."""

    def of(self, full: int, quick: int) -> int:
        """A number of rounds, requests or records."""
        return quick if self.quick else full
