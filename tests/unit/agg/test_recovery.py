import shutil

import pytest

from skope.agg.collect import collect
from skope.agg.segment import Segment, pasts_in, segments_in, snapshots_in
from skope.agg.tail import Limits
from skope.errors import StorageFault
from skope.schema.aggregate import UNIT

ROWS = [("a", 0.5), ("b", 0.25), ("a", 0.125)]


def counts(session):
    return {name: tally.n for name, tally in collect(session.stripes).items()}


def test_a_restarted_worker_has_what_its_predecessor_had(start, post):
    session = start()
    post(session.worker(), *ROWS)
    before = collect(session.stripes)
    successor = session.worker()
    assert collect(session.stripes) == before
    assert successor.resumed.recovered.replayed == 3
    assert successor.resumed.epoch == 2
    post(successor, ("a", 1))
    assert counts(session) == {"a": 3, "b": 1}


def test_what_was_journaled_and_not_counted_is_counted(start, post):
    session = start()
    worker = session.worker()
    worker.intake._tally = _Deaf(worker.intake._tally)
    post(worker, *ROWS)
    assert counts(session) == {}
    session.worker()
    assert counts(session) == {"a": 2, "b": 1}


class _Deaf:
    """A tally whose process dies just before it counts."""

    def __init__(self, tally):
        self.seed = tally.seed
        self.prepare = tally.prepare
        self.add_names = tally.add_names

    def apply(self, batch):
        pass


def test_many_deaths_in_a_row_count_nothing_twice(start, post):
    session = start(limits=Limits(most_records=5))
    for k in range(12):
        post(session.worker(), *ROWS, ("k", k))
    assert counts(session) == {"a": 24, "b": 12, "k": 12}
    assert collect(session.stripes)["k"].time == sum(range(12)) * UNIT


def test_a_new_start_has_everything_of_all_workers(start, post):
    session = start(workers=3)
    for number in range(3):
        post(session.worker(number), *ROWS)
    session.kill()
    again = start(workers=1)
    assert counts(again) == {"a": 6, "b": 3}
    assert again.opened.past.recovered.replayed == 9
    post(again.worker(), ("a", 1))
    again.kill()
    third = start(workers=2)
    assert counts(third) == {"a": 7, "b": 3}
    assert third.opened.past.recovered.replayed == 1


def test_after_a_clean_stop_nothing_is_read_line_by_line(start, post):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    assert worker.close()
    session.running = []
    again = start()
    assert (again.opened.past.recovered.snapshot, again.opened.past.recovered.replayed) == (3, 0)
    assert counts(again) == {"a": 2, "b": 1}


def test_rolled_segments_are_read_from_their_snapshot(start, post):
    session = start(limits=Limits(most_records=4))
    worker = session.worker()
    for _ in range(5):
        post(worker, *ROWS)
    session.kill()
    names = session.folder.names()
    assert [s.number for s in segments_in(names)] == [1, 2, 3]
    assert snapshots_in(names)
    again = start()
    recovered = again.opened.past.recovered
    assert recovered.records == 15
    assert recovered.snapshot == 6 * snapshots_in(names)[-1].number
    assert counts(again) == {"a": 10, "b": 5}


@pytest.mark.parametrize("how", ["cut", "flip", "gone"])
def test_a_rotten_snapshot_is_made_up_for_by_the_lines(start, post, how):
    session = start(limits=Limits(most_records=4))
    worker = session.worker()
    for _ in range(5):
        post(worker, *ROWS)
    session.kill()
    for segment in snapshots_in(session.folder.names()):
        data = bytearray(session.folder.read(segment.tally))
        data[len(data) // 2] ^= 1
        session.folder.remove(segment.tally)
        if how != "gone":
            part = bytes(data) if how == "flip" else bytes(data[:-1])
            session.folder.replace(segment.tally, [part], durable=False)
    assert counts(start()) == {"a": 10, "b": 5}


def test_a_rotten_past_is_made_up_for_by_the_one_before_and_the_lines(start, post):
    first = start()
    post(first.worker(), *ROWS)
    first.kill()
    second = start()
    worker = second.worker()
    post(worker, *ROWS)
    assert worker.close()
    second.running = []
    third = start()
    assert counts(third) == {"a": 4, "b": 2}
    newest = pasts_in(third.folder.names())[-1]
    third.folder.replace(f"past-{newest}.tally", [b"rot"], durable=False)
    assert counts(start()) == {"a": 4, "b": 2}


def test_a_crash_while_the_past_is_written_changes_nothing(start, post, monkeypatch):
    session = start()
    post(session.worker(), *ROWS)
    session.kill()
    with monkeypatch.context() as patch:
        patch.setattr("skope.agg.recovery.dump_tally", _die)
        with pytest.raises(KeyboardInterrupt):
            start()
    with monkeypatch.context() as patch:
        patch.setattr("skope.agg.recovery._tidy", _die)
        with pytest.raises(KeyboardInterrupt):
            start()
    assert counts(start()) == {"a": 2, "b": 1}


def _die(*_, **__):
    raise KeyboardInterrupt


def test_a_torn_tail_is_cut_and_counted(start, post):
    session = start()
    post(session.worker(), *ROWS)
    session.kill()
    path = session.folder.path / Segment(0, 1, 1).lines
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(b'{"name":"a","module":nu')
    again = start()
    assert again.opened.past.recovered.torn == 1
    assert counts(again) == {"a": 2, "b": 1}
    assert path.read_bytes() == whole
    assert start().opened.past.recovered.torn == 0


def test_damage_is_skipped_counted_and_kept_aside(start, post):
    session = start()
    post(session.worker(), *ROWS)
    session.kill()
    segment = Segment(0, 1, 1)
    path = session.folder.path / segment.lines
    data = bytearray(path.read_bytes())
    data[data.index(b"0.25")] = ord("9")
    path.write_bytes(data)
    again = start()
    assert again.opened.past.recovered.damaged == 1
    assert counts(again) == {"a": 2}
    assert (session.folder.path / segment.aside).read_bytes() == data
    assert path.read_bytes().count(b"\n") == 2
    assert start().opened.past.recovered.damaged == 0


def test_files_that_are_none_of_ours_are_left_alone(start, post):
    session = start()
    post(session.worker(), *ROWS)
    session.kill()
    for name in ("w0-1.jsonl", "notes.txt", "w0-1-1.jsonl.bak", "past-x.tally"):
        (session.folder.path / name).write_text("{")
    assert counts(start()) == {"a": 2, "b": 1}
    assert (session.folder.path / "notes.txt").read_text() == "{"


def test_too_few_names_for_what_is_there_is_said(start, post):
    session = start()
    post(session.worker(), *[(f"n{k}", 1) for k in range(20)])
    session.kill()
    with pytest.raises(StorageFault, match="10 names") as caught:
        start(names=10)
    assert "--max-names" in caught.value.hint
    assert sum(counts(start()).values()) == 20


def test_a_worker_never_writes_to_a_file_of_another_epoch(start, post):
    session = start()
    for _ in range(3):
        post(session.worker(), *ROWS)
    session.kill()
    names = [s.lines for s in segments_in(session.folder.names())]
    assert names == ["w0-1-1.jsonl", "w0-2-1.jsonl", "w0-3-1.jsonl"]
    post(start().worker(), *ROWS)
    assert [s.epoch for s in segments_in(session.folder.names())] == [1, 2, 3, 4]


def test_lines_with_escapes_come_back_too(start):
    session = start()
    worker = session.worker()
    worker.intake.post(b'{"name":"a\\"\\\\b","exec_time":1}', None, now=1.0)
    session.kill()
    assert counts(start()) == {'a"\\b': 1}


def test_a_past_whose_folder_was_removed_is_written_again(start, post):
    """What comes after it would count for nothing without it."""
    session = start()
    post(session.worker(), *ROWS)
    session.kill()
    again = start()
    worker = again.worker()
    post(worker, ("a", 1))
    assert not again.opened.keep_past(again.folder)
    shutil.rmtree(again.folder.path)
    assert again.opened.keep_past(again.folder)
    assert not again.opened.keep_past(again.folder)
    post(worker, ("b", 1))
    assert worker.close()
    assert counts(start()) == counts(again) == {"a": 3, "b": 2}


def test_where_nothing_came_before_there_is_no_past_to_keep(start):
    session = start()
    assert not session.opened.keep_past(session.folder)
    assert pasts_in(session.folder.names()) == []
