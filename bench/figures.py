"""Figures taken in interleaved rounds, and what is claimed of them.

What is compared runs in turn within each round, so that a machine that slows down or speeds up
does it to all of them; a ratio is formed within a round and its median over the rounds is judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from skope.stats.median import median


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a table: a quantity as each round found it."""

    what: str
    unit: str
    values: Sequence[float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A value that has a budget: what it is, over which range it was found."""

    value: float
    low: float
    high: float
    unresolved: str = ""
    """Why it cannot be held against a budget on this machine, now; empty where it can."""
    beside: str = ""
    """What has to be known to judge it; it changes no verdict."""


@dataclass(kw_only=True, slots=True)
class Section:
    """What one measurement found."""

    title: str
    rows: list[Row] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)
    """By the key of a budget."""
    notes: list[str] = field(default_factory=list)
    failed: bool = False
    """It could not be finished, which is a defect, unlike a peer that is not there."""

    def unresolved(self, keys: Sequence[str], why: str) -> None:
        """None of `keys` could be measured."""
        for key in keys:
            self.findings[key] = Finding(value=inf, low=inf, high=inf, unresolved=why)
        self.notes.append(why)


def in_turn(rounds: int, tasks: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Each task once a round, in order one round and in reverse the next."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds):
        for name in list(tasks)[:: 1 if turn % 2 == 0 else -1]:
            found[name].append(tasks[name]())
    return found


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Finding:
    """How many times `theirs` is `ours`, round by round."""
    return of([mine / other for mine, other in zip(ours, theirs, strict=True)])


def below_sanic(found: Mapping[str, Sequence[float]]) -> Finding:
    """How many times Sanic's cost is Skope's; beside it how many times it is raw uvloop's."""
    floor = ratio(found["sanic"], found["uvloop"]).value
    told = f"raw uvloop, the same reply always, is itself {floor:.2f} × below it"
    return replace(ratio(found["sanic"], found["skope"]), beside=told)


def of(values: Sequence[float]) -> Finding:
    """The median of `values` and their range."""
    return Finding(value=median(values), low=min(values), high=max(values))
