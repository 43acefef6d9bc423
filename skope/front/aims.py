"""From what a person named to the process that is watched, as of now."""

from skope.errors import Forbidden, UnknownProcess
from skope.probe.identity import Found, find
from skope.schema.target import Target


def words_of(target: Target, found: Found | None = None) -> str:
    """What a report calls it: the same for every start of the same program."""
    if target.kind == "port":
        return f":{target.number}"
    if target.kind == "group":
        return f"cgroup {target.path}"
    return f"process {found.name}" if found else f"pid {target.number}"


def resolve(target: Target) -> Found:
    """The process that `target` means now.

    Raises
    ------
    UnknownProcess
        If there is none.
    Forbidden
        If it is another user's: the kernel would tell next to nothing of it.
    """
    pid = _listener(target.number) if target.kind == "port" else target.number
    found = find(pid)
    if found is None:
        message = f"there is no process {pid}"
        raise UnknownProcess(message, hint="`pgrep -a NAME` shows the pids of a program")
    if not found.mine:
        message = f"process {pid} ({found.name}) is another user's"
        raise Forbidden(message, hint="run skope as that user, or as root")
    return found


def _listener(port: int) -> int:
    from skope.probe.process import listener_of  # noqa: PLC0415 - psutil is for the rare case

    listener = listener_of(port)
    if listener is None:
        message = f"nobody who can be seen listens on port {port}"
        raise UnknownProcess(message, hint="start the service first, as the same user")
    return listener.pid
