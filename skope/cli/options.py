"""One set of options out of flags, environment, configuration and defaults, in that order."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from skope.cli.commands import Command
from skope.cli.config import Config, load
from skope.cli.messages import COLUMNS
from skope.cli.parser import Parser, add_common, port_number
from skope.errors import UsageError

DEFAULTS: Final[Mapping[str, object]] = {
    "host": "localhost",
    "port": 9001,
    "dir": ".skope",
    "color": "auto",
}
_VARIABLES: Final = {"host": "SKOPE_HOST", "port": "SKOPE_PORT", "dir": "SKOPE_DIR"}


def parser_of(command: Command, module: Any) -> Parser:  # noqa: ANN401 - a module
    """The parser of a command, its own options first."""
    parser = Parser(command.name, command.summary)
    module.configure(parser)
    add_common(parser)
    return parser


def read(
    parser: Parser, command: str, words: Sequence[str], environ: Mapping[str, str] = os.environ
) -> argparse.Namespace:
    """The options of `command`, complete.

    `dir_given` says whether a person named the directory, `directory` is that once it is open;
    `policy` is what the configuration asks of single metrics, or None.

    Raises
    ------
    UsageError
        Whatever is wrong with any of the sources, naming the source.
    """
    own = words[: words.index("--")] if "--" in words else words
    if not {"--help", "-V", "--version"}.isdisjoint(own):
        return parser.read(words)  # prints and leaves, whatever the configuration says
    config = load(_here())
    parser.adopt(config.commands.get(command, {}), f"{config.where} [{command}]")
    options = parser.read(words)
    options.policy = config.policy
    options.directory = None
    options.dir_given = options.dir is not None or bool(environ.get("SKOPE_DIR"))
    for name, default in DEFAULTS.items():
        if getattr(options, name) is None:
            setattr(options, name, _elsewhere(name, environ, config, default))
    if not options.dir:
        message = "--dir is empty"
        raise UsageError(message, hint="leave it out for .skope")
    return options


def are_for_a_program(options: argparse.Namespace) -> bool:
    """Whether what goes to stdout is data in a format, and not a text for a terminal."""
    asked = "json" if getattr(options, "json", False) else getattr(options, "format", None)
    return asked not in (None, "table")


def wants_colour(options: argparse.Namespace) -> bool:
    """Whether stdout is to be coloured."""
    if options.color != "auto":
        return bool(options.color == "always")
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout is not None and sys.stdout.isatty()


def terminal_columns() -> int:
    """How wide stdout is; 80 when it is no terminal."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or COLUMNS
    except (AttributeError, OSError, ValueError):
        return COLUMNS


def _elsewhere(name: str, environ: Mapping[str, str], config: Config, default: object) -> object:
    variable = _VARIABLES.get(name, "")
    if value := environ.get(variable):
        return _typed(name, value, variable)
    if name in config.settings:
        return _typed(name, config.settings[name], f"{config.where}: {name}")
    return default


def _typed(name: str, value: object, where: str) -> object:
    if name == "port" and isinstance(value, str | int) and not isinstance(value, bool):
        try:
            return port_number(str(value))
        except argparse.ArgumentTypeError as error:
            message = f"{where}: {error}"
            raise UsageError(message) from error
    known = name != "color" or value in ("auto", "always", "never")
    if not isinstance(value, str) or not value or not known:
        message = f"{where} cannot be {value!r}"
        raise UsageError(message)
    return value


def _here() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - pathlib is a twentieth of what a command costs
    except OSError as error:
        message = "the current directory is gone"
        raise UsageError(message, hint="cd to one that exists") from error
