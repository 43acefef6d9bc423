"""From what a capture is called to what its file is called.

A tag may be any text; a file name may not. A tag that is a harmless file name is used as it is,
any other becomes a readable slug and eight digits of its hash, and the true name is inside the
file. `~` occurs in no plain tag, so the two forms never meet.
"""

import re
from collections.abc import Iterator
from typing import Final

RESERVED: Final = frozenset(
    {
        "report_agg",
        "report_apps",
        "agg",
        "history",
        "series",
        "logs",
        "worktrees",
        "session",
        "lock",
        "calibration",
    }
)
"""Names of Skope's own files and folders, in any case: file systems may not tell case apart."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_AGGREGATE: Final = ".agg"
"""How the stem of every aggregate ends: a capture called so would have an aggregate's file."""
# What few commands need is compiled when it is used.
_UNSAFE: Final = r"[^A-Za-z0-9._-]+"
_LONGEST_SLUG: Final = 60
_HISTORY: Final = r"(?s:(?P<stem>.+)~(?P<number>[1-9][0-9]{0,8})\.json)"
_EARLIER: Final = r"(?s:(?P<tag>.+)@(?P<back>[1-9][0-9]{0,5}))"


def is_plain(tag: str) -> bool:
    """Whether `tag` may be a file name as it stands."""
    low = tag.lower()
    plain = _PLAIN.fullmatch(tag) is not None
    return plain and low not in RESERVED and not low.endswith(_AGGREGATE)


def file_stem(tag: str) -> str:
    """The file name of `tag` without its ``.json``."""
    return tag if is_plain(tag) else hashed_stem(tag)


def report_name(tag: str) -> str:
    """The file name of `tag`, unless something else already has it."""
    return f"{file_stem(tag)}.json"


def aggregate_name(tag: str) -> str:
    """The file name of the aggregate called `tag`."""
    return f"{file_stem(tag)}{_AGGREGATE}.json"


def aggregate_labels(tag: str) -> Iterator[tuple[str, bytes]]:
    """Where the true name of the aggregate called `tag` is kept, and the bytes it is kept as.

    Nothing where the file's name tells it. An aggregate holds names of executions alone.
    """
    if not is_plain(tag):
        yield f"{hashed_stem(tag)}{_AGGREGATE}.name", tag.encode("utf-8", "surrogatepass")


def aggregate_address(tag: str) -> str:
    """What `show` and `diff` call the aggregate of `tag`, which may look like a path to them."""
    return file_stem(tag) if is_path(tag) else tag


def hashed_stem(name: str, key: str | None = None, *, digits: int = 8) -> str:
    """A slug of `name` and the first `digits` of the hash of `key`, by default `name` itself."""
    import hashlib  # noqa: PLC0415 - few names need it

    slug = re.sub(_UNSAFE, "-", name)[:_LONGEST_SLUG].strip("-._")
    digest = hashlib.sha256((key or name).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{slug or 'x'}~{digest[:digits]}"


def stems(name: str, key: str | None = None) -> Iterator[str]:
    """Every stem a file called `name` may have, the one to prefer first.

    The later ones are for when an earlier one is taken by something else: a diff, a tag of other
    case on a file system that cannot tell, a tag whose hash begins alike. `key` tells files apart
    that share a name.
    """
    if is_plain(name):
        yield name
    yield hashed_stem(name)
    if key is not None:
        yield hashed_stem(name, key)
    yield hashed_stem(name, key, digits=64)


def history_name(stem: str, number: int) -> str:
    """The file a replaced report moves to; a higher number is a later one."""
    return f"history/{stem}~{number}.json"


def split_history(name: str) -> tuple[str, int] | None:
    """Stem and number of a file in ``history/``, or None if it is no such file."""
    match = re.fullmatch(_HISTORY, name)
    return (match["stem"], int(match["number"])) if match else None


def split_earlier(address: str) -> tuple[str, int] | None:
    """Tag and n of ``TAG@n``, or None if `address` is not of that form."""
    match = re.fullmatch(_EARLIER, address) if "@" in address else None
    return (match["tag"], int(match["back"])) if match else None


def is_path(address: str) -> bool:
    """Whether an argument means a file; all else is a tag, slashes included."""
    return address.startswith(("/", "./", "../")) or address.endswith(".json")
