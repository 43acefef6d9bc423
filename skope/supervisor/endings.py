"""How a process ended: its status in words, and as an exit code.

A status is what `Popen.returncode` holds: an exit code, or -n when signal n ended the process.
"""

import signal
from typing import Final

FAULTS: Final = frozenset(
    {
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGSEGV,
        signal.SIGSYS,
        signal.SIGTRAP,
    }
)
"""Signals a process brings upon itself."""


def by_itself(status: int) -> bool:
    """Whether the process is the cause of its own end; SIGKILL, say, comes from outside."""
    return status >= 0 or -status in FAULTS


def exit_code_of(status: int) -> int:
    """As a shell has it: 128 + n for signal n."""
    return status if status >= 0 else 128 - status


def in_words(status: int) -> str:
    """``exit code 3`` or ``SIGSEGV``."""
    return f"exit code {status}" if status >= 0 else signal_name(-status)


def signal_name(number: int) -> str:
    """``SIGTERM`` for 15; real-time signals have only numbers."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
