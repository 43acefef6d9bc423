"""The status line of several runs, or of several pairs of them."""

from typing import Final

from skope.units import NS_PER_S

_BAR: Final = 30
"""Characters."""


def progress(done: int, total: int, elapsed_ns: int) -> str:
    """``run 4 of 10   1.2 s each   about 8 s left``."""
    text = f"run {min(done + 1, total)} of {total}"
    if not done:
        return text
    each_s = elapsed_ns / done / NS_PER_S
    return f"{text}   {each_s:.3g} s each   about {_spoken(each_s * (total - done))} left"


def bar(done: int, total: int, elapsed_ns: int) -> str:
    """``pairs 4/10  ━━━━━━━━━━━━              about 8 s left``."""
    text = f"pairs {done}/{total}  {_drawn(done, total):<{_BAR}}"
    if not done:
        return text.rstrip()
    return f"{text}  about {_spoken(elapsed_ns / done * (total - done) / NS_PER_S)} left"


def elapsed(done: int, total: int, elapsed_ns: int) -> str:
    """``pairs 10/10  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  26 s``."""
    drawn = f"  {_drawn(done, total)}" if done else ""
    return f"pairs {done}/{total}{drawn}  {_spoken(elapsed_ns / NS_PER_S)}"


def _drawn(done: int, total: int) -> str:
    return "━" * (_BAR * done // total)


def _spoken(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
