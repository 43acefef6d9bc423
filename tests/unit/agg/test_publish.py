import json
from contextlib import nullcontext

import msgspec
import pytest

from skope.agg.apps import array, open_ends
from skope.agg.duty import Duty
from skope.agg.folder import Folder
from skope.agg.publish import AGG_FILE, APPS_FILE, Publisher
from skope.agg.retention import Retention
from skope.agg.segment import SESSION_FILE, Segment, segments_in, snapshots_in
from skope.agg.session import Accounting, read_accounting
from skope.agg.tail import Limits
from skope.errors import ForeignReport, StorageFault

SIX = [
    "name", "module", "timestamp", "exec_memory_usage", "total_memory_global", "exec_time",
]  # fmt: skip
ROWS = [("a", 0.5), ("b", 0.25), ("a", 0.125)]


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def publisher(tmp_path, clock):
    with Folder(tmp_path) as reports:

        def made(session, keep=1_000_000):
            return Publisher(
                stripes=session.stripes,
                session=session.folder,
                reports=reports,
                accounting=read_accounting(session.folder, "s"),
                keep=keep,
                now=clock,
            )

        yield made


def settled(worker):
    """Waits until all that was handed to the background is on the disk."""
    worker.durable().result(30)
    while worker.journal._keeper._snapshot is not None:
        worker.durable().result(30)


def test_both_reports_and_the_accounting(start, post, publisher, tmp_path):
    session = start()
    for number in (0, 1):
        post(session.worker(number), *ROWS)
    publisher(session).step()
    agg = json.loads((tmp_path / AGG_FILE).read_bytes())
    assert {name: row["total_execs"] for name, row in agg.items()} == {"a": 4, "b": 2}
    apps = json.loads((tmp_path / APPS_FILE).read_bytes())
    assert [app["exec_time"] for app in apps] == [0.5, 0.25, 0.125] * 2
    assert all(list(app) == SIX for app in apps)
    accounting = read_accounting(session.folder, "s")
    assert (accounting.accepted, accounting.names, accounting.closed) == (6, 2, False)


def test_without_records_both_are_valid_and_empty(start, publisher, tmp_path):
    publisher(start()).step()
    assert json.loads((tmp_path / AGG_FILE).read_bytes()) == {}
    assert json.loads((tmp_path / APPS_FILE).read_bytes()) == []


def test_it_comes_back_when_something_may_be_due(start, post, publisher, clock, tmp_path):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    running = publisher(session)
    assert running.step() == clock.now + 1.0
    first = (tmp_path / AGG_FILE).stat().st_ino
    post(worker, *ROWS)
    clock.now += 0.9
    running.step()
    assert (tmp_path / AGG_FILE).stat().st_ino == first
    clock.now += 0.2
    running.step()
    assert json.loads((tmp_path / AGG_FILE).read_bytes())["a"]["total_execs"] == 4
    second = (tmp_path / AGG_FILE).stat().st_ino
    clock.now += 1.1
    running.step()
    assert (tmp_path / AGG_FILE).stat().st_ino == second, "nothing new, nothing written"
    (tmp_path / AGG_FILE).unlink()
    clock.now += 1.1
    running.step()
    assert (tmp_path / AGG_FILE).exists(), "somebody removed it"


def test_executions_are_written_again_only_when_there_are_new_ones(
    start, post, publisher, tmp_path, clock
):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    running = publisher(session)
    running.step()
    first = (tmp_path / APPS_FILE).stat().st_ino
    for _ in range(3):
        clock.now += 10
        running.step()
        assert running.bring_up("apps")
    assert (tmp_path / APPS_FILE).stat().st_ino == first
    post(worker, *ROWS)
    assert running.bring_up("apps")
    assert len(json.loads((tmp_path / APPS_FILE).read_bytes())) == 2 * len(ROWS)


def test_a_slow_rewrite_is_not_repeated_within_twenty_times_its_time():
    duty = Duty(every_s=1.0)
    assert duty.due(0.0)
    duty.ran(10.0, 10.01)
    assert duty.due_at == 11.0
    duty.ran(20.0, 22.0)
    assert duty.due_at == 62.0
    assert not duty.due(61.9)


def test_a_disk_that_refuses_a_report_is_tried_again_later(start, publisher, tmp_path, clock):
    class Full:
        def replace(self, name, parts, *, durable):
            raise StorageFault("full")

        def modified_ns(self, name):
            return 0

    running = publisher(start())
    reports, running._reports = running._reports, Full()
    running.step()
    assert running.troubles == {"agg": "full", "apps": "full"}
    running._reports = reports
    clock.now += 10
    running.step()
    assert running.troubles == {}
    assert json.loads((tmp_path / APPS_FILE).read_bytes()) == []


def test_while_a_row_is_torn_the_last_good_aggregate_stays(
    start, post, publisher, monkeypatch, tmp_path
):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    running = publisher(session)
    assert running.bring_up("agg")
    post(worker, *ROWS)
    monkeypatch.setattr("skope.agg.publish.total", lambda stripes: nullcontext(None))
    assert not running.bring_up("agg"), "what was acknowledged may be missing from it"
    assert running.finish().accepted == len(ROWS)
    running.keep_agg("s.agg.json")
    for name in (AGG_FILE, "s.agg.json"):
        assert json.loads((tmp_path / name).read_bytes())["a"]["total_execs"] == 2


def test_more_names_than_are_unpacked_at_a_time(start, post, publisher, tmp_path):
    session = start(names=1024)
    names = [f"n{index:04}" for index in range(1000)]
    post(session.worker(), *[(name, 0.5) for name in names])
    running = publisher(session)
    assert running.bring_up("agg")
    assert list(json.loads((tmp_path / AGG_FILE).read_bytes())) == names
    accounting = running.accounting()
    assert (accounting.accepted, accounting.names) == (1000, 1000)


def test_finishing_closes_the_session(start, post, publisher):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    worker.close()
    session.running = []
    closed = publisher(session).finish()
    assert closed.closed
    assert read_accounting(session.folder, "s") == closed
    again = start()
    assert again.opened.accounting.starts == 2
    assert not read_accounting(again.folder, "s").closed


# -- the accounting --


def test_figures_of_earlier_starts_are_kept_and_added_to(start, post, publisher):
    first = start()
    worker = first.worker()
    post(worker, *ROWS)
    with pytest.raises(Exception, match="exec_time"):
        post(worker, ("a", -1))
    publisher(first).publish_agg()
    first.kill()
    second = start()
    worker = second.worker()
    post(worker, *ROWS)
    with pytest.raises(Exception, match="exec_time"):
        post(worker, ("a", -1))
    successor = second.worker()
    with pytest.raises(Exception, match="exec_time"):
        post(successor, ("a", -1))
    publisher(second).publish_agg()
    accounting = read_accounting(second.folder, "s")
    assert accounting.accepted == 6
    assert accounting.rejected == {"400": 3}
    assert accounting.recovered == 6  # three by the second start, three by the successor
    assert accounting.starts == 2


def test_a_restarted_publisher_counts_nothing_twice(start, post, publisher):
    session = start()
    worker = session.worker()
    with pytest.raises(Exception, match="exec_time"):
        post(worker, ("a", -1))
    post(worker, *ROWS)
    for _ in range(3):
        publisher(session).publish_agg()
    accounting = read_accounting(session.folder, "s")
    assert (accounting.accepted, accounting.rejected) == (3, {"400": 1})


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b'{"session":1}'])
def test_an_unreadable_accounting_is_said(folder, text):
    folder.replace(SESSION_FILE, [text], durable=False)
    with pytest.raises(ForeignReport, match=r"session\.json"):
        read_accounting(folder, "s")


def test_a_new_session_has_an_accounting_of_zeros(folder):
    assert read_accounting(folder, "s") == Accounting(session="s", starts=0)


# -- raw executions --


def test_only_the_acknowledged_part_of_an_open_file_is_shown(start, post):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    ends = open_ends(session.stripes)
    post(worker, *ROWS)
    assert len(json.loads(b"".join(array(session.folder, ends)))) == 3
    assert len(json.loads(b"".join(array(session.folder, open_ends(session.stripes))))) == 6


def test_large_files_come_in_pieces(start, post):
    session = start(limits=Limits(most_records=10**6))
    worker = session.worker()
    for _ in range(20):
        post(worker, *[("a", k) for k in range(1000)])
    pieces = list(array(session.folder, open_ends(session.stripes)))
    assert len(pieces) > 2
    assert len(json.loads(b"".join(pieces))) == 20_000


def test_lines_that_rotted_are_left_out(start, post):
    session = start()
    worker = session.worker()
    post(worker, *ROWS)
    worker.durable().result(30)
    path = session.folder.path / Segment(0, 1, 1).lines
    data = bytearray(path.read_bytes())
    data[data.index(b"0.25")] = ord("}")
    path.write_bytes(data)
    apps = json.loads(b"".join(array(session.folder, open_ends(session.stripes))))
    assert [app["exec_time"] for app in apps] == [0.5, 0.125]


# -- --keep --


def test_the_oldest_covered_segments_go_and_are_counted(start, post, publisher, tmp_path):
    session = start(limits=Limits(most_records=3))
    worker = session.worker()
    for _ in range(6):
        post(worker, *ROWS)
    settled(worker)
    running = publisher(session, keep=7)
    running.step()
    apps = json.loads((tmp_path / APPS_FILE).read_bytes())
    accounting = read_accounting(session.folder, "s")
    assert len(apps) == 9
    assert accounting.dropped_from_raw == 9
    assert accounting.accepted == 18
    assert accounting.dropping == []
    session.kill()
    again = start()
    assert again.opened.past.recovered.records == 18
    assert again.opened.accounting.dropped_from_raw == 9


def test_what_no_snapshot_covers_stays_however_much_it_is(start, post):
    session = start()
    worker = session.worker()
    for _ in range(6):
        post(worker, *ROWS)
    assert Retention(session.folder, keep=0).surplus() == {}


def test_a_worker_that_gets_nothing_holds_nobody_up(start, post):
    session = start(limits=Limits(most_records=3))
    idle, busy = session.worker(1), session.worker(0)
    for _ in range(6):
        post(busy, *ROWS)
    settled(busy)
    assert idle.journal.ticket == 0
    surplus = Retention(session.folder, keep=7).surplus()
    assert surplus == {Segment(0, 1, number): 3 for number in (1, 2, 3)}


def test_files_of_earlier_starts_go_too(start, post):
    first = start()
    post(first.worker(), *ROWS)
    first.kill()
    second = start()
    assert Retention(second.folder, keep=0).surplus() == {Segment(0, 1, 1): 3}
    assert Retention(second.folder, keep=1).surplus() == {}


def test_only_two_snapshots_a_worker_are_kept(start, post):
    session = start(limits=Limits(most_records=3))
    worker = session.worker()
    for _ in range(6):
        post(worker, *ROWS)
        settled(worker)
    Retention(session.folder, keep=10**6).surplus()
    names = session.folder.names()
    assert len(snapshots_in(names)) == 2
    assert snapshots_in(names)[-1].number == len(segments_in(names)) - 1


def test_a_crash_while_files_are_dropped_is_finished_later(start, post, publisher, monkeypatch):
    session = start(limits=Limits(most_records=3))
    worker = session.worker()
    for _ in range(6):
        post(worker, *ROWS)
    settled(worker)

    def die(self, segments):
        raise KeyboardInterrupt

    running = publisher(session, keep=7)
    with monkeypatch.context() as patch:
        patch.setattr(Retention, "drop", die)
        with pytest.raises(KeyboardInterrupt):
            running.publish_apps()
    interrupted = read_accounting(session.folder, "s")
    assert interrupted.dropped_from_raw == 9
    assert len(interrupted.dropping) == 3
    publisher(session, keep=7).step()
    finished = read_accounting(session.folder, "s")
    assert (finished.dropped_from_raw, finished.dropping) == (9, [])
    left = b"".join(session.folder.read(s.lines) for s in segments_in(session.folder.names()))
    assert left.count(b"\n") == 9


def test_the_accounting_encodes_as_it_decodes(folder):
    accounting = Accounting(session="s", rejected={"400": 2}, dropping=["w0-1-1.jsonl"])
    folder.replace(SESSION_FILE, [msgspec.json.encode(accounting)], durable=True)
    assert read_accounting(folder, "s") == accounting
