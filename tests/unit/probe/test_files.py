"""Kernel files kept open."""

import gc
from pathlib import Path

from skope.probe.files import KernelFiles


def test_a_file_is_read_as_it_is_now(bare):
    bare.write("proc/a", "one")
    files = KernelFiles(bare.root, ("proc/a",))
    assert files.read("proc/a") == b"one"
    bare.write("proc/a", "another")
    assert files.read("proc/a") == b"another"
    files.close()
    assert files.read("proc/a") is None


def test_a_long_file_is_read_whole(bare):
    bare.write("proc/a", "x" * 200_001)
    files = KernelFiles(bare.root, ("proc/a",))
    assert len(files.read("proc/a")) == 200_001
    files.close()


def test_what_is_not_there_is_none(bare):
    (bare.root / "proc").mkdir()
    files = KernelFiles(bare.root, ("proc/none", "proc"))
    assert files.names == ("proc/none", "proc")
    assert files.read("proc/none") is None
    assert files.read("proc") is None
    files.close()


def test_closing_twice_closes_once(bare):
    bare.write("proc/a", "one")
    gc.collect()  # what others left open is closed now, and not in between
    before = len(list(Path("/proc/self/fd").iterdir()))
    files = KernelFiles(bare.root, ("proc/a",))
    files.close()
    files.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
