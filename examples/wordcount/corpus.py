"""Writes reviews as JSON lines, the same ones every time, to count the words of.

Usage: corpus.py FILE [REVIEWS]
"""

import json
import random
import sys
from itertools import accumulate
from pathlib import Path

SYLLABLES = ("ba", "co", "di", "fe", "gu", "ka", "lo", "mi", "na", "pe", "ru", "sa", "to", "vi")
ENDS = (" ", " ", " ", " ", ", ", ". ", "! ", " - ")


def vocabulary(draw: random.Random, size: int) -> list[str]:
    """Words of two to four syllables."""
    return ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(size)]


def review(draw: random.Random, words: list[str], ranks: list[float]) -> dict[str, object]:
    """One review of 40 words, the common ones being common."""
    chosen = draw.choices(words, cum_weights=ranks, k=40)
    text = "".join(word + draw.choice(ENDS) for word in chosen)
    return {"stars": draw.randint(1, 5), "text": text.strip().capitalize()}


def write(path: Path, reviews: int) -> None:
    """As many reviews as asked for, one a line."""
    draw = random.Random(1)
    words = vocabulary(draw, 5000)
    ranks = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    with path.open("w", encoding="utf-8") as file:
        for _ in range(reviews):
            file.write(json.dumps(review(draw, words, ranks)) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20_000)
