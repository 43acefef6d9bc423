"""What Skope is measured beside, installed where it is missing."""

import importlib.util
import os
import shutil
import subprocess
import sys
from typing import Final

DEBIAN: Final = ("wrk", "hyperfine", "prometheus-pushgateway")
"""Program and package have the same name."""
PYPI: Final = ("pyperf",)
PATIENCE_S: Final = 300


def install_missing() -> list[str]:
    """Installs them; what could not be had and why, a sentence each."""
    return [*_from_debian(), *_from_pypi()]


def _from_debian() -> list[str]:
    missing = [name for name in DEBIAN if shutil.which(name) is None]
    if not missing:
        return []
    if shutil.which("apt-get") is None:
        return [f"{', '.join(missing)}: not installed, and this is no Debian"]
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    words = ["install", "-y", "-qq", "--no-install-recommends", *missing]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], words):
        _tried([*root, "apt-get", *command], environment)
    return [f"{name}: apt-get cannot install it" for name in missing if not shutil.which(name)]


def _from_pypi() -> list[str]:
    missing = [name for name in PYPI if importlib.util.find_spec(name) is None]
    if missing:
        _tried([sys.executable, "-m", "pip", "install", "--quiet", *missing], dict(os.environ))
        importlib.invalidate_caches()
    return [
        f"{name}: pip cannot install it"
        for name in missing
        if importlib.util.find_spec(name) is None
    ]


def _tried(command: list[str], environment: dict[str, str]) -> None:
    """Runs it; whether it worked shows in what is there afterwards."""
    try:
        subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)
