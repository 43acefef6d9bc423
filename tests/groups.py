"""Control groups of version 2 for tests, where this machine lets us make them."""

import contextlib
import itertools
import os

import pytest

from skope.probe.unified import hierarchy

_COUNT = itertools.count(1)


@contextlib.contextmanager
def new_group():
    """A group beside our own processes' ; it must be empty in the end."""
    folder = hierarchy().own / f"test-{os.getpid()}-{next(_COUNT)}"
    folder.mkdir()
    try:
        yield folder
    finally:
        if folder.exists():
            folder.rmdir()


def _why_not():
    found = hierarchy()
    if found is None or found.own is None:
        return "no control groups of version 2 are mounted here"
    try:
        with new_group() as group:
            process = os.fork()
            if process == 0:
                os.read(os.pipe()[0], 1)
            try:
                (group / "cgroup.procs").write_text(str(process))
            finally:
                os.kill(process, 9)
                os.waitpid(process, 0)
    except OSError as error:
        return f"no control group can be made here: {error.strerror}"
    return ""


_REASON = _why_not()
GROUP_PLACE = pytest.mark.skipif(bool(_REASON), reason=_REASON)
