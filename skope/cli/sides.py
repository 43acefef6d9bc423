"""The two sides of `skope ab`: scripts, commands, or one of them on two versions in git."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skope.cli import launching
from skope.cli.messages import say
from skope.errors import EnvironmentFault, UsageError

if TYPE_CHECKING:
    from skope.probe.refs import Repository
    from skope.supervisor.command import Command
    from skope.supervisor.guarding import Guard
    from skope.supervisor.worktrees import Worktrees


class Sides(NamedTuple):
    """What runs on either side."""

    base: "Command"
    head: "Command"
    identical: bool
    """The same text in the same version: whatever differs between them is noise."""


@contextmanager
def sides(options: argparse.Namespace, guard: "Guard") -> Iterator[Sides]:
    """The sides the options name; worktrees among them last as long as the block.

    Raises
    ------
    UsageError
        If it is not clear what they are, or one is not to be had.
    """
    if options.base_ref is None:
        yield _of_words(options)
        return
    if len(options.words) + (options.script is not None) != 1:
        message = "--base-ref takes --script S, or one command that runs in either version"
        raise UsageError(message, hint="`skope help ab` has an example")
    from skope.probe.refs import Repository
    from skope.store.directory import open_directory
    from skope.supervisor.worktrees import worktrees

    repository = Repository(Path.cwd())
    wanted = _commits(options, repository)
    with (
        open_directory(options.dir, given=options.dir_given) as directory,
        worktrees(repository, directory, guard) as trees,
    ):
        yield _of_commits(options, repository, trees, wanted)


def _of_words(options: argparse.Namespace) -> Sides:
    for name in ("head_ref", "script"):
        if getattr(options, name) is not None:
            message = f"--{name.replace('_', '-')} goes with --base-ref"
            raise UsageError(message, hint="`skope help ab` has an example")
    if len(options.words) != 2:
        message = "two things to compare are needed: BASE HEAD, or --base-ref REF --script S"
        many = "a command and its arguments are one word: skope ab 'sleep 1' 'sleep 2'"
        raise UsageError(
            message, hint=many if options.words[2:] else "`skope help ab` has examples"
        )
    base, head = map(_side, ("base", "head"), options.words)
    say(f"base {base.title}   head {head.title}")
    same = base.workload is not None and base.workload == head.workload
    return Sides(base, head, identical=same and base.argv[:1] == head.argv[:1])


def _side(name: str, text: str) -> "Command":
    try:
        return launching.command_of(text)
    except (UsageError, EnvironmentFault) as error:
        message = f"{name}: {error.message}"
        raise type(error)(message, hint=error.hint) from error


class _Wanted(NamedTuple):
    base: str
    head: str | None
    """None: the working tree."""


def _commits(options: argparse.Namespace, repository: "Repository") -> _Wanted:
    head = None if options.head_ref is None else repository.commit(options.head_ref)
    return _Wanted(repository.commit(options.base_ref, head or "HEAD"), head)


def _of_commits(
    options: argparse.Namespace, repository: "Repository", trees: "Worktrees", wanted: _Wanted
) -> Sides:
    from skope.probe.git import read_git

    base = trees.add("base", wanted.base) / repository.prefix
    head = Path.cwd()
    if wanted.head is not None:
        head = trees.add("head", wanted.head) / repository.prefix
    if not base.is_dir():
        message = f"base has no directory {repository.prefix}"
        raise UsageError(message, hint="start Skope where both versions have one")
    runs = _in_either(options, repository, wanted, head)
    there = read_git(head)
    unchanged = there is not None and there.commit == wanted.base and there.dirty is False
    dirty = "*" if there is not None and there.dirty else ""
    now = there.commit[:7] if there is not None else "without a commit"
    name = "working tree" if options.head_ref is None else options.head_ref
    say(f"base {options.base_ref} {wanted.base[:7]} (worktree)   head {name} {now}{dirty}")
    return Sides(
        replace(runs, directory=str(base)),
        replace(runs, directory=str(head)),
        identical=unchanged,
    )


def _in_either(
    options: argparse.Namespace, repository: "Repository", wanted: _Wanted, head: Path
) -> "Command":
    """Head's script, or a command."""
    from skope.supervisor.command import of_script

    if options.script is None:
        return _own(options.words[0])
    script = of_script(
        str(head / options.script), launches=2, otherwise="head's runs on both sides"
    )
    _warn_of_two_texts(options, repository, wanted, script)
    return replace(script, title=options.script)


def _own(text: str) -> "Command":
    """A command of which each side runs its own: a program below it may be what --setup makes."""
    from skope.supervisor.command import of_shell

    if "/" in text.partition(" ")[0]:
        return of_shell(text, text)
    if Path(text).is_file():
        message = f"{text} is a script, and it may be another one in base"
        hint = f"--script {text} runs head's on both sides, ./{text} each side's own"
        raise UsageError(message, hint=hint)
    return launching.command_of(text)


def _warn_of_two_texts(
    options: argparse.Namespace, repository: "Repository", wanted: _Wanted, script: "Command"
) -> None:
    from skope.supervisor.command import digest

    if Path(options.script).is_absolute():
        return
    text = repository.text(wanted.base, f"{repository.prefix}{options.script}")
    if text is not None and digest(text) != script.workload:
        say(f"skope: {options.script} differs between base and head: head's runs on both sides")
