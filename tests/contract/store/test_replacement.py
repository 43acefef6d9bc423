"""Whole or not at all, on every file system at hand: disk, memory, and one without links."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.schema.reports import AT, a_report

WRITE = """
import sys
again = sys.argv[2:] == ["again"]
from skope.store.directory import open_directory
with open_directory(sys.argv[1], given=True) as directory:
    print("ready", flush=True)
    number = 0
    while True:
        number += 1
        directory.replace("a.json", (b"%d\\n" % number) * 200_000, again=again)
"""


def without_links(*_, **__):
    raise OSError(errno.EOPNOTSUPP, "no links on this file system")


@pytest.fixture(params=["disk", "memory", "no links"])
def place(request, tmp_path, monkeypatch):
    if request.param == "no links":
        monkeypatch.setattr(os, "link", without_links)
    if request.param != "memory":
        yield tmp_path / ".skope"
        return
    if not Path("/dev/shm").is_dir():
        pytest.skip("no file system in memory here")
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="skope-test-") as folder:
        yield Path(folder) / ".skope"


@pytest.fixture(params=["", "again"])
def writer(place, request):
    """A process that replaces one file for ever, by new files or by two that take turns."""
    command = [sys.executable, "-c", WRITE, str(place), request.param]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    yield process
    process.kill()
    process.communicate(timeout=30)


def is_whole(data):
    """A file of the writer: one line, 200,000 times."""
    line, _, _ = data.partition(b"\n")
    return data == (line + b"\n") * 200_000


def leftovers(place):
    return [file.name for file in place.iterdir() if file.name.startswith(".skope-tmp-")]


def test_a_half_file_would_be_noticed():
    assert is_whole(b"7\n" * 200_000)
    assert not is_whole(b"7\n" * 199_999)
    assert not is_whole(b"7\n" * 100_000 + b"8\n" * 100_000)


def test_a_reader_sees_whole_files_only(place, writer):
    with open_directory(place, given=True) as directory:
        seen = set()
        while len(seen) < 20:
            try:
                data = directory.read("a.json")
            except FileNotFoundError:
                continue
            assert is_whole(data)
            seen.add(data[:20])


def test_killed_writers_leave_the_file_whole_and_the_next_one_cleans_up(place):
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITE, str(place), "again"], stdout=subprocess.PIPE
        )
        process.stdout.readline()
        while not (place / "a.json").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    (place / ".skope-tmp-0123456789ab").write_bytes(b"as if killed in the middle")
    with open_directory(place, given=True) as directory:
        assert is_whole(directory.read("a.json"))
        directory.replace("b.json", b"x")
    assert leftovers(place) == []


def test_many_threads_on_one_name(place):
    with open_directory(place, given=True) as directory:

        def replace(number):
            for _ in range(30):
                directory.replace("a.json", bytes([65 + number]) * 50_000)

        threads = [threading.Thread(target=replace, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            if directory.exists("a.json"):
                data = directory.read("a.json")
                assert data == data[:1] * 50_000
        for thread in threads:
            thread.join()
    assert leftovers(place) == []


def test_history_keeps_and_brings_back(place):
    with open_directory(place, given=True) as directory:
        reports = Reports(directory)
        for number in range(23):
            reports.rotate("a/b")
            reports.write("a/b", encode_report(a_report("a/b", at=AT + number)))
        assert len(reports.history("a/b")) == 20
        assert reports.read("a/b@1").timestamp == AT + 21
        assert reports.unrotate("a/b")
        assert reports.read("a/b").timestamp == AT + 21
        assert reports.read("a/b@1").timestamp == AT + 20


def test_a_tag_never_is_without_its_report(place):
    """Keeping the old report and writing the new one leaves no moment between."""
    with open_directory(place, given=True) as directory:
        reports = Reports(directory)
        reports.write("a", encode_report(a_report("a")))
        done = threading.Event()

        def renew():
            for number in range(60):
                reports.rotate("a")
                reports.write("a", encode_report(a_report("a", at=AT + number)))
            done.set()

        thread = threading.Thread(target=renew)
        thread.start()
        with open_directory(place, given=True) as another:
            reader = Reports(another)
            while not done.is_set():
                assert reader.read("a").name == "a"
        thread.join()
