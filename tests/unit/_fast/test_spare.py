"""A file that is written over: by nobody else open, and waited for by whoever opens it."""

import os
import tempfile
import threading
from pathlib import Path

import pytest

from skope._fast import Anchor, begin_writing, exchange, refill, write_over

IN_MEMORY = Path("/dev/shm")


def test_who_opens_a_file_that_is_written_over_waits_and_finds_it_whole(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    found = []
    file = os.open(path, os.O_WRONLY)
    try:
        assert refill(file, b"new", mode=path.stat().st_mode, rested_ns=0, keep_blocks=False)
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
            assert refill(file, b"new", mode=mode, rested_ns=0, keep_blocks=False) is None
        assert refill(file, b"new", mode=mode ^ 0o040, rested_ns=0, keep_blocks=False) is None
        assert refill(file, b"new", mode=mode, rested_ns=10**12, keep_blocks=False) is None
        assert path.stat().st_size == 3
    finally:
        os.close(file)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("keep_blocks", [False, True])
@pytest.mark.parametrize("before", [0, 1, 4096, 4097, 70_000])
@pytest.mark.parametrize("after", [0, 1, 4096, 4097, 70_000])
def test_nothing_is_left_of_what_was_in_it(tmp_path, before, after, keep_blocks):
    places = [tmp_path, IN_MEMORY] if IN_MEMORY.is_dir() else [tmp_path]
    for place in places:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            path = Path(folder, "a")
            path.write_bytes(b"o" * before)
            file = os.open(path, os.O_WRONLY)
            try:
                how = {"mode": os.fstat(file).st_mode, "rested_ns": 0, "keep_blocks": keep_blocks}
                assert refill(file, b"n" * after, **how)
            finally:
                os.close(file)
            os.truncate(path, max(before, after))  # what was left behind its end would show
            assert path.read_bytes() == b"n" * after + bytes(max(0, before - after))


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
        mode = os.fstat(outlet).st_mode
        assert refill(outlet, b"x", mode=mode, rested_ns=0, keep_blocks=False) is None
    finally:
        os.close(inlet)
        os.close(outlet)


@pytest.fixture
def place(tmp_path):
    """An open directory with a file, its spare, and one of the same name in a folder."""
    (tmp_path / "inside").mkdir()
    for name in ("a", "spare", "inside/a"):
        (tmp_path / name).write_bytes(b"old")
    fd = os.open(tmp_path, os.O_RDONLY)
    yield tmp_path, fd
    os.close(fd)


def written(path):
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_mtime_ns


def supersede(place, text, beside, *, path=None, known=None, folder=b"inside"):
    root, fd = place
    status = os.fstat(fd)
    anchor = Anchor(
        fd, os.fsencode(path or root), follow=False, device=status.st_dev, inode=status.st_ino,
        keep_blocks=len(text) > 3,
    )  # fmt: skip
    return anchor.supersede(
        b"a", known or written(root / "a"), b"spare", text, folder, beside,
        mode=(root / "spare").stat().st_mode, rested_ns=-(10**9),
    )  # fmt: skip


@pytest.mark.parametrize("text", [b"", b"new", b"n" * 100_000])
def test_a_file_is_superseded_by_its_spare(place, text):
    root, _ = place
    before = written(root / "a")[1], written(root / "spare")[1]
    assert supersede(place, text, b"!") == written(root / "a")
    assert (written(root / "spare")[1], written(root / "a")[1]) == before
    assert (root / "a").read_bytes() == text
    assert (root / "inside/a").read_bytes() == b"!  "
    assert supersede(place, b"again", None, folder=None) == written(root / "a")
    assert (root / "a").read_bytes() == b"again"


def test_a_file_that_is_not_what_it_was_is_not_superseded(place, tmp_path):
    root, _ = place
    device, inode, changed = written(root / "a")
    for known in ((device + 1, inode, changed), (device, inode + 1, changed), (device, inode, 7)):
        assert supersede(place, b"new", b"!", known=known) is None
    (root / "link").symlink_to(tmp_path)
    for path in (root / "link", root / "inside", root / "nowhere"):
        assert supersede(place, b"new", b"!", path=path) is None
    assert supersede(place, b"new", b"too long") is None
    assert ((root / "a").read_bytes(), (root / "inside/a").read_bytes()) == (b"old", b"old")


def test_what_is_written_over_keeps_its_size(place):
    root, fd = place
    (root / "long").write_bytes(b"x" * (1 << 15))
    (root / "longer").write_bytes(b"x" * ((1 << 15) + 1))
    os.link(root / "spare", root / "other")
    assert write_over(fd, b"a", b"ab")
    assert (root / "a").read_bytes() == b"ab "
    assert write_over(fd, b"long", b"")
    assert (root / "long").read_bytes() == b" " * (1 << 15)
    for name, text in ((b"longer", b""), (b"a", b"four"), (b"other", b"x"), (b"none", b"x")):
        assert not write_over(fd, name, text)
    assert (root / "spare").read_bytes() == b"old"
