"""What a commit is called, and how to get it where it is not there yet."""

import os
import re
import subprocess
from pathlib import Path
from typing import Final

from skope.errors import EnvironmentFault, UsageError

_GIT: Final = ("git",)
_MERGE_BASE: Final = "merge-base:"
_SUFFIX: Final = re.compile(r"[~^@].*")
_STEPS_BACK: Final = re.compile(r"~([0-9]+)|\^")
_FULL_HASH: Final = re.compile(r"[0-9a-f]{40}")
_PATIENCE_S: Final = 600.0
"""A checkout of a very large tree takes minutes."""


class Repository:
    """The repository that holds a directory."""

    def __init__(self, directory: Path) -> None:
        """Finds it.

        Raises
        ------
        UsageError
            If there is none.
        EnvironmentFault
            If there is no git.
        """
        self._directory: Final = directory
        top = self.ask("rev-parse", "--show-toplevel")
        if top is None:
            message = f"{directory} is in no git repository"
            raise UsageError(message, hint="--base-ref compares two commits of one")
        self.top: Final = Path(top)
        self.prefix: Final = self.ask("rev-parse", "--show-prefix") or ""
        """Of the directory within the tree; empty at its top."""

    def commit(self, ref: str, head: str = "HEAD") -> str:
        """The hash of the commit called `ref`; ``merge-base:REF`` is where `head` left REF.

        Raises
        ------
        UsageError
            If there is none here; with the ``git fetch`` that gets it, where one may.
        """
        other = ref.removeprefix(_MERGE_BASE)
        found = self._parsed(other)
        if found is None:
            message = f"there is no commit {other!r} in this repository"
            raise UsageError(message, hint=self._way_to(other, whole=other != ref))
        if other == ref:
            return found
        common = self.ask("merge-base", head, found)
        if common is None:
            message = f"{head} and {other} have no commit in common here"
            hint = "git fetch --unshallow" if self._shallow() else None
            raise UsageError(message, hint=hint)
        return common

    def text(self, commit: str, path: str) -> bytes | None:
        """A file of the tree of `commit`; None if it has none."""
        done = self._run("cat-file", "blob", f"{commit}:{path}")
        return done.stdout if done.returncode == 0 else None

    def ask(self, *words: str) -> str | None:
        """What git answers; None when it does not."""
        done = self._run(*words)
        return (
            done.stdout.decode("utf-8", "surrogateescape").strip() if not done.returncode else None
        )

    def do(self, *words: str) -> None:
        """Has git do something.

        Raises
        ------
        EnvironmentFault
            If it refuses, with its own words.
        """
        done = self._run(*words)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            message = f"git {words[0]} {words[1]} failed: {said[-1] if said else 'no reason given'}"
            raise EnvironmentFault(message)

    def _run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        # Started from a hook, the variables of that repository would speak for this one.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            return subprocess.run(
                (*_GIT, *words),
                cwd=self._directory,
                env=kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except FileNotFoundError as error:
            message = "there is no git to get the versions with"
            raise EnvironmentFault(message, hint="install git") from error
        except subprocess.TimeoutExpired as error:
            message = f"git {words[0]} took over {_PATIENCE_S:g} s"
            raise EnvironmentFault(message) from error

    def _parsed(self, ref: str) -> str | None:
        if not ref or ref.startswith("-"):
            return None
        return self.ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")

    def _shallow(self) -> bool:
        return self.ask("rev-parse", "--is-shallow-repository") == "true"

    def _way_to(self, ref: str, *, whole: bool) -> str | None:
        """The ``git fetch`` after which `ref` is here; None where nobody can know.

        `whole`: with all that came before it.
        """
        shallow = self._shallow()
        plain = _SUFFIX.sub("", ref)
        if shallow and plain != ref and self._parsed(plain):
            return _deeper(ref[len(plain) :])
        if not shallow and plain != ref and self._parsed(plain):
            return None
        depth = ("--unshallow " if whole else "--depth=1 ") if shallow else ""
        remotes = (self.ask("remote") or "").splitlines()
        remote, _, branch = plain.partition("/")
        if branch and remote in remotes:
            target = f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"
            return f"git fetch {depth}{remote} {target}"
        if not shallow or not remotes:
            return None
        source = plain if _FULL_HASH.fullmatch(plain) else f"{plain}:{plain}"
        return f"git fetch {depth}{remotes[0]} {source}"


def _deeper(suffix: str) -> str:
    """For a commit so many steps before one that is here."""
    steps = _STEPS_BACK.findall(suffix)
    if _STEPS_BACK.sub("", suffix):
        return "git fetch --unshallow"
    return f"git fetch --deepen={sum(int(step or 1) for step in steps)}"
