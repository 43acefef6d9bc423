import json

import pytest

from skope.agg.collect import collect
from skope.agg.segment import segments_in
from skope.agg.tail import Tail
from skope.errors import BadRequest, StorageFault, TooLarge, TooManyNames
from skope.schema.record import MOST_BODY_BYTES


def lines_of(session):
    texts = [session.folder.read(s.lines) for s in segments_in(session.folder.names())]
    return [json.loads(line) for line in b"".join(texts).splitlines()]


def test_a_record_is_journaled_and_counted(start):
    session = start()
    worker = session.worker()
    answer = worker.intake.post(b'{"name":"chat","exec_time":0.1}', None, now=1749853300.0)
    assert answer.accepted == 1
    assert answer.rejected is None
    assert lines_of(session) == [
        {
            "name": "chat",
            "module": None,
            "timestamp": 1749853300.0,
            "exec_memory_usage": 0.0,
            "total_memory_global": 512.25,
            "exec_time": 0.1,
        }
    ]
    assert collect(session.stripes)["chat"].n == 1


@pytest.mark.parametrize(
    ("body", "content_type", "accepted"),
    [
        (b"[]", None, 0),
        (b'[{"name":"a","exec_time":1},{"name":"\\u00e9","exec_time":1}]', None, 2),
        (b'{"name":"a","exec_time":1}\n{"name":"b","exec_time":1}', "application/x-ndjson", 2),
    ],
)
def test_every_shape_counts_its_records(start, body, content_type, accepted):
    session = start()
    assert session.worker().intake.post(body, content_type, now=1.0).accepted == accepted
    assert len(lines_of(session)) == accepted


def test_all_or_nothing(start):
    session = start()
    worker = session.worker()
    body = b'[{"name":"a","exec_time":1},{"name":"b","exec_time":-1}]'
    with pytest.raises(BadRequest, match=r"\$\[1\].exec_time"):
        worker.intake.post(body, None, now=1.0)
    assert collect(session.stripes) == {}
    assert lines_of(session) == []
    assert worker.area.page.refused == {400: 1}
    assert worker.intake.post(b'{"name":"a","exec_time":1}', None, now=1.0).accepted == 1


def test_partial_counts_the_good_ones(start):
    session = start()
    worker = session.worker()
    body = b'[{"name":"a","exec_time":1},{"name":"b","exec_time":-1}]'
    answer = worker.intake.post(body, None, partial=True, now=1.0)
    assert (answer.accepted, [one.index for one in answer.rejected]) == (1, [1])
    assert worker.area.page.refused == {400: 1}
    assert worker.intake.post(b"[]", None, partial=True, now=1.0).rejected == []


def test_a_body_too_large_is_refused_unread(start):
    worker = start().worker()
    with pytest.raises(TooLarge):
        worker.intake.post(b" " * (MOST_BODY_BYTES + 1), None, now=1.0)
    assert worker.area.page.refused == {413: 1}


def test_names_are_bounded_over_all_workers(start, post):
    session = start(max_names=3)
    one, other = session.worker(0), session.worker(1)
    post(one, ("a", 1), ("b", 1))
    post(other, ("b", 1), ("c", 1))
    with pytest.raises(TooManyNames, match="'d' would be one name more"):
        post(one, ("c", 1), ("d", 1))
    with pytest.raises(TooManyNames):
        post(other, ("d", 1))
    post(one, ("c", 1))
    post(other, ("a", 1))
    assert sorted(collect(session.stripes)) == ["a", "b", "c"]
    assert one.area.page.refused == {422: 1}


def test_partial_takes_the_names_there_is_room_for(start, ndjson):
    worker = start(max_names=2).worker()
    body = ndjson(("a", 1), ("b", 1), ("c", 1), ("a", -1), ("c", 2), ("b", 2))
    answer = worker.intake.post(body, "application/x-ndjson", partial=True, now=1.0)
    assert answer.accepted == 3
    assert [one.index for one in answer.rejected] == [2, 3, 4]
    assert worker.area.page.refused == {400: 1, 422: 2}


def test_the_names_of_the_past_count_too(start, post):
    session = start()
    post(session.worker(), ("a", 1), ("b", 1))
    session.kill()
    again = start(max_names=2)
    worker = again.worker()
    post(worker, ("a", 1))
    with pytest.raises(TooManyNames):
        post(worker, ("c", 1))


def test_when_the_disk_is_full_nothing_is_counted_and_it_goes_on(start, post, monkeypatch):
    session = start()
    worker = session.worker()
    post(worker, ("a", 1))

    def full(self, lines):
        raise StorageFault("full")

    with monkeypatch.context() as patch:
        patch.setattr(Tail, "append", full)
        for _ in range(3):
            with pytest.raises(StorageFault):
                post(worker, ("a", 1), ("new", 1))
    assert collect(session.stripes)["a"].n == 1
    assert worker.area.page.refused == {507: 3}
    assert worker.area.page.faults == 3
    post(worker, ("a", 1), ("new", 1))
    assert {name: tally.n for name, tally in collect(session.stripes).items()} == {"a": 2, "new": 1}


def test_histograms_without_room_are_a_storage_fault(start, post):
    session = start(names=4)
    worker = session.worker()
    with pytest.raises(StorageFault, match="the aggregate is full"):
        post(worker, *[("abcd"[k % 4], 2.0 ** -(k // 4)) for k in range(4 * 40)])
    assert collect(session.stripes) == {}
    assert post(worker, ("a", 1)).accepted == 1
