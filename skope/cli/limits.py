"""``[metric.NAME]`` tables of the configuration: a budget, the change that matters, the gate.

::

    [metric.memory_peak]
    max = "512MiB"       # the most head's median may be, judged at any number of runs
    min_effect = "5%"    # a smaller change is none
    gate = true          # counts for the verdict of the whole comparison
"""

import re
from collections.abc import Mapping
from math import inf
from typing import Final

from skope.errors import UsageError
from skope.schema.metrics import METRICS, spec_of
from skope.schema.policy import Policy
from skope.store.addresses import nearest

_KEYS: Final = ("max", "min_effect", "gate")
_AMOUNT: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(\S*)")
_KIB: Final = 1 << 10
_BINARY: Final = {"B": 1, "KiB": _KIB, "MiB": _KIB**2, "GiB": _KIB**3, "TiB": _KIB**4}
_BYTES: Final = _BINARY | {"kB": 1000, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3600}
_SIZES: Final[Mapping[str, Mapping[str, float]]] = {
    "s": _SECONDS,
    "B": _BYTES,
    "MiB": {unit: size / _BYTES["MiB"] for unit, size in _BYTES.items()},
    "%": {"%": 1},
    "count": {},
}
"""By a metric's unit: what else may be written, and how much of it that is."""
_EXAMPLES: Final = {"s": "1.5s", "B": "64KiB", "MiB": "512MiB", "%": "80%", "count": "8"}
_LARGEST: Final = 1e300
_MOST_EFFECT: Final = 10.0


def limits_of(tables: object, where: str) -> Policy:
    """What `tables`, by metric, ask of a comparison.

    Raises
    ------
    UsageError
        If a metric or a key is unknown, or a value is none of its kind; the message names `where`.
    """
    if not isinstance(tables, Mapping):
        message = f"{where} is a table for each metric, not {tables!r}"
        raise UsageError(message, hint='[metric.memory_peak]\nmax = "512MiB"')
    policy = Policy()
    for metric, table in tables.items():
        _check(metric, table, where)
        said = f"{where}.{metric}"
        if "max" in table:
            policy.budgets[metric] = _amount(table["max"], spec_of(metric).unit, f"{said}: max")
        if "min_effect" in table:
            policy.min_effect[metric] = _share(table["min_effect"], f"{said}: min_effect")
        if "gate" in table:
            policy.gating[metric] = _flag(table["gate"], f"{said}: gate")
    return policy


def _check(metric: str, table: object, where: str) -> None:
    if metric not in METRICS:
        close = nearest(metric, [*METRICS])
        message = f"{where}: there is no metric {metric!r}"
        raise UsageError(message, hint=f"nearest: {close}" if close else None)
    if not isinstance(table, Mapping):
        message = f"{where}.{metric} is a table, not {table!r}"
        raise UsageError(message, hint="it may hold max, min_effect and gate")
    if unknown := sorted(table.keys() - set(_KEYS)):
        close = nearest(unknown[0], _KEYS)
        message = f"{where}.{metric}: {unknown[0]!r} is none of max, min_effect and gate"
        raise UsageError(message, hint=f"nearest: {close}" if close else None)


def _amount(value: object, unit: str, where: str) -> float:
    """A budget in the metric's own unit."""
    found = _number(value, {"": 1, **_SIZES[unit]})
    if not 0 <= found <= _LARGEST:
        message = f"{where} cannot be {value!r}"
        raise UsageError(message, hint=f'write "{_EXAMPLES[unit]}"')
    return found


def _share(value: object, where: str) -> float:
    """A relative change: 0.05 or 5 %."""
    found = _number(value, {"": 1, "%": 0.01})
    # A bare 5 is more probably meant as per cent than as six times as much.
    if not 0 <= found <= _MOST_EFFECT or (found >= 1 and "%" not in str(value)):
        message = f"{where} cannot be {value!r}"
        raise UsageError(message, hint='write 0.05 or "5%"')
    return found


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        message = f"{where} is true or false, not {value!r}"
        raise UsageError(message)
    return value


def _number(value: object, sizes: Mapping[str, float]) -> float:
    """`value` times the size of its unit; infinite where it is no number or of no such unit."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return inf
    match = _AMOUNT.fullmatch(str(value).strip())
    if match is None or match[2] not in sizes:
        return inf
    return float(match[1]) * sizes[match[2]]
