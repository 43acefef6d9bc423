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
        If there is none, or not just one.
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
    from skope.probe.process import listeners_of  # noqa: PLC0415 - psutil is for the rare case

    pids = [listener.pid for listener in listeners_of(port)]
    if not pids:
        message = f"nobody who can be seen listens on port {port}"
        raise UnknownProcess(message, hint="start the service first, as the same user")
    if len(pids) > 1:
        several = ", ".join(map(str, pids))
        message = f"{len(pids)} processes listen on port {port}, each for itself: {several}"
        raise UnknownProcess(message, hint="give the pid of one, or of the parent that is theirs")
    return pids[0]
