"""A file that is written over: by nobody else open, and waited for by whoever opens it."""

import os
import threading

import pytest

from skope._fast import begin_writing, exchange, refill


def test_who_opens_a_file_that_is_written_over_waits_and_finds_it_whole(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    found = []
    file = os.open(path, os.O_WRONLY)
    try:
        assert refill(file, b"new", mode=path.stat().st_mode, rested_ns=0)
        with pytest.raises(BlockingIOError):
            os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        late = threading.Thread(target=lambda: found.append(path.read_bytes()))
        late.start()
        late.join(0.05)
        assert found == []
    finally:
        os.close(file)
    late.join(30)
    assert found == [b"new"]


def test_a_file_that_somebody_has_open_is_left_as_it_is(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    mode = path.stat().st_mode
    file = os.open(path, os.O_WRONLY)
    try:
        with path.open("rb"):
            assert refill(file, b"new", mode=mode, rested_ns=0) is None
        assert refill(file, b"new", mode=mode ^ 0o040, rested_ns=0) is None
        assert refill(file, b"new", mode=mode, rested_ns=10**12) is None
        assert path.stat().st_size == 3
    finally:
        os.close(file)
    assert path.read_bytes() == b"old"


def test_two_files_exchange_their_names_or_neither_has_another(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        exchange(folder, b"a", b"b")
        assert [(tmp_path / name).read_text() for name in ("a", "b")] == ["b", "a"]
        with pytest.raises(FileNotFoundError):
            exchange(folder, b"a", b"c")
        with pytest.raises(FileNotFoundError):
            exchange(folder, b"c", b"a")
        assert (tmp_path / "a").read_text() == "b"
    finally:
        os.close(folder)


def test_what_no_file_can_do_is_no_matter():
    inlet, outlet = os.pipe()
    try:
        begin_writing(outlet)
        assert refill(outlet, b"x", mode=os.fstat(outlet).st_mode, rested_ns=0) is None
    finally:
        os.close(inlet)
        os.close(outlet)
