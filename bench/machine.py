"""On what it was measured, with what."""

import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from skope._version import VERSION

_PACKAGES: Final = ("msgspec", "numpy", "pyperf", "sanic", "uvloop")
_PROGRAMS: Final = {
    "wrk": ("wrk", "-v"),
    "hyperfine": ("hyperfine", "--version"),
    "pushgateway": ("prometheus-pushgateway", "--version"),
}


def described() -> list[tuple[str, str]]:
    """What each thing is, in a few words."""
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0]) // 1024
    load = " ".join(f"{each:.2f}" for each in os.getloadavg())
    return [
        ("processor", f"{_field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} of them"),
        ("memory", f"{memory:,} MiB"),
        ("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("load before", f"{load} (1, 5, 15 minutes)"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("Skope", VERSION),
        *((name, _package(name)) for name in _PACKAGES),
        *((name, _program(*command)) for name, command in _PROGRAMS.items()),
    ]


def _field(path: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*)$", Path(path).read_text(), re.MULTILINE)
    return found[1] if found else "unknown"


def _package(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _program(program: str, *words: str) -> str:
    """The first thing it says that looks like a version."""
    path = shutil.which(program)
    if path is None:
        return "not installed"
    done = subprocess.run([path, *words], capture_output=True, text=True, timeout=30, check=False)
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"


def compile_skope() -> None:
    """Bytecode for Skope, as there is after an install; without it every start would compile it.

    An editable install has none until it ran once, and none ever under PYTHONDONTWRITEBYTECODE.
    """
    skope = Path(__file__).resolve().parents[1] / "skope"
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(skope)], check=True, timeout=120)
