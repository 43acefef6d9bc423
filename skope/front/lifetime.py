"""From when to when a script ran, which the supervisor knows better than whom it tells."""

from skope._fast import Entry
from skope.schema.wire import RunEnd


def lifetime(reserve: Entry | None, message: RunEnd, heard_ns: int) -> tuple[Entry | None, int]:
    """The script's own capture from when it was let go, and when it ended.

    Either message is on its way for milliseconds where the machine is busy, which a short script
    is not to be charged with.

    Parameters
    ----------
    reserve : its start is when the launch was announced
    heard_ns : CLOCK_MONOTONIC, when the end was heard of
    """
    end_ns = heard_ns if message.end_ns is None else min(message.end_ns, heard_ns)
    if reserve is None:
        return None, end_ns
    end_ns = max(end_ns, reserve.start_ns)
    begin_ns = reserve.start_ns if message.begin_ns is None else message.begin_ns
    return reserve._replace(start_ns=min(max(begin_ns, reserve.start_ns), end_ns)), end_ns
