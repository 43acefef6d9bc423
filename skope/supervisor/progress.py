"""The status line of several runs."""

from skope.units import NS_PER_S


def progress(done: int, total: int, elapsed_ns: int) -> str:
    """``run 4 of 10   1.2 s each   about 8 s left``."""
    text = f"run {min(done + 1, total)} of {total}"
    if not done:
        return text
    each_s = elapsed_ns / done / NS_PER_S
    return f"{text}   {each_s:.3g} s each   about {_spoken(each_s * (total - done))} left"


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
