import os
import subprocess
import sys

import pytest

from skope.agg.folder import Folder
from skope.agg.segment import Segment, past_name, pasts_in, segments_in, snapshots_in
from skope.agg.snapshot import Covered, decode_snapshot, encode_snapshot, read_snapshot
from skope.errors import StorageFault

KILLED = """
import os, sys
from pathlib import Path
from skope.agg.folder import Folder
Folder(Path(sys.argv[1])).replace("report_apps.json", (os._exit(9) for _ in "1"), durable=False)
"""
COVERED = Covered(records=3, since=1, workers={0: (2, 5), 11: (1, 1)})


def test_a_snapshot_comes_back():
    data = b"".join(encode_snapshot(COVERED, b"rows"))
    snapshot = decode_snapshot(data)
    assert (snapshot.covered, snapshot.rows) == (COVERED, b"rows")


def test_a_snapshot_cut_or_changed_anywhere_is_none():
    data = b"".join(encode_snapshot(COVERED, b"rows"))
    for end in range(len(data)):
        assert decode_snapshot(data[:end]) is None
    for at in range(len(data)):
        bad = bytearray(data)
        bad[at] ^= 0x04
        assert decode_snapshot(bytes(bad)) is None
    assert decode_snapshot(data + b"x") is None


def test_a_snapshot_that_is_not_there_is_none(folder):
    assert read_snapshot(folder, "past-1.tally") is None


def test_segments_come_by_worker_in_the_order_of_writing():
    names = ["w1-1-1.jsonl", "w0-10-1.jsonl", "w0-9-2.jsonl", "w0-9-10.jsonl", "w0-9-2.sum", "x"]
    assert segments_in(names) == [
        Segment(0, 9, 2),
        Segment(0, 9, 10),
        Segment(0, 10, 1),
        Segment(1, 1, 1),
    ]
    assert snapshots_in(["w0-9-2.tally", "w0-9-2.jsonl", ".w0-9-3.tally.77"]) == [Segment(0, 9, 2)]
    assert pasts_in([past_name(10), past_name(9), "past-x.tally", "past-1.tally.bak"]) == [9, 10]


def test_a_file_is_replaced_at_one_stroke_or_not_at_all(folder):
    folder.replace("x", [b"old"], durable=True)

    def failing():
        yield b"new"
        raise OSError(28, "No space left on device")

    def interrupted():
        yield b"new"
        raise KeyboardInterrupt

    with pytest.raises(StorageFault, match="cannot write x: the disk is full"):
        folder.replace("x", failing(), durable=False)
    assert folder.read("x") == b"old"
    assert folder.names() == ["x"]
    with pytest.raises(KeyboardInterrupt):
        folder.replace("x", interrupted(), durable=False)
    assert folder.names() == ["x"]
    assert folder.replace("x", [b"ne", b"w"], durable=False) == 3
    assert folder.read("x") == b"new"


def test_what_a_killed_writer_left_goes_and_a_living_one_s_stays(folder):
    killed = subprocess.Popen([sys.executable, "-c", KILLED, folder.path])
    assert killed.wait(60) == 9
    left = f".report_apps.json.{killed.pid}"
    stay = {f".w0-1-1.tally.{os.getpid()}", ".gitignore", ".mine.1", "report_agg.json"}
    for name in stay:
        os.close(folder.create(name))
    assert set(folder.names()) == stay | {left}
    folder.sweep()
    assert set(folder.names()) == stay


def test_links_are_not_followed(folder, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    (folder.path / "w0-1-1.jsonl").symlink_to(target)
    with pytest.raises(OSError, match="symbolic links"):
        folder.read("w0-1-1.jsonl")
    with pytest.raises(FileExistsError):
        folder.create("w0-1-1.jsonl")
    (folder.path / f".x.{os.getpid()}").symlink_to(target)
    with pytest.raises(StorageFault):
        folder.replace("x", [b"new"], durable=False)
    assert target.read_bytes() == b"precious"


def test_what_is_put_aside_first_stays(folder):
    folder.replace("a", [b"1"], durable=False)
    folder.keep_aside("a", "b")
    folder.replace("a", [b"2"], durable=False)
    folder.keep_aside("a", "b")
    assert (folder.read("a"), folder.read("b")) == (b"2", b"1")


def test_a_file_that_is_not_there_is_nothing(folder):
    folder.remove("none")
    assert folder.modified_ns("none") == 0
    with pytest.raises(FileNotFoundError):
        folder.read("none")


def test_a_folder_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageFault, match="a file is in the way of the dir") as caught:
            Folder(place)
        assert caught.value.hint == "--dir names another directory"
