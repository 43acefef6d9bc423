"""What several runs printed: kept in one file, cut where it is long, shown where one failed."""

import os

import pytest

from skope.store.directory import open_directory
from skope.supervisor.logs import RunLog


@pytest.fixture
def kept(tmp_path):
    with (
        open_directory(tmp_path / ".skope", given=True) as directory,
        RunLog(directory, "t") as log,
    ):
        yield log, tmp_path / ".skope" / "logs" / "t.log"


def test_the_middle_of_a_long_run_is_left_out_when_the_next_begins(kept):
    log, file = kept
    log.heading("one")
    os.write(log.fd, b"first\n" + b"x" * (3 << 20) + b"\nlast\n")
    log.heading("two")
    os.write(log.fd, b"short\n")
    log.heading("three")
    text = file.read_text()
    assert len(text) < (1 << 20) + 200
    begin, end = text.split(f"\n== {(2 << 20) + 12} bytes left out ==\n")
    assert begin.startswith("== one ==\nfirst\n")
    assert end.endswith("x\nlast\n== two ==\nshort\n== three ==\n")
    assert len(begin) - len("== one ==\n") == 1 << 19


def test_how_it_ended_is_shown_of_the_first_failure_and_said_of_the_others(kept):
    log, _ = kept
    said, how = [], "t.sh ended with exit code 7"
    for number in (1, 2):
        log.heading(f"run {number}")
        os.write(log.fd, b"out of luck\n")
        log.explain(f"run {number}", how, said.append)
    assert said == [
        f"skope: run 1 failed: {how}; its last lines, all are in {log.shown}:",
        "  out of luck",
        f"skope: run 2 failed: {how}",
    ]
