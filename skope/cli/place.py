"""What every command that listens has in common on the command line: where, and who may call."""

import argparse
from typing import TYPE_CHECKING

from skope.errors import UsageError

if TYPE_CHECKING:
    from skope.supervisor.place import Place


def configure_access(parser: argparse.ArgumentParser) -> None:
    """The options that matter beyond the loopback interface."""
    group = parser.add_argument_group("who may call")
    group.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="accept this Host too; .NAME for all below it (SKOPE_ALLOW_HOST)",
    )
    group.add_argument(
        "--no-auth",
        action="store_true",
        help="bound beyond this machine, need no token all the same (SKOPE_NO_AUTH=1)",
    )


def configure_watch(parser: argparse.ArgumentParser) -> None:
    """Whom to measure, for commands that capture."""
    parser.add_argument(
        "--watch",
        type=_target,
        metavar="PID|:PORT|CGROUP",
        help="measure this process and its children, who listens on PORT, or a control group",
    )


def _target(text: str) -> str:
    from skope.schema.target import target_of

    try:
        target_of(text)
    except UsageError as error:
        message = f"{error.message}: {error.hint}"
        raise argparse.ArgumentTypeError(message) from error
    return text


def _check_watched(text: str) -> None:
    """A process or group that is not there, or not ours, is said at once; a port's may come."""
    from skope.schema.target import target_of

    target = target_of(text)
    if target.kind == "group":
        from skope.probe.unified import find_group

        find_group(target.path)
    elif target.kind == "pid":
        from skope.front.aims import resolve

        resolve(target)


def place_of(options: argparse.Namespace) -> "Place":
    """The place the options name.

    Raises
    ------
    SkopeError
        If they watch a process or a control group that cannot be watched.
    """
    from skope.schema.policy import Policy
    from skope.supervisor.place import Place

    watch = getattr(options, "watch", None)
    if watch:
        _check_watched(watch)
    return Place(
        host=options.host,
        port=options.port,
        directory=options.dir,
        given=options.dir_given,
        no_auth=options.no_auth,
        allow_hosts=tuple(options.allow_host),
        watch=watch,
        policy=options.policy or Policy(),
    )
