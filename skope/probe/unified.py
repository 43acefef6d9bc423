"""The control groups of version 2: where they are mounted, and which one a person named.

Sources: the kernel's Documentation/admin-guide/cgroup-v2.rst, and proc(5) for mountinfo.
"""

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from skope.errors import Forbidden, UnknownProcess, Unsupported, UsageError
from skope.probe.root import MACHINE, read_word

MOST_BYTES: Final = 1000
"""Of a group's folder: what the watch list has room for."""
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


class Group(NamedTuple):
    """A group that is there now."""

    folder: Path
    name: str
    """Its path below the mount, the same on every machine that has it; "/" for the mount itself."""
    inode: int
    """The kernel's number of it: another one with the same name has another."""


class Hierarchy(NamedTuple):
    """Where groups of version 2 are found, and this process among them."""

    mount: Path
    own: Path | None
    """This process's group; None where it lies outside of what is mounted."""


def hierarchy(root: Path = MACHINE) -> Hierarchy | None:
    """The first mount of version 2; None where there is none."""
    groups = read_word(root, "proc/self/cgroup") or ""
    for line in (read_word(root, "proc/self/mountinfo") or "").splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.split(" ", 1)[0] == "cgroup2":
            top, point = (_plain(field) for field in fields.split(" ")[3:5])
            return Hierarchy(Path(point), _own(Path(point), top, groups))
    return None


def _plain(field: str) -> str:
    """mountinfo writes blanks and the like in octal."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), field)


def _own(mount: Path, top: str, groups: str) -> Path | None:
    """`top` is the group that is mounted at `mount`."""
    path = next((line[3:] for line in groups.splitlines() if line.startswith("0::")), None)
    if path is None or ".." in Path(path).parts or not Path(path).is_relative_to(top):
        return None
    return mount / Path(path).relative_to(top)


def find_group(text: str) -> Group:
    """The group that `text` names: by its folder, or by its path below the mount.

    Raises
    ------
    Unsupported
        If no groups of version 2 are mounted.
    UnknownProcess
        If there is no such group.
    UsageError
        If it is no group of version 2, or Skope is in it.
    Forbidden
        If it is another user's, or cannot be read.
    """
    found = hierarchy()
    if found is None:
        message = "no control groups of version 2 are mounted here"
        raise Unsupported(message, hint="watch a PID or a :PORT")
    folder = _folder(text, found.mount)
    status = folder.stat()
    below = str(folder.relative_to(found.mount))
    group = Group(folder, "/" if below == "." else below, status.st_ino)
    _check(group, status.st_uid, found)
    return group


def _folder(text: str, mount: Path) -> Path:
    top = mount.resolve()
    below = (mount / text.lstrip("/")).resolve()
    for path in ([Path(text).resolve()] if text.startswith("/") else []) + [below]:
        if path.is_dir() and path.is_relative_to(top):
            return mount / path.relative_to(top)
    if text.startswith("/") and Path(text).exists():
        message = f"{text} is no control group of version 2"
        raise UsageError(message, hint=f"those are below {mount}")
    message = f"there is no control group {text}"
    raise UnknownProcess(message, hint=f"give its path below {mount}; `systemd-cgls` shows them")


def _check(group: Group, owner: int, found: Hierarchy) -> None:
    if found.own is not None and found.own.is_relative_to(group.folder):
        message = f"skope itself is in the control group {group.name}"
        raise UsageError(message, hint="its own work would count: name one that it is not in")
    if os.geteuid() not in (0, owner):
        message = f"the control group {group.name} is another user's"
        raise Forbidden(message, hint="run skope as that user, or as root")
    if not os.access(group.folder / "cpu.stat", os.R_OK):
        message = f"the control group {group.name} has no cpu.stat that could be read"
        raise Forbidden(message)
    if len(os.fsencode(group.folder)) > MOST_BYTES:
        message = f"the path of the control group {group.name} has more than {MOST_BYTES} bytes"
        raise UsageError(message)
