"""`skope ab`: launches base and head in turn, each pair in random order, and keeps both's runs."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from time import monotonic_ns
from typing import Final

from skope.stats.order import balanced_order
from skope.store.directory import Directory
from skope.supervisor.account import Account
from skope.supervisor.command import Command
from skope.supervisor.guarding import Guard
from skope.supervisor.launch import Launch, Launcher
from skope.supervisor.logs import RunLog
from skope.supervisor.place import Place
from skope.supervisor.progress import bar, elapsed
from skope.supervisor.script import Stdio
from skope.supervisor.stand import Stand, standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Contender:
    """One side."""

    side: str
    """`base` or `head`."""
    tag: str
    """Its report."""
    command: Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Contest:
    """What `skope ab` was asked to do."""

    name: str
    """Its log is called so."""
    command: str = "skope ab"
    """What its locks' holder is called."""
    base: Contender
    head: Contender
    place: Place
    pairs: int
    """At most, where `wanted` says how many."""
    warmup: int = 0
    """Pairs before that, not kept."""
    timeout_ns: int | None = None
    ignore_failure: bool = False
    prepare: Command | None = None
    cleanup: Command | None = None
    setup: Command | None = None
    """Run once for each side, where it works."""
    wanted: Callable[[Directory, int], int] | None = None
    """Asked after every pair, with how many there are, how many it takes; so many are enough."""
    order: Random = field(default_factory=Random)

    @property
    def sides(self) -> tuple[Contender, Contender]:
        return self.base, self.head


@dataclass(kw_only=True)
class Standings(Account):
    """What came of it."""

    finished: int = 0
    """Pairs with a good run on either side."""
    set_up: bool = True
    """False: what `setup` does failed, and nothing was launched."""


def contend(contest: Contest, guard: Guard) -> Standings:
    """Every pair of `contest`, recorded. Finished pairs stay whatever happens later.

    Raises
    ------
    EnvironmentFault
        If the address, the directory or its lock is not to be had, a child does not start, or
        a report cannot be written.
    """
    standings = Standings()
    commands = {contender.tag: contender.command for contender in contest.sides}
    with standing(contest.place, commands, guard=guard, command=contest.command) as stand:
        if stand.rig.start():
            with RunLog(stand.directory, contest.name) as log, open(os.devnull, "rb") as nothing:
                stdio = Stdio(stdin=nothing.fileno(), stdout=log.fd, stderr=log.fd)
                _Series(contest, stand, log, stdio).run_all(standings)
        if stand.asked:
            standings.interrupted = stand.asked[0]
        stand.rig.stop()
        standings.lost = stand.rig.lost
    return standings


def verdict(contest: Contest, standings: Standings) -> None:
    """Raises `ScriptFailed` when there is nothing to judge because of failures."""
    another_helps = standings.set_up and not contest.ignore_failure
    standings.verdict(
        enough=contest.ignore_failure and standings.finished > 0,
        hint="--ignore-failure goes on after one" if another_helps else None,
    )


class _Series:
    """The launches of one contest, in order."""

    def __init__(self, contest: Contest, stand: Stand, log: RunLog, stdio: Stdio) -> None:
        self._contest: Final = contest
        self._stand: Final = stand
        self._log: Final = log
        self._stdio: Final = stdio
        self._launcher: Final = Launcher(
            stand.rig, stand.guard, timeout_ns=contest.timeout_ns, say=stand.voice.say
        )
        self._numbers: Final = _counting()

    def run_all(self, standings: Standings) -> None:
        """Pairs until all are done or enough, one failed, or somebody asked to stop."""
        contest, stand = self._contest, self._stand
        if not self._set_up(standings):
            return
        order = balanced_order(contest.order)
        begin_ns, spent_ns = monotonic_ns(), 0
        wanted = self._wanted(0)
        for number in range(1 - contest.warmup, contest.pairs + 1):
            stand.voice.status(bar(standings.finished, wanted, spent_ns))
            base_first = number > 0 and next(order)
            whole = self._pair(number, standings, base_first=base_first)
            standings.finished += whole and number > 0
            spent_ns = monotonic_ns() - begin_ns
            if self._stand.asked or (not whole and not contest.ignore_failure):
                break
            wanted = self._wanted(standings.finished)
            if standings.finished >= wanted:
                break
        stand.voice.status("")
        stand.voice.say(elapsed(standings.finished, wanted, spent_ns))

    def _wanted(self, finished: int) -> int:
        """How many pairs there will have been."""
        if self._contest.wanted is None:
            return self._contest.pairs
        return self._contest.wanted(self._stand.directory, finished)

    def _set_up(self, standings: Standings) -> bool:
        if self._contest.setup is None:
            return True
        for contender in self._contest.sides:
            title = f"--setup of {contender.side}"
            self._log.heading(title)
            setup = _beside(contender, self._contest.setup)
            failure = self._launcher.aside(setup, self._environment(contender), self._stdio)
            if failure:
                self._failed(standings, f"--setup {failure}", title, f" for {contender.side}")
                standings.set_up = False
                return False
        return True

    def _pair(self, number: int, standings: Standings, *, base_first: bool) -> bool:
        """Both sides once; whether both ended well."""
        base, head = self._contest.sides
        good = 0
        for position, contender in enumerate((base, head) if base_first else (head, base), 1):
            if self._stand.asked:
                return False
            good += self._side(number, contender, position, standings)
            if not good and not self._contest.ignore_failure:
                return False
        return good == 2

    def _side(self, number: int, contender: Contender, position: int, standings: Standings) -> bool:
        contest, kept = self._contest, number > 0
        place = f"warm-up {number + contest.warmup} of {contest.warmup}"
        if kept:
            place = f"pair {number}"
            place += f" of {contest.pairs}" if contest.wanted is None else ""
        title = f"{contender.side} in {place}"
        self._log.heading(title)
        launch = Launch(
            number=next(self._numbers),
            command=contender.command,
            environment=self._environment(contender),
            record=kept,
            tag=contender.tag,
            pair=number if kept else None,
            position=position if kept else None,
            prepare=contest.prepare and _beside(contender, contest.prepare),
            cleanup=contest.cleanup and _beside(contender, contest.cleanup),
        )
        outcome = self._launcher.launch(launch, self._stdio)
        if outcome.done:
            standings.enter(outcome.done)
        if outcome.failure:
            self._failed(standings, outcome.failure, title, f", as {title}")
        return outcome.failure is None

    def _failed(self, standings: Standings, failure: str, title: str, where: str) -> None:
        standings.failures.append(failure + where)
        if not self._stand.asked:
            passed_over = failure if self._contest.ignore_failure else None
            self._log.explain(title, passed_over, self._stand.voice.say)

    def _environment(self, contender: Contender) -> Mapping[str, str]:
        return {**self._stand.environment, "SKOPE_SIDE": contender.side}


def _beside(contender: Contender, command: Command) -> Command:
    """`command`, run where the contender works."""
    return replace(command, directory=contender.command.directory)


def _counting() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number
