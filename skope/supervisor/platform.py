"""What runs only on Linux says so, in one sentence, before anything else is imported."""

import sys

from skope.errors import Unsupported


def require_linux(command: str, platform: str = sys.platform) -> None:
    """Raises `Unsupported` anywhere else."""
    if platform != "linux":
        message = f"`skope {command}` needs Linux: it reads the kernel's own counters"
        raise Unsupported(message, hint="`skope diff`, `show` and `list` work here")
