"""What the end of a script tells of the runs it made."""

from skope.front.runs import Ending
from skope.schema.wire import RunEnd
from skope.units import mebibytes


def ending_of(message: RunEnd) -> Ending:
    """How the launch in `message` ended, with what wait4 said of all of it."""
    return Ending(
        ok=message.ok,
        exit_code=message.exit_code,
        note=message.note,
        values={
            "script.cpu_time": round(message.user_s + message.system_s, 6),
            "script.cpu_user": round(message.user_s, 6),
            "script.cpu_system": round(message.system_s, 6),
            "script.memory_peak": mebibytes(message.max_rss_bytes),
        },
    )
