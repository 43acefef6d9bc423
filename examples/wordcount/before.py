"""Counts the words of reviews: cleans word by word, sorts them all, counts equal neighbours.

Usage: before.py FILE
"""

import json
import re
import sys
from itertools import groupby
from pathlib import Path


def words_of(path: Path) -> list[str]:
    """Every word of every review."""
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        for raw in json.loads(line)["text"].split():
            word = re.sub(r"[^a-z]", "", raw.lower())
            if word:
                words.append(word)
    return words


def most_common(words: list[str], count: int) -> list[tuple[str, int]]:
    """The `count` words seen most often, ties by alphabet."""
    counted = [(word, len(list(same))) for word, same in groupby(sorted(words))]
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:count]


if __name__ == "__main__":
    for word, times in most_common(words_of(Path(sys.argv[1])), 10):
        print(f"{times:8} {word}")
