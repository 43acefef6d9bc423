import os
import resource

import pytest

from skope._fast import Batch, rows_of
from skope.agg.collect import collect
from skope.errors import StorageFault
from skope.shm.stripes import Stripes


@pytest.fixture
def stripes():
    with Stripes.create(stripes=2, names=64) as made:
        yield made


def count(area, name=b"a", times=1):
    batch = Batch(area.tally.seed)
    for _ in range(times):
        batch.add(name, 1.0, 0.0, b"\n")
    area.tally.add_names(area.tally.prepare(batch))
    area.tally.prepare(batch)
    area.tally.apply(batch)


def used(stripes):
    return os.fstat(stripes.fd).st_blocks * 512


def test_nothing_is_live_before_it_is_published(stripes):
    area = stripes.build(0)
    count(area)
    assert stripes.live(0) == (0, None)
    assert collect(stripes) == {}
    stripes.publish(0)
    generation, live = stripes.live(0)
    assert generation == 1
    assert rows_of(live.tally) == rows_of(area.tally)
    assert collect(stripes)["a"].n == 1


def test_a_successor_builds_in_the_other_area_and_frees_the_one_before(stripes):
    first = stripes.build(0)
    for k in range(60):
        count(first, b"n%d" % k)
    stripes.publish(0)
    before = used(stripes)
    second = stripes.build(0)
    count(second)
    assert len(collect(stripes)) == 60
    stripes.publish(0)
    assert list(collect(stripes)) == ["a"]
    assert used(stripes) <= before


def test_a_successor_that_died_while_building_leaves_nothing_behind(stripes):
    count(stripes.build(0))
    area = stripes.build(0)
    assert rows_of(area.tally) == []
    assert area.page.rows == 0
    stripes.publish(0)
    assert collect(stripes) == {}


def test_a_reader_left_behind_reads_nothing_and_can_tell(stripes):
    count(stripes.build(0))
    stripes.publish(0)
    generation, area = stripes.live(0)
    stripes.build(0)
    stripes.publish(0)
    assert area.page.rows == 0
    assert stripes.board.generation(0) != generation


def test_an_area_outlives_the_call_that_closed_it_while_somebody_holds_its_tally(stripes):
    area = stripes.build(0)
    count(area)
    tally = area.tally
    area.close()
    assert rows_of(tally)[0][1] == 1


def test_another_process_sees_the_same(stripes):
    area = stripes.build(1)
    count(area, times=3)
    stripes.publish(1)
    with Stripes(stripes.fd) as other:
        assert collect(other)["a"].n == 3


def test_what_is_no_tally_segment_is_refused():
    fd = os.memfd_create("other")
    try:
        os.ftruncate(fd, 1 << 16)
        with pytest.raises(ValueError, match="not a tally segment"):
            Stripes(fd)
    finally:
        os.close(fd)


def test_a_limit_on_file_sizes_is_an_error_with_a_way_out():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        with pytest.raises(StorageFault) as caught:
            Stripes.create(stripes=2, names=64)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "ulimit -f" in caught.value.hint


def test_a_segment_costs_what_is_used_of_it(stripes):
    assert used(stripes) <= 1 << 16
    with Stripes.create(stripes=65, names=16_384) as large:
        assert used(large) <= 1 << 16
