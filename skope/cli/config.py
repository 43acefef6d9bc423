"""Settings from ``skope.toml`` or ``[tool.skope]`` in ``pyproject.toml`` of the current directory.

Top-level keys are the options of every command; a table named after a command holds its options,
and ``[metric.NAME]`` what a comparison asks of that metric.
"""

import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from skope.cli.commands import BY_NAME
from skope.errors import UsageError
from skope.store.addresses import nearest

if TYPE_CHECKING:
    from skope.schema.policy import Policy

GLOBAL: Final = ("host", "port", "dir", "color")
METRIC: Final = "metric"


class Config(NamedTuple):
    """What a configuration file says."""

    where: str
    """How messages call it."""
    settings: Mapping[str, object]
    """The options of every command."""
    commands: Mapping[str, Mapping[str, object]]
    policy: "Policy | None" = None
    """What a comparison asks of single metrics; None: nothing was said of any."""


NONE: Final = Config("", {}, {})


def load(folder: str) -> Config:
    """The configuration in `folder`; skope.toml goes before pyproject.toml.

    Raises
    ------
    UsageError
        If it cannot be read, is no TOML, or says something unknown.
    """
    own = _bytes(folder, "skope.toml")
    if own is not None:
        return _checked("skope.toml", _parse(own, "skope.toml"))
    shared = _bytes(folder, "pyproject.toml")
    # Most projects have one that says nothing of Skope: tomllib need not be imported for it.
    if shared is None or b"skope" not in shared:
        return NONE
    tool = _parse(shared, "pyproject.toml").get("tool")
    table = tool.get("skope") if isinstance(tool, dict) else None
    return _checked("pyproject.toml [tool.skope]", table) if isinstance(table, dict) else NONE


def _checked(where: str, table: Mapping[str, object]) -> Config:
    settings: dict[str, object] = {}
    commands: dict[str, Mapping[str, object]] = {}
    for key, value in table.items():
        if key in GLOBAL:
            settings[key] = value
        elif key in BY_NAME and isinstance(value, dict):
            commands[key] = value
        elif key != METRIC:
            close = nearest(key, [*GLOBAL, *BY_NAME, METRIC])
            message = f"{where}: {key!r} is neither a setting nor the table of a command"
            raise UsageError(message, hint=f"nearest: {close}" if close else None)
    return Config(where, settings, commands, _policy(where, table))


def _policy(where: str, table: Mapping[str, object]) -> "Policy | None":
    if METRIC not in table:
        return None
    from skope.cli.limits import limits_of

    return limits_of(table[METRIC], f"{where}: {METRIC}")


def _bytes(folder: str, name: str) -> bytes | None:
    try:
        with open(f"{folder}/{name}", "rb", opener=_at_once) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"cannot read {name}: {error.strerror}"
        raise UsageError(message) from error
    message = f"cannot read {name}: it is no file, but a pipe or a device"
    raise UsageError(message)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # of a pipe, without a writer


def _parse(data: bytes, name: str) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"{name} is no TOML: {error}"
        raise UsageError(message) from error
