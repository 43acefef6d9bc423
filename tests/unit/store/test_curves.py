"""Curves that are rewritten in place: whole for whoever reads them, or none."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from skope.schema.codec import encode_series
from skope.schema.series import Curve, Series
from skope.store.curves import read_curves
from skope.store.directory import open_directory
from tests.unit.schema.reports import a_report

PLACE = "series/a.json"
WRITE = """
import sys
from tests.unit.store.test_curves import PLACE, of_run
from skope.schema.codec import encode_series
from skope.store.directory import open_directory
texts = [encode_series(of_run(number)) for number in range(1, 10)]
with open_directory(sys.argv[1], given=True) as directory:
    print("ready", flush=True)
    while True:
        for text in texts:
            directory.rewrite(PLACE, text)
"""


def of_run(number, points=400):
    """Curves that say everywhere whose they are."""
    t = [number + k / 1000 for k in range(points + number)]
    curve = Curve(unit="MiB", min=t, mean=t, max=t)
    return Series(name="a", run=number, timestamp=1, exec_time=1.0, t=t, curves={"m": curve})


@dataclass
class Kept:
    """The curves of a run after those of another one."""

    directory: object

    def write(self, number, points=400):
        self.directory.rewrite(PLACE, encode_series(of_run(number, points)))

    def read(self):
        return read_curves(self.directory, a_report(series=PLACE))

    @property
    def path(self):
        return self.directory.path / PLACE


@pytest.fixture
def kept(directory):
    kept = Kept(directory)
    kept.write(1)
    return kept


def test_the_same_file_is_written_again_and_no_rest_of_the_old_text_remains(kept):
    before = kept.path.stat()
    kept.write(2)
    kept.write(3, points=380)
    assert kept.read() == of_run(3, points=380)
    assert (kept.path.stat().st_ino, kept.path.stat().st_size) == (before.st_ino, before.st_size)


@pytest.mark.parametrize("points", [4000, 1])
def test_what_is_much_longer_or_shorter_has_a_file_of_its_size(kept, points):
    kept.write(1, points=2000)
    kept.write(2, points=points)
    assert kept.read() == of_run(2, points=points)
    length = len(encode_series(of_run(2, points=points)))
    assert length <= kept.path.stat().st_size <= 1.25 * length + 4096


def test_a_second_name_and_what_a_link_leads_to_are_left_alone(kept, tmp_path):
    old = kept.path.read_bytes()
    other = tmp_path / "other"
    os.link(kept.path, other)
    kept.write(2)
    assert (other.read_bytes(), kept.read()) == (old, of_run(2))
    kept.path.unlink()
    kept.path.symlink_to(other)
    kept.write(3)
    assert (other.read_bytes(), kept.read()) == (old, of_run(3))


@pytest.mark.parametrize("keep", ["first", "last", "neither"])
def test_after_a_power_failure_parts_are_no_curves_until_the_next_run(kept, keep):
    """Of two pages only one had reached the disk, or what was there before any."""
    kept.write(1, points=2000)
    old = kept.path.read_bytes()
    kept.write(2, points=1990)
    new = kept.path.read_bytes()
    assert len(old) == len(new)
    half = {"first": new[:4096] + old[4096:], "last": old[:4096] + new[4096:], "neither": b""}
    kept.path.write_bytes(half[keep])
    assert kept.read() is None
    kept.write(3)
    assert kept.read() == of_run(3)


def test_readers_of_a_busy_writer_see_whole_curves(directory):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE, str(directory.path)], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        seen = set()
        with open_directory(directory.path, given=True) as reader:
            for _ in range(2000):
                found = Kept(reader).read()
                if found is not None:
                    assert found == of_run(found.run)
                    seen.add(found.run)
        assert len(seen) > 1
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.communicate(timeout=30)
    kept = Kept(directory)
    kept.write(5)
    assert kept.read() == of_run(5)
