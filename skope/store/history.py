"""Replaced reports: ``history/<stem>~N.json``, addressed as ``TAG@1`` (the latest) and so on.

The number only grows, so nothing is renamed when one more moves in. A report moves by getting a
second name; its own stays until the new report replaces it, so no reader ever finds it missing.
"""

import contextlib
from typing import Final

from skope.store.directory import Directory
from skope.store.names import history_name, split_history

KEPT: Final = 20
_FOLDER: Final = "history"


def numbers(directory: Directory, stem: str) -> list[int]:
    """The numbers kept of `stem`, the latest first."""
    return all_numbers(directory).get(stem, [])


def all_numbers(directory: Directory) -> dict[str, list[int]]:
    """Per stem the numbers kept, the latest first."""
    found: dict[str, list[int]] = {}
    for name in directory.names(_FOLDER):
        if parts := split_history(name):
            found.setdefault(parts[0], []).append(parts[1])
    for kept in found.values():
        kept.sort(reverse=True)
    return found


def keep(directory: Directory, stem: str) -> int:
    """Keep the report now at `stem` as the latest of its history."""
    kept = numbers(directory, stem)
    current = f"{stem}.json"
    if kept and directory.same(history_name(stem, kept[0]), current):
        return kept[0]  # a crash came between the last keep and the report that was to follow
    number = kept[0] + 1 if kept else 1
    directory.duplicate(current, history_name(stem, number))
    return number


def bring_back(directory: Directory, stem: str) -> bool:
    """Put the latest of the history back in its place; whether there was one."""
    kept = numbers(directory, stem)
    if not kept:
        return False
    name = history_name(stem, kept[0])
    directory.rename(name, f"{stem}.json")
    directory.remove(name)  # renaming a file to its own other name leaves both
    directory.remove_if_empty(_FOLDER)
    return True


def prune(directory: Directory, stem: str) -> None:
    """Let go of all but the newest 20."""
    for number in numbers(directory, stem)[KEPT:]:
        with contextlib.suppress(FileNotFoundError):
            directory.remove(history_name(stem, number))
