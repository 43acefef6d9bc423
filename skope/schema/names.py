"""What a capture, a module or a posted record may be called: one rule, checked once."""

import re
from typing import Final

from skope.errors import BadRequest

LONGEST: Final = 200
"""Characters."""

# Unicode's category Cc, and halves of surrogate pairs, which no encoding can carry.
_UNFIT: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")


def check_name(name: str, *, what: str = "a name") -> str:
    """`name` itself, verbatim, when it may be one: 1 to 200 characters and none of control.

    Raises
    ------
    BadRequest
        With the reason.
    """
    if 0 < len(name) <= LONGEST and name.isascii() and name.isprintable():
        return name
    if not name:
        message = f"{what} has at least one character"
        raise BadRequest(message)
    return check_module(name, what=what)


def check_module(module: str, *, what: str = "a module") -> str:
    """The same for what may also be empty.

    Raises
    ------
    BadRequest
        With the reason.
    """
    if len(module) > LONGEST:
        message = f"{what} has at most {LONGEST} characters, this one {len(module)}"
        raise BadRequest(message)
    unfit = _UNFIT.search(module)
    if unfit:
        kind = "half of a surrogate pair" if unfit[0] >= "\ud800" else "a control character"
        message = f"{what} holds no U+{ord(unfit[0]):04X} ({kind}), as this one does"
        raise BadRequest(message)
    return module
