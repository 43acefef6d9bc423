"""The verdict on two aggregates in one sentence, naming what weighs most."""

from collections.abc import Sequence
from math import log
from typing import Final

from skope.diff import wording
from skope.diff.overall import verdict_of
from skope.schema.aggregate_diff import AggregateChange

MOST_NAMED: Final = 3


def summary_of(means: Sequence[AggregateChange]) -> str:
    """The sentence above the table; `means` are the gated changes, one a name."""
    if not means:
        return "INCONCLUSIVE: no name is on both sides"
    verdict = verdict_of(means)
    decisive = [change for change in means if change.verdict == verdict]
    if verdict in ("equivalent", "small-change"):
        sentence = _calm(decisive, means)
    elif verdict == "inconclusive":
        sentence = f"cannot tell for {_listed([change.name for change in _by_weight(decisive)])}"
    else:
        sentence = _listed([_standing(change) for change in _by_weight(decisive)])
        improved = sum(change.verdict == "improvement" for change in means)
        if verdict == "regression" and improved:
            sentence += f" ({_names(improved)} improved)"
    return f"{verdict.replace('-', ' ').upper()}: {sentence}"


def _calm(decisive: Sequence[AggregateChange], means: Sequence[AggregateChange]) -> str:
    within = wording.margin(means[0].min_effect or 0.0, "ratio", "s")
    if decisive[0].verdict == "equivalent":
        return f"{_names(len(decisive))} within ±{within}"
    return f"{_listed([_standing(c) for c in _by_weight(decisive)])}, below what matters"


def _standing(change: AggregateChange) -> str:
    if not change.ratio:
        return change.name
    size = log(change.ratio)
    return f"{change.name} takes {wording.extent(size, 'ratio', 's')} {_direction(size)}"


def _direction(size: float) -> str:
    return "longer" if size > 0 else "less"


def _by_weight(changes: Sequence[AggregateChange]) -> list[AggregateChange]:
    """What costs or saves most first: the change of a mean by how often it happens."""
    return sorted(changes, key=lambda c: (-abs(c.delta or 0.0) * max(c.n_base, c.n_head), c.name))


def _listed(words: Sequence[str]) -> str:
    if len(words) <= MOST_NAMED + 1:
        return wording.listed(words)
    return wording.listed([*words[:MOST_NAMED], f"{_names(len(words) - MOST_NAMED)} more"])


def _names(number: int) -> str:
    return f"{number:,} name{'s' * (number != 1)}"
