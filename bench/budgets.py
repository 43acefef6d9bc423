"""The limits of `budgets.toml`, and whether a finding keeps them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bench.figures import Finding

FILE: Final = Path(__file__).with_name("budgets.toml")

Word = Literal["ok", "over", "not resolvable here"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """One limit; exactly one of `at_most` and `at_least` is set."""

    key: str
    what: str
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def limit(self) -> str:
        """As a person writes it."""
        sign, bound = ("≤", self.at_most) if self.at_most is not None else ("≥", self.at_least)
        return f"{sign} {bound:,} {self.unit}"

    def judge(self, finding: Finding) -> Word:
        """What is to be said of `finding`; the limit itself is within it."""
        if finding.unresolved:
            return "not resolvable here"
        if self.at_most is not None:
            return "ok" if finding.value <= self.at_most else "over"
        assert self.at_least is not None
        return "ok" if finding.value >= self.at_least else "over"


def read_budgets(text: str) -> dict[str, Budget]:
    """The budgets of a TOML text by their keys.

    Raises
    ------
    ValueError
        If one has no limit or two, or a member that is none.
    """
    budgets = {}
    for key, table in tomllib.loads(text).items():
        try:
            budget = Budget(key=key, **table)
        except TypeError as error:
            message = f"budget {key}: {error}"
            raise ValueError(message) from None
        if (budget.at_most is None) == (budget.at_least is None):
            message = f"budget {key}: one of at_most and at_least, not both and not neither"
            raise ValueError(message)
        budgets[key] = budget
    return budgets
