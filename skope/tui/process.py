"""The process of the screen: what it is told, and how it ends.

It writes the screen to its stderr and reads keys from its stdin, both the same terminal.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Final

from msgspec.json import decode

from skope.errors import EnvironmentFault, SkopeError
from skope.schema.policy import Policy
from skope.store.directory import open_directory
from skope.tui.app import Screen
from skope.tui.attach import Address, LiveFeed, Remote
from skope.tui.feed import Feed, News
from skope.tui.owner import OwnersWords
from skope.tui.stored import Stored, StoredFeed

_TOKEN: Final = "SKOPE_TOKEN"  # noqa: S105 - the name of a variable
_HELLO_S: Final = 10.0
FAILED: Final = 5
"""The environment."""


class Feeds:
    """Several as one."""

    def __init__(self, *feeds: Feed) -> None:
        self._feeds: Final = feeds

    def start(self, deliver: Callable[[News], None]) -> None:
        for feed in self._feeds:
            feed.start(deliver)

    def close(self) -> None:
        for feed in self._feeds:
            feed.close()


def main(argv: Sequence[str]) -> int:
    """Shows the screen until it is quit; the exit code."""
    options = _parser().parse_args(argv)
    try:
        screen = _stored(options) if options.url is None else _attached(options)
    except SkopeError as error:
        _complain(error)
        return FAILED if isinstance(error, EnvironmentFault) else 2
    return asyncio.run(_run(screen))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m skope.tui", add_help=False)
    parser.add_argument("--url")
    parser.add_argument("--dir", default=".skope")
    parser.add_argument("--dir-given", action="store_true")
    parser.add_argument("--policy", type=_policy_of, default=Policy())
    parser.add_argument("--owner", type=int, metavar="FD")
    return parser


def _policy_of(text: str) -> Policy:
    return decode(text, type=Policy)


def _attached(options: argparse.Namespace) -> Screen:
    address = Address(options.url, os.environ.get(_TOKEN))
    with address.get("/healthz", within_s=_HELLO_S) as answer:
        answer.read()
    feed: Feed = LiveFeed(address)
    if options.owner is not None:
        feed = Feeds(feed, OwnersWords(options.owner))
    remote = Remote(address)
    return Screen(feed, remote, remote, where=address.url)


def _stored(options: argparse.Namespace) -> Screen:
    directory = open_directory(options.dir, given=options.dir_given, create=False)
    stored = Stored(directory, options.policy)
    return Screen(StoredFeed(stored), stored, None, where=options.dir)


async def _run(screen: Screen) -> int:
    """A signal that asks it to end leaves the terminal as it was."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, screen.exit, 0)
    code = await screen.run_async(mouse=False)
    return screen.return_code or code or 0


def _complain(error: SkopeError) -> None:
    print(f"skope: {error.message}", file=sys.stderr)  # noqa: T201 - before there is a screen
    with contextlib.suppress(AttributeError):
        for line in (error.hint or "").splitlines():
            print(f"  {line}", file=sys.stderr)  # noqa: T201
