"""The quantiles of one name's executions that may be shown, each with its interval."""

from skope.diff.aggregate_quantiles import ordered
from skope.schema.quantiles import QUANTILES
from skope.schema.totals import Totals
from skope.view.aggregate_table import Bracketed


def bracketed(totals: Totals) -> list[Bracketed]:
    """From the least to the greatest; none where only sums were kept."""
    values = None if totals.tally is None else ordered(totals.tally)
    return [
        Bracketed(label, found.estimate, found.low, found.high)
        for label, q in QUANTILES.items()
        if values is not None and (found := values.quantile(q)) is not None
    ]
