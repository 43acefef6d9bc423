"""One tick of the sampler under the test's clock, over files the test writes."""

import os

import pytest

from skope._fast import (
    FLAGS,
    GAUGES,
    SAMPLER_LINE,
    UNAVAILABLE,
    ArchiveReader,
    ChildLine,
    RingReader,
    Ticker,
)

PERIOD = 1_000_000_000
NS = 10**9 // os.sysconf("SC_CLK_TCK")
BUSY, STOLEN = GAUGES.index("cpu_busy"), GAUGES.index("cpu_stolen")


class Machine:
    """Two files, and a sampler over them that can be started anew."""

    def __init__(self, folder, memory):
        self.memory = memory
        self._paths = [folder / "stat", folder / "meminfo"]
        self.says(0, 0)
        self._paths[1].write_text("MemTotal: 1000 kB\nMemAvailable: 400 kB\n")
        self.opened = [os.open(path, os.O_RDONLY) for path in self._paths]
        self.line = ChildLine(memory, SAMPLER_LINE)
        self.start()

    def start(self):
        self.line.begin(os.getpid())
        self.ticker = Ticker(self.memory, self.line, *self.opened)

    def says(self, user, idle, *, iowait=0, steal=0):
        self._paths[0].write_text(
            f"cpu  {user} 0 0 {idle} {iowait} 0 0 {steal} 0 0\nctxt 1\nprocesses 1\n"
        )

    def breaks(self):
        self._paths[0].write_text("nonsense\n")

    def tick(self, second, late_ns=0):
        self.ticker.tick(second * PERIOD, second * PERIOD + late_ns)
        return RingReader(self.memory).latest()[0]


@pytest.fixture
def machine(tmp_path, memory_of):
    made = Machine(tmp_path, memory_of(period=PERIOD, ring=16, factor=2))
    yield made
    for descriptor in made.opened:
        os.close(descriptor)


def test_a_tick_publishes_what_the_files_say(machine):
    machine.says(5, 9)
    row = machine.tick(10)
    assert row["begin_ns"] == row["end_ns"] == 10 * PERIOD
    assert row["counters"][0] == 5 * NS
    assert row["gauges"][0] == 600 * 1024
    assert (row["epoch"], row["missed"], row["late_ns"], row["flags"]) == (1, 0, 0, 0)
    assert (machine.line.heartbeat_ns, machine.line.ticks) == (10 * PERIOD, 1)
    assert machine.ticker.ticks == 1


def test_shares_are_of_the_time_since_the_tick_before(machine):
    machine.says(100, 100)
    first = machine.tick(10)
    assert (first["gauges"][BUSY], first["gauges"][STOLEN]) == (UNAVAILABLE, UNAVAILABLE)
    machine.says(130, 150, iowait=10, steal=10)
    second = machine.tick(11)
    assert second["gauges"][BUSY] == 400_000
    assert second["gauges"][STOLEN] == 100_000


def test_shares_stand_while_the_kernels_clocks_do(machine):
    machine.says(100, 100)
    machine.tick(10)
    machine.says(130, 170)
    machine.tick(11)
    assert machine.tick(12)["gauges"][BUSY] == 300_000
    machine.says(140, 170)
    assert machine.tick(13)["gauges"][BUSY] == 1_000_000


def test_a_late_tick_is_late_and_a_skipped_point_missed(machine):
    machine.tick(10)
    late = machine.tick(11, late_ns=2 * PERIOD + 1)
    assert (late["late_ns"], late["missed"]) == (2 * PERIOD + 1, 0)
    assert late["flags"] == FLAGS["late"]
    following = machine.tick(14)
    assert (following["missed"], following["flags"]) == (2, 0)


def test_exactly_a_period_is_not_over_a_period(machine):
    assert machine.tick(10, late_ns=PERIOD)["flags"] == 0


def test_a_successor_continues_the_record(machine):
    machine.says(100, 100)
    machine.tick(10)
    machine.start()
    machine.says(130, 170)
    row = machine.tick(15)
    assert (row["seq"], row["epoch"], row["missed"]) == (2, 2, 4)
    assert row["gauges"][BUSY] == 300_000
    assert machine.ticker.ticks == 1


def test_a_successor_counts_missed_points_from_the_deadline(machine):
    machine.tick(10, late_ns=2 * PERIOD)
    machine.start()
    assert machine.tick(14)["missed"] == 3


def test_taken_and_missed_add_up_to_the_grid(machine):
    for second in (10, 11, 14, 15):
        machine.tick(second)
    machine.start()
    for second in (20, 21):
        machine.tick(second)
    rows = RingReader(machine.memory).rows(0, 1 << 62)
    assert len(rows) + rows["missed"].sum() == 21 - 10 + 1


def test_a_counter_that_goes_back_is_held_and_flagged(machine):
    machine.says(100, 100, iowait=7)
    machine.tick(10)
    machine.says(101, 101, iowait=5)
    row = machine.tick(11)
    assert row["counters"][4] == 7 * NS
    assert row["flags"] == FLAGS["clamped"]


def test_a_successor_holds_too(machine):
    machine.says(100, 100)
    machine.tick(10)
    machine.start()
    machine.says(50, 50)
    row = machine.tick(11)
    assert list(row["counters"][[0, 3]]) == [100 * NS, 100 * NS]
    assert row["flags"] == FLAGS["clamped"]


def test_a_tick_that_fails_publishes_nothing_and_is_missed(machine):
    machine.tick(10)
    machine.breaks()
    with pytest.raises(ValueError, match="/proc/stat"):
        machine.tick(11)
    assert RingReader(machine.memory).next == 1
    machine.says(0, 0)
    assert machine.tick(12)["missed"] == 1


def test_ticks_reach_the_archives(machine):
    for second in range(10, 15):
        machine.tick(second)
    slots = ArchiveReader(machine.memory, 1).rows(0, 1 << 62)
    assert list(slots["start_ns"]) == [10 * PERIOD, 12 * PERIOD]
    assert list(slots["fold"]["taken"]) == [2, 2]


def test_a_file_that_is_gone_is_named(machine):
    machine.ticker.aim(-1, -1)
    with pytest.raises(OSError, match="/proc/stat"):
        machine.tick(10)
