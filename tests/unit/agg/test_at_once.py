"""Records kept by the kernels alone: the same files, the same refusals, and nobody left asleep."""

import resource
import time

import pytest

from skope._fast import Recogniser
from skope.agg.segment import Segment, segments_in
from skope.agg.sums import words_in
from skope.agg.tail import Limits

LONG_S = 30
BODY = b'{"name":"a","exec_time":0.5,"timestamp":1.5}'
ASKED = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


@pytest.fixture
def worker(start):
    return start(limits=Limits(most_records=6)).worker()


@pytest.fixture
def keep(worker):
    """Serves so many requests and keeps them together; whether they are kept."""
    poster = worker.intake.poster(Recogniser(posts=True, knows_host=lambda _: True, token=None))

    def kept(times):
        for _ in range(times):
            assert poster.serve(ASKED, True).endswith(b'{"accepted":1}\n')
        return poster.keep()

    return kept


def until(what):
    end = time.monotonic() + LONG_S
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    assert what()


def test_full_segments_are_sealed_and_the_next_begun(worker, keep):
    for _ in range(4):
        assert keep(4)
    names = worker.folder.names()
    assert segments_in(names) == [Segment(0, 1, 1), Segment(0, 1, 2)]
    held = [worker.folder.read(segment.lines).count(b"\n") for segment in segments_in(names)]
    assert (held, worker.area.tally.records) == ([8, 8], 16)
    assert worker.area.page.standing == (1, 2, len(worker.folder.read("w0-1-2.jsonl")))


def test_whoever_keeps_is_woken_each_time_it_has_gone_to_sleep(worker, keep):
    for count in (1, 2, 3):
        assert keep(1)
        until(lambda words=8 * count: len(words_in(worker.folder.read("w0-1-1.sum"))) == words)
        until(lambda: worker.journal.pen.idle)
    assert not worker.journal.pen.dirty


def test_what_the_disk_does_not_take_is_not_counted_and_it_goes_on(worker, keep):
    assert keep(2)
    length = len(worker.folder.read("w0-1-1.jsonl"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length + 5, before[1]))
    try:
        assert not keep(2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(worker.folder.read("w0-1-1.jsonl")) == length
    assert (worker.area.tally.records, worker.area.page.faults) == (2, 1)
    assert keep(2)
    assert (worker.area.tally.records, worker.journal.ticket) == (4, 2)


def test_a_file_that_was_removed_is_not_written_to_for_long(worker, keep):
    assert keep(2)
    (worker.folder.path / "w0-1-1.jsonl").unlink()
    until(lambda: keep(1) and "w0-1-2.jsonl" in worker.folder.names())
