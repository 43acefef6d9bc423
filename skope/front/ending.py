"""How a script ended, as its runs keep it."""

from skope.front.runs import Ending
from skope.schema.wire import RunEnd
from skope.units import mebibytes


def ending_of(message: RunEnd) -> Ending:
    """What the supervisor tells of a launch that is over."""
    return Ending(
        ok=message.ok,
        exit_code=message.exit_code,
        note=message.note,
        pair=message.pair,
        position=message.position,
        values={
            "script.cpu_time": round(message.user_s + message.system_s, 6),
            "script.cpu_user": round(message.user_s, 6),
            "script.cpu_system": round(message.system_s, 6),
            "script.memory_peak": mebibytes(message.max_rss_bytes),
        },
    )
