"""Which version of the measured program this is: the working directory's commit."""

import os
import subprocess
from pathlib import Path
from typing import Final

from skope.schema.host import Git

_COMMAND: Final = (
    "git",
    # A repository's own configuration may name programs; status needs none of them.
    *("-c", "core.fsmonitor=false"),
    *("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=all"),
)
_PATIENCE_S: Final = 5.0


def read_git(directory: Path) -> Git | None:
    """HEAD and whether tracked files differ from it; None outside of a repository.

    Untracked files do not count, as in ``git describe --dirty``: they may be a million.
    """
    # Started from a hook, the variables of that repository would speak for this one.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            _COMMAND,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _parse(done.stdout.decode(errors="replace"))


def _parse(text: str) -> Git | None:
    facts: dict[str, str] = {}
    dirty = False
    for line in text.splitlines():
        if line.startswith("# "):
            name, _, value = line[2:].partition(" ")
            facts[name] = value
        else:
            dirty = True
    commit = facts.get("branch.oid", "(initial)")
    if commit == "(initial)":
        return None
    branch = facts.get("branch.head")
    return Git(commit=commit, branch=None if branch == "(detached)" else branch, dirty=dirty)
