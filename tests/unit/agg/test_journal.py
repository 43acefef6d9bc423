import os
import resource
import shutil
from concurrent.futures import Future
from threading import Event
from time import monotonic, sleep

import pytest

from skope._fast import Batch
from skope.agg.journal import Journal, Limits
from skope.agg.keeper import SYNC_EVERY_S, Keeper
from skope.agg.segment import Segment, segments_in, snapshots_in
from skope.agg.snapshot import Covered, read_snapshot
from skope.agg.sums import words_in
from skope.agg.tail import Tail
from skope.errors import StorageFault

LONG_S = 30


class Page:
    """What the journal tells others."""

    def __init__(self):
        self.standing = None
        self.faults = 0

    def stand(self, *standing):
        self.standing = standing

    def note(self, *, faults):
        self.faults += faults


@pytest.fixture
def page():
    return Page()


@pytest.fixture
def journal(folder, page):
    opened = []

    def made(**limits):
        journal = Journal(
            folder,
            worker=0,
            epoch=1,
            since=0,
            aggregate=lambda: (7, b"rows"),
            page=page,
            limits=Limits(**limits),
        )
        opened.append(journal)
        return journal

    yield made
    for journal in opened:
        journal._keeper.close()
        if journal._tail.is_open:
            journal._tail.close()


def lines(count, text=b'{"name":"a"}\n'):
    batch = Batch()
    for _ in range(count):
        batch.add(b"a", 1.0, 0.0, text)
    return batch


def test_a_request_is_one_write_at_the_end_of_the_file(journal, folder, page):
    log = journal()
    log.append(lines(2))
    log.append(lines(1))
    assert folder.read("w0-1-1.jsonl") == b'{"name":"a"}\n' * 3
    assert page.standing == (1, 1, 39)


def test_tickets_become_durable_in_one_go(journal, monkeypatch):
    log = journal()
    synced = []
    real = Tail.sync
    monkeypatch.setattr(Tail, "sync", lambda tail: (synced.append(tail.pen.length), real(tail)))
    waiting = [log.durable(log.append(lines(1))) for _ in range(50)]
    for waiter in waiting:
        assert waiter.result(LONG_S) is None
    assert len(synced) <= 50


def test_sync_durability_survives_the_loss_of_all_that_was_not_synced(journal, folder, monkeypatch):
    log = journal()
    safe = []
    real = Tail.sync

    def sync(tail):
        length = tail.pen.length
        real(tail)
        safe.append(length)

    monkeypatch.setattr(Tail, "sync", sync)
    for acked in range(1, 30):
        log.durable(log.append(lines(1))).result(LONG_S)
        cut = folder.read("w0-1-1.jsonl")[: safe[-1]]
        assert cut.count(b"\n") >= acked


def test_who_asks_while_others_are_answered_waits_for_a_sync_of_his_own(journal, monkeypatch):
    log = journal()
    real, sync = Keeper._answer, Tail.sync
    late, synced, early = [], [], []
    monkeypatch.setattr(Tail, "sync", lambda tail: (sync(tail), synced.append(tail.ticket)))

    def answer(keeper, ticket):
        if ticket and not late:
            late.append(log.durable(ticket))
        real(keeper, ticket)
        early.extend(waiter for waiter in late if waiter.done() and not synced)

    monkeypatch.setattr(Keeper, "_answer", answer)
    log.append(lines(1))
    until = monotonic() + LONG_S
    while not late and monotonic() < until:
        sleep(0.01)
    assert late[0].result(LONG_S) is None
    assert not early


def test_what_comes_after_the_end_goes_to_no_file_that_has_its_number_now(journal, folder):
    log = journal()
    log.append(lines(1))
    number = log.pen.fd
    assert log.close()
    with (folder.path / "others").open("wb") as others:
        if others.fileno() != number:
            os.dup2(others.fileno(), number)
        try:
            with pytest.raises(StorageFault, match="Bad file descriptor"):
                log.append(lines(1))
        finally:
            if others.fileno() != number:
                os.close(number)
    assert (folder.path / "others").stat().st_size == 0


def test_a_file_that_is_lost_leaves_no_work_behind(folder, page, monkeypatch):
    """A write may still have been under way when its sync failed."""
    tail = Tail(folder, Segment(0, 1, 1), page=page, limits=Limits())

    def fail(fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("skope.agg.tail.os.fdatasync", fail)
    for _ in range(2):
        tail.append(lines(1))
        tail.write_words()
        with pytest.raises(OSError, match="Input/output error"):
            tail.sync()
        assert tail.unsynced
        assert not tail.unfinished
    tail.close()


def test_check_words_follow_the_lines(journal, folder):
    log = journal()
    log.append(lines(3))
    log.durable(log.append(lines(2))).result(LONG_S)
    assert len(words_in(folder.read("w0-1-1.sum"))) == 5 * 8


@pytest.mark.parametrize("limits", [{"most_records": 4}, {"most_bytes": 60}])
def test_a_full_segment_is_sealed_with_the_aggregate_and_the_next_begun(
    journal, folder, page, limits
):
    log = journal(**limits)
    for _ in range(3):
        log.append(lines(2))
    assert page.standing[:2] == (1, 2)
    assert log.close()
    names = folder.names()
    assert segments_in(names) == [Segment(0, 1, 1), Segment(0, 1, 2)]
    assert snapshots_in(names)[-1] == Segment(0, 1, 2)
    snapshot = read_snapshot(folder, "w0-1-2.tally")
    assert (snapshot.rows, snapshot.covered.records) == (b"rows", 7)
    assert snapshot.covered.workers == {0: (1, 2)}
    assert folder.read("w0-1-1.jsonl").count(b"\n") == 4
    assert len(words_in(folder.read("w0-1-1.sum"))) == 4 * 8


def test_a_request_larger_than_a_segment_has_one_of_its_own(journal, folder):
    log = journal(most_bytes=30)
    log.append(lines(10))
    log.append(lines(1))
    assert folder.read("w0-1-1.jsonl").count(b"\n") == 10
    assert folder.read("w0-1-2.jsonl").count(b"\n") == 1


def test_a_file_of_this_epoch_that_is_there_already_is_not_touched(journal, folder):
    journal().append(lines(1))
    with pytest.raises(StorageFault):
        journal()
    assert folder.read("w0-1-1.jsonl") == b'{"name":"a"}\n'


def test_a_write_the_disk_cuts_short_leaves_whole_lines_only(journal, folder, page):
    """A file size limit lets a part of a write through, as a full disk does."""
    log = journal()
    log.append(lines(2))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (26 + 5, before[1]))
    try:
        for _ in range(2):
            with pytest.raises(StorageFault, match=r"cannot write w0-1-1\.jsonl"):
                log.append(lines(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert folder.read("w0-1-1.jsonl") == b'{"name":"a"}\n' * 2
    assert page.faults >= 2
    log.append(lines(1))
    assert folder.read("w0-1-1.jsonl") == b'{"name":"a"}\n' * 3
    assert page.standing == (1, 1, 39)


def test_what_cannot_be_undone_ends_the_file(journal, folder):
    log = journal()
    log.append(lines(1))
    tail = log._tail
    other = os.open(folder.path / "w0-1-1.jsonl", os.O_RDONLY)
    os.dup2(other, log.pen.fd)  # neither a write nor a truncation is possible now
    os.close(other)
    with pytest.raises(StorageFault, match=r"cannot write w0-1-1\.jsonl: Bad file descriptor"):
        log.append(lines(1))
    assert not tail.sound
    log.append(lines(1))
    assert folder.read("w0-1-2.jsonl") == b'{"name":"a"}\n'


def test_a_failed_sync_is_not_tried_again_on_that_file(journal, folder, page, monkeypatch):
    log = journal()
    tried = []

    def fail(fd):
        tried.append(fd)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("skope.agg.tail.os.fdatasync", fail)
        waiter = log.durable(log.append(lines(1)))
        with pytest.raises(StorageFault, match="Input/output error") as caught:
            waiter.result(LONG_S)
        assert "are counted" in caught.value.hint
        assert "do not send them again" in caught.value.hint
    assert len(tried) == 1
    assert page.faults >= 1
    log.durable(log.append(lines(1))).exception(LONG_S)
    assert log.durable(log.append(lines(1))).result(LONG_S) is None
    assert folder.read("w0-1-2.jsonl").count(b"\n") == 2
    assert log.close()
    assert len(tried) == 1


@pytest.mark.parametrize("sealed", [False, True])
def test_who_asks_after_a_failed_sync_hears_of_it_too(folder, page, monkeypatch, sealed):
    """The sync may fail between a request's write and its question."""
    tail = Tail(folder, Segment(0, 1, 1), page=page, limits=Limits())
    keeper = Keeper(folder, fault=lambda: page.note(faults=1))

    def fail(fd):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("skope.agg.tail.os.fdatasync", fail)
        tail.append(lines(1))
        keeper.wrote(tail)
        if sealed:
            keeper.seal(tail)
        else:
            keeper._synced_at = 0.0
        while not page.faults:
            keeper.durable(0).exception(LONG_S)
    with pytest.raises(StorageFault, match="Input/output error"):
        keeper.durable(1).result(LONG_S)
    after = Tail(folder, Segment(0, 1, 2), page=page, limits=Limits(), ticket=tail.ticket)
    after.append(lines(1))
    keeper.wrote(after)
    assert keeper.durable(2).result(LONG_S) is None
    if not sealed:
        keeper.seal(tail)
    keeper.seal(after)
    assert keeper.close()


def test_a_snapshot_that_cannot_be_written_is_tried_again(folder, page, monkeypatch):
    refused = []
    real = type(folder).replace

    def replace(self, name, parts, *, durable):
        if not refused:
            refused.append(name)
            raise StorageFault("full")
        return real(self, name, parts, durable=durable)

    monkeypatch.setattr(type(folder), "replace", replace)
    log = Journal(
        folder, worker=3, epoch=1, since=0, aggregate=lambda: (0, b""), page=page, limits=Limits()
    )
    log.keep(Segment(3, 1, 1))
    until = monotonic() + LONG_S
    while "w3-1-1.tally" not in folder.names() and monotonic() < until:
        log.durable(log.append(lines(1))).result(LONG_S)
    assert refused == ["w3-1-1.tally"]
    assert "w3-1-1.tally" in folder.names()
    assert log.close()


def test_a_folder_that_was_removed_is_made_anew_with_all_that_was_counted(journal, folder, page):
    log = journal()
    log.durable(log.append(lines(1))).result(LONG_S)
    shutil.rmtree(folder.path)
    log.durable(log.append(lines(1))).result(LONG_S)  # nobody has noticed yet
    log.durable(log.append(lines(1))).result(LONG_S)
    assert folder.read("w0-1-2.jsonl") == b'{"name":"a"}\n'
    assert page.faults == 1
    assert log.close()
    assert read_snapshot(folder, "w0-1-1.tally") is not None
    assert sorted(path.name for path in folder.path.iterdir()) == sorted(folder.names())


def test_a_close_that_fails_does_not_end_the_keeper(journal, folder, monkeypatch):
    log = journal(most_records=1)
    log.durable(log.append(lines(1))).result(LONG_S)
    real, refused = os.close, []

    def close(fd):
        real(fd)
        refused.append(fd)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("skope.agg.tail.os.close", close)
        log.append(lines(1))
        while len(refused) < 2:
            log.durable(0).result(LONG_S)
    assert log.durable(log.append(lines(1))).result(LONG_S) is None
    assert log.close()


def test_a_full_disk_is_not_asked_for_the_same_snapshot_at_every_round(folder, page, monkeypatch):
    asked = []

    def replace(self, name, parts, *, durable):
        asked.append(name)
        raise StorageFault("full")

    keeper = Keeper(folder, fault=lambda: page.note(faults=1))
    with monkeypatch.context() as patch:
        patch.setattr(type(folder), "replace", replace)
        keeper._snapshot = Segment(0, 1, 1), Covered(records=0, since=0, workers={}), b""
        for now in (10.0, 10.05, 10.1, 10.1 + SYNC_EVERY_S, 10.2 + SYNC_EVERY_S):
            keeper._round(now=now, stopping=False)
        assert len(asked) == page.faults == 2
    assert keeper.close()
    assert folder.names() == ["w0-1-1.tally"]


def test_closing_twice_or_with_nothing_written_is_fine(journal, folder):
    assert journal().close()
    assert read_snapshot(folder, "w0-1-1.tally") is not None


def test_a_waiter_that_was_cancelled_is_let_go(folder):
    keeper = Keeper(folder, fault=lambda: None)
    waiter = keeper.durable(1)
    assert isinstance(waiter, Future)
    waiter.cancel()
    assert keeper.close()


def test_an_end_that_is_asked_for_as_the_thread_wakes_is_not_missed(folder):
    keeper = Keeper(folder, fault=lambda: None)

    class EndedMeanwhile(Event):
        def clear(self):
            keeper._stopping = True
            self.set()
            super().clear()

    before, keeper._bell = keeper._bell, EndedMeanwhile()
    before.set()
    keeper._thread.join(LONG_S)
    assert not keeper._thread.is_alive()
