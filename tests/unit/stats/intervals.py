"""What a comparison says of two samples, as the tests ask for it."""

from msgspec.structs import replace

from skope.stats.shift import factor, invert, logs


def shift_interval(base, head, confidence=0.95):
    """By how much head lies above base."""
    return invert(base, head).interval(confidence)


def ratio_interval(base, head, confidence=0.95):
    """By which factor it does, `exp(median(log y - log x))`, in the same fields."""
    shift = shift_interval(logs(base), logs(head), confidence)
    estimate, low, high = (factor(bound) for bound in (shift.estimate, shift.low, shift.high))
    return replace(shift, estimate=estimate, low=low, high=high)
