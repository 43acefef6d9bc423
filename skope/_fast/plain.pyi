from typing import Final

MOST_SECONDS: Final[float]
MOST_MIB: Final[float]
LATEST_S: Final[float]
MOST_CHARACTERS: Final[int]
