"""What is wrong with a posted record: what its field must be, and what it is."""

import re
from typing import Final

from skope.schema.record import MOST_CHARACTERS, MOST_MIB, MOST_SECONDS

_MEMORY: Final = f"a number of MiB from {-MOST_MIB:,.0f} to {MOST_MIB:,.0f}, or null"
_WANTED: Final = {
    "name": f"a string of 1 to {MOST_CHARACTERS} characters",
    "exec_time": f"a number of seconds from 0 to {MOST_SECONDS:,.0f}",
    "module": f"a string of at most {MOST_CHARACTERS} characters, or null",
    "timestamp": "a number of seconds since 1970-01-01 UTC, or null",
    "exec_memory_usage": _MEMORY,
    "total_memory_global": f"a number of MiB from 0 to {MOST_MIB:,.0f}, or null",
    "system_manager": "an object, or null",
    "memory_usage": _MEMORY,
    "cpu_usage": "a number, or null",
}
_RECORD: Final = "an object that has `name` and `exec_time`"
_AT: Final = re.compile(r"^(?P<what>.*) - at `\$(?P<path>.*)`$", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")
_GIVEN: Final = {
    "got `str`": "a string",
    "got `int`": "a number",
    "got `float`": "a number",
    "got `bool`": "a boolean",
    "got `null`": "null",
    "got `array`": "an array",
    "got `object`": "an object",
    "of length >=": "empty",
    "of length <=": "longer",
    "` >= 0": "negative",
    "` >=": "below that",
    "` <=": "above that",
    "out of range": "out of range",
}
"""What a value is, by the part of msgspec's words that tells; they never quote it."""
_CUT_OFF: Final = "Input data was truncated"


def sentence(said: str, path: str) -> str:
    """What msgspec `said` of the record at `path`, in words of its fields, after the path."""
    match = _AT.match(said)
    if match is not None:
        said, path = match["what"], path + match["path"]
    missing = _MISSING.fullmatch(said)
    if missing is not None:
        return f"{path}.{missing[1]}: it must be {_WANTED[missing[1]]}, but is missing"
    given = next((words for part, words in _GIVEN.items() if part in said), None)
    if given is None:
        return f"{path}: {said.replace(_CUT_OFF, 'JSON is malformed: it ends too early')}"
    wanted = _WANTED.get(path.rpartition(".")[2], _RECORD)
    return f"{path}: it must be {wanted}, but is {given}"
