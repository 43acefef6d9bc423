"""What is told of the pairs a comparison was measured in, over all its gated metrics."""

from collections.abc import Collection, Sequence

from skope.diff.evidence import Evidence
from skope.diff.reservations import drifts, effect_of_order
from skope.schema.diff import Pairs
from skope.stats.drift import NOTABLE
from skope.stats.multiplicity import holm


def pairs_of(evidence: Sequence[Evidence], gate: Collection[str], *, left_out: int) -> Pairs | None:
    """The pairs, and whether order or time showed in them; None without pairs.

    Of several gated metrics one may seem to care for the order by chance: their p are Holm's.
    """
    gated = [e for e in evidence if e.pair.spec.name in gate] or list(evidence)
    largest = max((e.pair.matches or () for e in gated), key=len, default=())
    if not largest:
        return None
    tested = [(e, test) for e in gated if (test := effect_of_order(e)) is not None]
    adjusted = holm([test.p for _, test in tested])
    return Pairs(
        count=len(largest),
        base_first=sum(match.base_first for match in largest),
        left_out=left_out,
        order_effects=[
            e.pair.spec.name for (e, _), p in zip(tested, adjusted, strict=True) if p < NOTABLE
        ],
        drifting=[e.pair.spec.name for e in gated if drifts(e)],
    )
