"""Counts the words of reviews: cleans a whole review at once, and counts while reading.

Usage: after.py FILE
"""

import json
import sys
from collections import Counter
from pathlib import Path

CLEAN = {code: None for code in range(128) if not chr(code).isalpha() and not chr(code).isspace()}


def count(path: Path) -> Counter[str]:
    """How often each word comes up, holding one review at a time."""
    seen: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            seen.update(json.loads(line)["text"].lower().translate(CLEAN).split())
    return seen


def most_common(seen: Counter[str], count: int) -> list[tuple[str, int]]:
    """The `count` words seen most often, ties by alphabet."""
    return sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))[:count]


if __name__ == "__main__":
    for word, times in most_common(count(Path(sys.argv[1])), 10):
        print(f"{times:8} {word}")
