"""One sealed piece of memory, seen alike by all who map it."""

import errno
import gc
import os
import resource
from pathlib import Path

import pytest

from skope._fast import SAMPLER_LINE, ChildLine, RingReader, segment_bytes
from skope.errors import StorageFault
from skope.shm.segment import Plan, Segment

SMALL = Plan(period_ns=10, ring=64, levels=(8, 8, 8), factor=4, slow=8, book=4)


@pytest.fixture
def segment():
    with Segment.create(SMALL) as made:
        yield made


def test_two_mappings_show_the_same_bytes(segment):
    with Segment(segment.fd) as other:
        ChildLine(segment.view, SAMPLER_LINE).begin(4242)
        assert ChildLine(other.view, SAMPLER_LINE).pid == 4242


def test_the_plan_is_in_the_header(segment):
    assert (segment.header.period_ns, segment.header.ring_capacity) == (10, 64)
    assert segment.header.level_width_ns == (40, 160, 640)
    assert segment.header.total_bytes == os.fstat(segment.fd).st_size


def test_each_start_has_its_own_session():
    sessions = set()
    for _ in range(3):
        with Segment.create(SMALL) as made:
            sessions.add(made.header.session)
    assert len(sessions) == 3
    assert 0 not in sessions


@pytest.mark.parametrize("change", [-4096, 4096])
def test_nobody_can_resize_it(segment, change):
    """A reader of a file that shrank would get SIGBUS."""
    with pytest.raises(PermissionError):
        os.ftruncate(segment.fd, segment.header.total_bytes + change)


def test_it_has_no_name_and_is_not_inherited(segment):
    assert str(Path(f"/proc/self/fd/{segment.fd}").readlink()).startswith("/memfd:skope")
    assert not os.get_inheritable(segment.fd)


def allocated(fd):
    return os.fstat(fd).st_blocks * 512


def test_what_is_needed_is_there_at_once_and_the_book_when_it_is_committed():
    plan = Plan(ring=64, levels=(64, 64, 64), slow=64, book=1000)
    total, resident = segment_bytes(
        plan.period_ns, ring=64, levels=(64, 64, 64), factor=16, slow=64, book=1000
    )
    with Segment.create(plan) as made:
        assert resident <= allocated(made.fd) < total
        made.commit(resident, total - resident)
        assert allocated(made.fd) == total


def test_a_limit_on_file_sizes_is_an_error_now_with_advice():
    """It applies to a memfd too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    gc.collect()  # what others left open is closed now, and not in between
    before = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
    try:
        with pytest.raises(StorageFault, match="cannot allocate") as caught:
            Segment.create(SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "ulimit -f" in caught.value.hint
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_cannot_be_mapped_is_no_memory_and_stays_not_open():
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limits = resource.getrlimit(resource.RLIMIT_AS)
    before = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (4 << 20), limits[1]))
    try:
        with pytest.raises(StorageFault, match="Cannot allocate memory") as caught:
            Segment.create(Plan())
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
    assert "memory limit" in caught.value.hint
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_no_memory_is_an_error_with_other_advice(monkeypatch):
    def refuse(fd, offset, length):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("skope.shm.memfd.os.posix_fallocate", refuse)
    with pytest.raises(StorageFault, match="No space") as caught:
        Segment.create(SMALL)
    assert "memory limit" in caught.value.hint


def test_no_descriptor_is_an_error_with_its_own(monkeypatch):
    def refuse(name, flags):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("skope.shm.memfd.os.memfd_create", refuse)
    with pytest.raises(StorageFault, match="Too many open files") as caught:
        Segment.create(SMALL)
    assert "ulimit -n" in caught.value.hint


def test_what_is_no_segment_is_refused(tmp_path):
    path = tmp_path / "other"
    path.write_bytes(bytes(8192))
    with path.open("r+b") as file, pytest.raises(ValueError, match="not a Skope segment"):
        Segment(file.fileno())


def test_a_reader_outlives_the_close(segment):
    with Segment(segment.fd) as other:
        reader = RingReader(other.view)
    assert reader.next == 0
