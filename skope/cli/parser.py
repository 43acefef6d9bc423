"""argparse that answers as the rest of Skope does: one sentence, what to do, exit code 2."""

import argparse
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final, NoReturn

from skope._version import VERSION
from skope.cli.messages import COLUMNS
from skope.errors import UsageError


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width: argparse would import shutil to ask the terminal, even for no help."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=COLUMNS)


class Parser(argparse.ArgumentParser):
    """The parser of one command."""

    def __init__(self, command: str, summary: str) -> None:
        super().__init__(
            prog=f"skope {command}",
            description=summary[0].upper() + summary[1:] + ".",
            add_help=False,
            allow_abbrev=False,
            formatter_class=_Help,
        )
        self._command: Final = command

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"`skope help {self._command}` lists the options")

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The options in `words`, every one of which has to be known."""
        try:
            options, unknown = self.parse_known_args(words)
        except UsageError:
            # A slip in the name of a required option is the cause, its absence only what follows.
            self._check_names(words)
            raise
        if not unknown:
            return options
        word = unknown[0].partition("=")[0]
        if not word.startswith("-"):
            self.error(f"`skope {self._command}` does not know what to do with {word!r}")
        raise self._no_option(word)

    def _check_names(self, words: Sequence[str]) -> None:
        for word in takewhile("--".__ne__, words):
            name = word.partition("=")[0]
            if name.startswith("--") and name not in self._option_string_actions:
                raise self._no_option(name)

    def _no_option(self, word: str) -> UsageError:
        from skope.store.addresses import nearest

        close = nearest(word, [*self._option_string_actions])
        hint = f"`skope help {self._command}` lists them"
        message = f"`skope {self._command}` has no option {word}"
        return UsageError(message, hint=f"nearest: {close}\n{hint}" if close else hint)

    def adopt(self, settings: Mapping[str, object], where: str) -> None:
        """Take `settings` from a configuration file as defaults of the options they name."""
        for key, value in settings.items():
            action = self._option_string_actions.get(f"--{key.replace('_', '-')}")
            if action is None:
                message = f"{where}: `skope {self._command}` has no option {key!r}"
                raise UsageError(message, hint=f"`skope help {self._command}` lists them")
            said = f"{where}: {key}"
            several = isinstance(action.default, list)
            values = value if several and isinstance(value, list) else [value]
            default = [self._converted(action, one, said) for one in values]
            self.set_defaults(**{action.dest: default if several else default[0]})
            action.required = False

    def _converted(self, action: argparse.Action, value: object, where: str) -> Any:  # noqa: ANN401
        if action.nargs == 0:
            if not isinstance(value, bool):
                message = f"{where} is true or false, not {value!r}"
                raise UsageError(message)
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            message = f"{where} is not {value!r}"
            raise UsageError(message)
        try:
            converted = self._get_value(action, str(value))
            self._check_value(action, converted)
        except argparse.ArgumentError as error:
            message = f"{where}: {error.message}"
            raise UsageError(message) from error
        return converted


def add_common(parser: Parser) -> None:
    """The options of `skope` itself, which every command takes."""
    group = parser.add_argument_group("options of every command")
    group.add_argument("-H", "--host", help="address to listen on (SKOPE_HOST; default localhost)")
    group.add_argument(
        "-p", "--port", type=port_number, help="its port, 0 for a free one (SKOPE_PORT; 9001)"
    )
    group.add_argument("--dir", help="where the reports are (SKOPE_DIR; default .skope)")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), help="colours; NO_COLOR is obeyed"
    )
    group.add_argument("-h", "--help", action="help", help="print this")
    group.add_argument("-V", "--version", action="version", version=f"skope {VERSION}")


def port_number(text: str) -> int:
    """A port in `text`; the error argparse wants if there is none."""
    try:
        number = int(text) if text.isascii() else -1
    except ValueError:
        number = -1
    if not 0 <= number <= 65535:
        message = f"{text!r} is no port: a number from 0 to 65535"
        raise argparse.ArgumentTypeError(message)
    return number
