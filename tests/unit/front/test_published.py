"""Reports as of now: who asks is answered by the publisher, refused, or told to come again."""

import asyncio
import json
import threading
from time import monotonic_ns

import pytest

from skope.agg.folder import Folder
from skope.errors import NotReady, StorageFault
from skope.front.published import Published
from skope.shm.bell import Bell


@pytest.fixture
def bell():
    with Bell.create(2) as made:
        yield made


@pytest.fixture
def published(tmp_path, bell):
    session = tmp_path / "agg" / "s"
    session.mkdir(parents=True)
    (session / "session.json").write_text('{"accepted": 1}\n')
    with Folder(tmp_path) as reports, Folder(session) as folder:
        yield Published(bell, 1, reports, folder, patience_s=0.2)


def when_rung(bell, which, act):
    """Does what a publisher would, once it is asked."""

    def wait():
        while not bell.asked_ns(which):
            pass
        act()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_it_waits_until_the_report_is_as_new_as_the_question(tmp_path, bell, published):
    path = tmp_path / "report_agg.json"
    path.write_text("old")
    bell.answer("agg", monotonic_ns())

    def write():
        path.write_text("new")
        bell.answer("agg", monotonic_ns())

    thread = when_rung(bell, "agg", write)
    with asyncio.run(published.fresh("agg")) as file:
        assert file.read() == b"new"
    thread.join()
    assert bell.asked_ns("agg")
    assert not bell.asked_ns("apps")


def test_a_disk_that_is_full_is_said_at_once(bell, published):
    thread = when_rung(bell, "apps", lambda: bell.refuse("apps", monotonic_ns()))
    with pytest.raises(StorageFault, match=r"report_apps\.json cannot be written"):
        asyncio.run(published.fresh("apps"))
    thread.join()


def test_a_refusal_of_before_is_none_of_now(bell, published):
    bell.refuse("agg", monotonic_ns())
    with pytest.raises(NotReady, match="in time"):
        asyncio.run(published.fresh("agg"))


def test_the_aggregate_and_its_accounting_are_one_object(tmp_path, bell, published):
    (tmp_path / "report_agg.json").write_text('{\n  "n": {"total_execs": 1}\n}\n')
    bell.answer("agg", 1 << 62)
    standing = asyncio.run(published.standing())
    assert standing.endswith(b"}\n")
    assert json.loads(standing) == {
        "session": {"accepted": 1},
        "aggregate": {"n": {"total_execs": 1}},
    }


def test_saving_keeps_it_byte_for_byte(tmp_path, bell, published):
    (tmp_path / "report_agg.json").write_text('{"n": 1}\n')
    bell.answer("agg", 1 << 62)
    saved = asyncio.run(published.save("a/b"))
    assert saved.name == "a/b"
    assert "/" not in saved.report
    assert (tmp_path / saved.report).read_text() == '{"n": 1}\n'
