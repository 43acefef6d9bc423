"""The slow-down's arithmetic, on known times, and its turns, on a process that really runs."""

import subprocess
import sys
import time
from array import array
from itertools import pairwise
from math import exp

import pytest

from bench.alternating import Phase, alternate, log_ratios

MS = 1_000_000
TELLS = "import time\nwhile True: print(time.monotonic_ns()); time.sleep(0.001)"


def test_only_pieces_within_a_phase_count():
    """A far longer one lies across either edge of the phase in which pieces take 4 % longer."""
    wall = array("q", [0])
    for took in [100] * 10 + [4000] + [104] * 10 + [4000] + [100] * 10:
        wall.append(wall[-1] + took)
    stopped, running = Phase(0, 1000), Phase(wall[10] + 1, wall[22] - 1)
    found = log_ratios(wall, wall, [running], [stopped])
    assert [exp(each) for each in found] == pytest.approx([1.04])


def test_a_pair_with_a_phase_in_which_nothing_was_done_is_left_out():
    wall = array("q", range(0, 1000, 10))
    assert log_ratios(wall, wall, [Phase(0, 100)], [Phase(200, 205)]) == []


def test_what_is_beside_the_program_is_stopped_by_turns_and_runs_in_the_end(tmp_path):
    told = tmp_path / "told"
    with told.open("w") as out:
        beside = subprocess.Popen([sys.executable, "-u", "-c", TELLS], stdout=out)
    try:
        alternate(4, [beside.pid])
        lines = told.read_text().count("\n")
        until = time.monotonic() + 20
        while told.read_text().count("\n") < lines + 20 and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        beside.kill()
        beside.wait()
    times = [int(line) for line in told.read_text().splitlines()]
    assert len(times) >= lines + 20
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert sum(gap for gap in gaps if gap > 30 * MS) > 4 * 36 * MS
