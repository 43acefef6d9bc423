"""Two files that take turns under one name: what is replaced is written over, if nobody sees it."""

import errno
import fcntl
import os
import time

import pytest

from skope.store import spares
from skope.store.directory import open_directory
from skope.store.turn import Turn


def hidden(directory):
    return sorted(p for p in directory.path.iterdir() if p.name.startswith(".skope-tmp-"))


def inode(directory, name="a.json"):
    return (directory.path / name).stat().st_ino


def renew(directory, text, name="a.json"):
    """What replaces a report, later than the coarsest of file systems' clocks tells apart."""
    time.sleep(0.03)
    return directory.replace(name, text, again=True)


@pytest.fixture
def turning(directory):
    """`a.json` was replaced twice, and what it replaced last is spare."""
    directory.replace("a.json", b"one")
    renew(directory, b"two")
    return directory


def test_two_files_take_turns_and_no_third_is_made(turning):
    (spare,) = hidden(turning)
    first, second = inode(turning), spare.stat().st_ino
    seen = []
    for text in (b"three", b"4", b"a longer fifth"):
        device, there, changed = renew(turning, text)
        status = (turning.path / "a.json").stat()
        assert (device, there, changed) == (status.st_dev, status.st_ino, status.st_mtime_ns)
        assert turning.read("a.json") == text
        seen.append(there)
    assert seen == [second, first, second]
    assert hidden(turning) == [spare]
    turning.close()
    assert not spare.exists()


def test_who_still_reads_what_was_replaced_has_it_for_himself(turning):
    with (turning.path / "a.json").open("rb") as file:
        for number in range(4):
            renew(turning, b"new %d" % number)
        assert file.read() == b"two"
    assert turning.read("a.json") == b"new 3"
    assert len(hidden(turning)) == 1


def kept_by_another_name(path):
    os.link(path, path.with_name("kept.json"))


def closed_to_others(path):
    path.chmod(0o600)


@pytest.mark.parametrize("touch", [kept_by_another_name, closed_to_others])
def test_what_somebody_laid_hands_on_is_not_written_over(turning, touch):
    touch(turning.path / "a.json")
    laid_on = os.open(turning.path / "a.json", os.O_PATH)  # its number is nobody else's meanwhile
    for text in (b"three", b"four", b"five"):
        renew(turning, text)
        assert inode(turning) != os.fstat(laid_on).st_ino
        assert turning.read("a.json") == text
    os.close(laid_on)
    if touch is kept_by_another_name:
        assert turning.read("kept.json") == b"two"


def test_every_writing_is_another_one_however_fast(directory):
    seen = [directory.replace("a.json", b"x", again=True) for _ in range(200)]
    assert len(set(seen)) == 200


def test_what_a_sweeper_took_is_not_missed(turning):
    with open_directory(turning.path, given=True) as another:
        another.replace("b.json", b"x")
    assert hidden(turning) == []
    renew(turning, b"three")
    assert turning.read("a.json") == b"three"


def test_what_is_in_the_place_of_the_spare_is_not_followed(turning, tmp_path):
    (spare,) = hidden(turning)
    (tmp_path / "victim").write_text("precious")
    spare.unlink()
    spare.symlink_to(tmp_path / "victim")
    renew(turning, b"three")
    assert turning.read("a.json") == b"three"
    assert (tmp_path / "victim").read_text() == "precious"


def test_a_file_system_that_exchanges_nothing_replaces_as_ever(directory, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EINVAL, "no exchange here")

    monkeypatch.setattr(spares, "exchange", refuse)
    for text in (b"one", b"two", b"three"):
        renew(directory, text)
        assert directory.read("a.json") == text
    assert hidden(directory) == []


def test_no_more_are_kept_than_reports_are_known(directory, monkeypatch):
    monkeypatch.setattr(spares, "_MOST", 2)
    for name in ("a", "b", "c"):
        directory.replace(name, b"one")
        renew(directory, b"two", name)
    assert len(hidden(directory)) == 2
    renew(directory, b"three", "a")
    assert directory.read("a") == b"three"


@pytest.fixture
def beside(turning):
    """`turning`, with a file of the same name in a folder."""
    turning.rewrite("series/a.json", b"old curves")
    return turning


def supersede(directory, known, text=b"three", curves=b"new curves"):
    time.sleep(0.03)
    return directory.supersede("a.json", known, text, folder="series", beside=curves)


def both(directory):
    return directory.read("a.json"), directory.read("series/a.json").rstrip()


def test_a_report_and_its_curves_in_one_go(beside):
    seen = []
    for number in range(4):
        known = beside.identity("a.json")
        written = supersede(beside, known, b"new %d" % number, b"curves %d" % number)
        assert written == beside.identity("a.json")
        assert both(beside) == (b"new %d" % number, b"curves %d" % number)
        seen.append(written[1])
    assert seen[0] != seen[1]
    assert seen[:2] == seen[2:]
    assert supersede(beside, beside.identity("a.json"), b"x", None)
    assert both(beside) == (b"x", b"curves 3")


def written_by_somebody(directory):
    (directory.path / "a.json").write_bytes(b"two")


def replaced_by_somebody(directory):
    with open_directory(directory.path, given=True) as another:
        another.replace("a.json", b"two")


def removed(directory):
    (directory.path / "a.json").rename(directory.path / "b.json")
    os.link(directory.path / "b.json", directory.path / "c.json")


def read_by_somebody(directory):
    return os.open(hidden(directory)[0], os.O_RDONLY)


def locked(directory):
    fd = os.open(directory.path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


def moved(directory):
    directory.path.rename(directory.path.with_name("elsewhere"))
    directory.path.mkdir()
    (directory.path / "a.json").write_bytes(b"two")


def without_curves(directory):
    (directory.path / "series/a.json").unlink()


def curves_are_a_link(directory):
    (directory.path / "series/a.json").rename(directory.path / "series/b.json")
    (directory.path / "series/a.json").symlink_to("b.json")


def curves_are_elsewhere(directory):
    (directory.path / "series").rename(directory.path / "others")
    (directory.path / "series").symlink_to("others")


@pytest.mark.parametrize(
    "touch",
    [
        written_by_somebody, replaced_by_somebody, removed, read_by_somebody, locked, moved,
        without_curves, curves_are_a_link, curves_are_elsewhere,
    ],
)  # fmt: skip
def test_a_report_is_superseded_only_as_it_was_known(beside, touch):
    known = beside.identity("a.json")
    time.sleep(0.03)
    held = touch(beside)
    there = {path: path.read_bytes() for path in beside.path.glob("*.json")}
    assert supersede(beside, known) is None
    assert {path: path.read_bytes() for path in beside.path.glob("*.json")} == there
    if held is not None:
        os.close(held)
    with Turn(beside):  # which nobody holds
        renew(beside, b"four")
    assert beside.read("a.json") == b"four"


def test_curves_that_do_not_fit_are_not_cut(beside):
    known, long = beside.identity("a.json"), b"c" * (1 << 16)
    assert supersede(beside, known, curves=long) is None
    beside.rewrite("series/a.json", long)
    assert supersede(beside, known, curves=b"short") is None  # a file with so much room is wasted
    assert both(beside) == (b"two", long)
