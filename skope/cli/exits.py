"""Every failure to its exit code, in one table.

0 done · 1 regression, when gated · 2 usage, unknown or foreign report · 3 inconclusive, when gated
· 4 the script failed · 5 the environment · 70 Skope is broken · 128+n ended by signal n
"""

from typing import Final

from skope.errors import (
    EnvironmentFault,
    ReportError,
    RequestError,
    ScriptFailed,
    SignalError,
    SkopeError,
    UsageError,
)

DONE: Final = 0
REGRESSION: Final = 1
USAGE: Final = 2
INCONCLUSIVE: Final = 3
SCRIPT: Final = 4
ENVIRONMENT: Final = 5
BROKEN: Final = 70
"""A defect must not be taken for a regression, which is what Python's own 1 would say."""
INTERRUPTED: Final = 130
READER_GONE: Final = 141

_CODES: Final[tuple[tuple[type[SkopeError], int], ...]] = (
    (UsageError, USAGE),
    (ReportError, USAGE),
    (ScriptFailed, SCRIPT),
    (EnvironmentFault, ENVIRONMENT),
    (SignalError, USAGE),
    (RequestError, USAGE),
)


def exit_code_of(error: BaseException) -> int:
    """The exit code that says what kind of failure `error` is."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return READER_GONE
    return next((code for kind, code in _CODES if isinstance(error, kind)), BROKEN)
