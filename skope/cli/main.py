"""The `skope` command: from words to an exit code."""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import NoReturn

from skope.cli import exits
from skope.cli.commands import BY_NAME, Command
from skope.cli.descriptors import hold_standard_descriptors
from skope.cli.messages import complain, put, say_as_it_is, stdout_fault
from skope.cli.plain import write_plainly_where_needed, write_utf8
from skope.cli.words import split
from skope.errors import EnvironmentFault, SkopeError, UsageError


def entry() -> None:
    """What the installed script calls."""
    gc.disable()  # until the command runs: nothing that is imported becomes garbage
    hold_standard_descriptors()
    write_plainly_where_needed()
    _leave(_settled(main(sys.argv[1:])))


def _leave(code: int) -> NoReturn:
    """Ends at once: to take the interpreter down in order is a tenth of what a command costs.

    Everything that had to be closed is: what was to be kept lies in `with` blocks.
    """
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
    os._exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    try:
        code = _dispatch(argv)
    except SystemExit as left:  # argparse has printed help or the version
        code = left.code if isinstance(left.code, int) else exits.DONE
    except SkopeError as error:
        code = _failed(error)
    except KeyboardInterrupt as error:
        code = exits.exit_code_of(error)
    except BrokenPipeError as error:
        code = exits.exit_code_of(error)
    except OSError as error:
        code = _failed(EnvironmentFault(f"the system refuses: {error.strerror or error}"))
    except Exception:  # noqa: BLE001 - the last resort: a defect must not look like a verdict
        code = _broken()
    return code


def _dispatch(argv: Sequence[str]) -> int:
    name, words = split(argv)
    if name is None:
        return _without_command(words)
    command = BY_NAME.get(name)
    if command is None:
        raise _unknown(name)
    return _run(command, words)


def _run(command: Command, words: Sequence[str]) -> int:
    from importlib import import_module

    from skope.cli.lean import import_msgspec

    import_msgspec()
    from skope.cli import options

    module = import_module(command.module)
    gc.freeze()  # nor does any of it become garbage later: it need not be looked at
    gc.enable()
    parser = options.parser_of(command, module)
    asked = options.read(parser, command.name, words)
    if options.are_for_a_program(asked):
        write_utf8()
    with ExitStack() as asked.closing:
        code: int = module.run(asked)
    return code


def _without_command(words: Sequence[str]) -> int:
    if "-V" in words or "--version" in words:
        from skope._version import VERSION

        put(f"skope {VERSION}")
        return exits.DONE
    if words and "--help" not in words:
        message = "no command was given"
        raise UsageError(message, hint="`skope help` lists them")
    from skope.cli.help import overview

    put(overview())
    return exits.DONE


def _unknown(name: str) -> UsageError:
    from skope.store.addresses import nearest

    close = nearest(name, [*BY_NAME])
    hint = "`skope help` lists the commands"
    return UsageError(f"no command {name!r}", hint=f"nearest: {close}\n{hint}" if close else hint)


def _failed(error: SkopeError) -> int:
    complain(error)
    return exits.exit_code_of(error)


def _broken() -> int:
    import traceback

    say_as_it_is(f"{traceback.format_exc()}skope: this is a defect of Skope; please report it")
    return exits.BROKEN


def _settled(code: int) -> int:
    """The exit code once all of stdout is out, or is known not to get there."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        _abandon_stdout()
        return code or exits.exit_code_of(error)
    except OSError as error:
        _abandon_stdout()
        return code or _failed(stdout_fault(error))
    return code


def _abandon_stdout() -> None:
    """Let the interpreter's own flush at exit go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
