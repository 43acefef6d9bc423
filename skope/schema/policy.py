"""What a comparison is asked to care about."""

from msgspec import Struct


class Policy(Struct, frozen=True, kw_only=True):
    """The settings of one diff; dictionaries are by metric name."""

    confidence: float = 0.95
    """Of all gated metrics together, and of every other metric by itself."""
    min_effect: dict[str, float] = {}
    """The relative change that matters, in place of the metric's own 2 %. Neither the noise floor
    nor the resolution of the source is lowered by it."""
    gate: list[str] | None = None
    """The metrics of the overall verdict; None: those that are gated by their declaration."""
    gating: dict[str, bool] = {}
    """Single metrics that are of the overall verdict, or are not, whatever holds for the others."""
    budgets: dict[str, float] = {}
    """The most head's median may be, in the metric's unit, at any number of runs."""
    noise_floors: dict[str, float] = {}
    """The relative change that identical code shows on this machine at this number of runs."""
    across: bool = False
    """Compare even if the two sides were not made alike."""
