"""Kernel text to numbers: what is documented reads, anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import (
    UNAVAILABLE,
    parse_diskstats,
    parse_meminfo,
    parse_net_dev,
    parse_pressure,
    parse_stat,
    parse_vmstat,
)

NS = 10_000_000
PAGE = 4096

STAT = b"""\
cpu  8005 1 2215 232800 255 3 89 329 7 5
cpu0 626 0 743 120261 12 0 40 185 0 0
cpu1 7378 0 1471 112538 242 0 48 143 0 0
intr 140724 0 0 9 12487 0 1506
ctxt 216153
btime 1795451512
processes 5938
procs_running 2
procs_blocked 4
softirq 96550 0 17093 3 2362 12487 0 3 41483 0 23119
"""
TIMES = (8005, 1, 2215, 232800, 255, 3, 89, 329, 7, 5)
STAT_READ = ((*(time * NS for time in TIMES), 216153, 5938), 2, 4)
MEMINFO = b"""\
MemTotal:       24683656 kB
MemFree:        24495184 kB
MemAvailable:   24418976 kB
Buffers:            6852 kB
Cached:            53956 kB
SwapCached:            9 kB
SwapTotal:           100 kB
SwapFree:             60 kB
Dirty:              1912 kB
AnonPages:         17740 kB
HugePages_Total:       0
"""
MEMINFO_READ = tuple(
    kib * 1024 for kib in (24683656 - 24418976, 24683656, 17740, 53956, 1912, 100 - 60)
)
DISKSTATS = b"""\
   7       0 loop0 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9
 254 0 vda 13669 8115 1738266 8318 2135 16197 1129232 4098 0 3912 13179 3305 90 53984 694 95 68
 254       1 vda1 13000 8115 1738000 8318 2135 16197 1129000 4098 0 3900 13179 0 0 0 0 0 0
 259       0 nvme0n1 1 0 2 3 4 5 6 7 8 9 10
 253       0 dm-0 13669 8115 1738266 8318 2135 16197 1129232 4098 0 3912 13179
"""
DISKS = b"nvme0n1\nvda\n"
DISKSTATS_READ = ((1738266 + 2) * 512, (1129232 + 6) * 512, 3912 + 9, 5)
NET_DEV = b"""\
Inter-|   Receive                           |  Transmit
 face |bytes    packets errs drop fifo frame|bytes    packets errs drop fifo
    lo:    3245   30 0 5 0 0 0 0     3245   30 0 7 0 0 0 0
  eth0:72538222 2197 0 2 0 0 0 0   127899 1143 0 3 0 0 0 0
  lo1:        1    0 0 0 0 0 0 0        2    0 0 0 0 0 0 0
"""
NET_DEV_READ = (72538222 + 1, 127899 + 2, 5)
PRESSURE = b"""\
some avg10=2.49 avg60=1.84 avg300=0.48 total=4768777
full avg10=0.00 avg60=0.00 avg300=0.00 total=12
"""
VMSTAT = b"""\
nr_free_pages 6123796
pswpin 3
pswpout 5
pgfault 15058697
pgmajfault 2733
oom_kill 1
oom_kill_other 9
"""
VMSTAT_READ = (15058697, 2733, 3 * PAGE, 5 * PAGE, 1)

FILES = {
    "stat": (lambda data: parse_stat(data, ns_per_tick=NS), STAT, STAT_READ),
    "meminfo": (parse_meminfo, MEMINFO, MEMINFO_READ),
    "diskstats": (lambda data: parse_diskstats(data, DISKS), DISKSTATS, DISKSTATS_READ),
    "net_dev": (parse_net_dev, NET_DEV, NET_DEV_READ),
    "pressure": (parse_pressure, PRESSURE, 4768777000),
    "vmstat": (lambda data: parse_vmstat(data, page_bytes=PAGE), VMSTAT, VMSTAT_READ),
}
every_file = pytest.mark.parametrize(("parse", "text", "read"), FILES.values(), ids=list(FILES))


def flat(value):
    return [one for part in value for one in flat(part)] if isinstance(value, tuple) else [value]


@every_file
def test_it_reads_as_documented(parse, text, read):
    assert parse(text) == read


@every_file
@given(data=st.binary(max_size=300))
def test_any_bytes_read_or_are_refused(parse, text, read, data):
    try:
        values = flat(parse(data))
    except ValueError:
        return
    assert all(isinstance(value, int) and value >= UNAVAILABLE for value in values)


@every_file
@given(data=st.data())
def test_a_mutation_reads_or_is_refused(parse, text, read, data):
    """Truth is not asked for here (a digit may change), only that nothing else happens."""
    mutated = bytearray(text)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not mutated:
            break
    try:
        values = flat(parse(bytes(mutated)))
    except ValueError:
        return
    assert all(isinstance(value, int) for value in values)


@every_file
def test_a_line_cut_anywhere_is_refused(parse, text, read):
    ends = {at + 1 for at, byte in enumerate(text) if byte == ord("\n")}
    for cut in set(range(1, len(text))) - ends:
        with pytest.raises(ValueError, match="does not read as documented"):
            parse(text[:cut])


@every_file
def test_a_text_cut_between_lines_never_lies(parse, text, read):
    """It is refused, or what it says is true, unavailable, or, for sums, less."""
    lines = text.splitlines(keepends=True)
    sums = parse in (FILES["diskstats"][0], FILES["net_dev"][0])
    for count in range(len(lines)):
        try:
            values = flat(parse(b"".join(lines[:count])))
        except ValueError:
            continue
        for value, truth in zip(values, flat(read), strict=True):
            assert value in {truth, UNAVAILABLE} or (sums and 0 <= value <= truth)


@pytest.mark.parametrize("number", [b"18446744073709551616", b"99999999999999999999999", b"-1"])
@pytest.mark.parametrize(
    ("name", "digits"),
    [
        ("stat", b"8005"),
        ("stat", b"216153"),
        ("meminfo", b"24418976"),
        ("diskstats", b"1129232 4098 0 3912 13179 3305"),
        ("net_dev", b"72538222"),
        ("pressure", b"4768777"),
        ("vmstat", b"15058697"),
    ],
)
def test_a_number_that_cannot_be_is_refused(name, digits, number):
    parse, text, _ = FILES[name]
    with pytest.raises(ValueError, match="does not read as documented"):
        parse(text.replace(digits, number + digits[len(digits.split()[0]) :], 1))


@pytest.mark.parametrize("line", [b"cpu  ", b"ctxt ", b"processes "])
def test_stat_needs_its_lines(line):
    with pytest.raises(ValueError, match="stat does not"):
        parse_stat(STAT.replace(line, b"other "), ns_per_tick=NS)


def test_a_processor_line_needs_all_ten_words():
    with pytest.raises(ValueError, match="stat does not"):
        parse_stat(STAT.replace(b" 7 5\n", b" 7\n", 1), ns_per_tick=NS)


def test_tasks_may_be_unavailable():
    """As in a sandbox whose kernel misspells the word."""
    text = STAT.replace(b"procs_blocked", b"procs_blokkd")
    assert parse_stat(text, ns_per_tick=NS)[1:] == (2, UNAVAILABLE)


def test_a_large_machine_reads_the_same():
    processors = b"".join(b"cpu%d 626 0 743 120261 12 0 40 185 0 0\n" % k for k in range(256))
    interrupts = b"intr 140724" + b" 0" * 20000 + b"\n"
    lines = STAT.splitlines(keepends=True)
    text = lines[0] + processors + interrupts + b"".join(lines[4:])
    assert len(text) > 50_000
    assert parse_stat(text, ns_per_tick=NS) == STAT_READ


def test_the_tick_is_the_callers():
    assert parse_stat(STAT, ns_per_tick=1)[0][0] == 8005
    with pytest.raises(ValueError, match="stat"):
        parse_stat(STAT, ns_per_tick=0)


@pytest.mark.parametrize("line", [b"MemTotal:", b"MemAvailable:"])
def test_meminfo_needs_its_lines(line):
    with pytest.raises(ValueError, match="meminfo does not"):
        parse_meminfo(MEMINFO.replace(line, b"Other:"))


@pytest.mark.parametrize(
    ("line", "place"), [(b"AnonPages:", 2), (b"\nCached:", 3), (b"Dirty:", 4), (b"SwapFree:", 5)]
)
def test_memory_details_may_be_unavailable(line, place):
    values = parse_meminfo(MEMINFO.replace(line, b"\nOther:"))
    assert values[place] == UNAVAILABLE
    assert values[:2] == MEMINFO_READ[:2]


def test_more_available_than_there_is_is_not_negative():
    text = MEMINFO.replace(b"MemTotal:       24683656", b"MemTotal:       1000")
    assert parse_meminfo(text)[0] == 0


def test_no_disk_that_counts_is_unavailable():
    assert parse_diskstats(DISKSTATS, b"sda\n")[:3] == (UNAVAILABLE,) * 3
    assert parse_diskstats(b"", DISKS) == (UNAVAILABLE,) * 3 + (0,)


def test_a_part_of_a_disks_name_is_not_the_disk():
    assert parse_diskstats(DISKSTATS, b"vd\nda\nvda11\n")[0] == UNAVAILABLE


def test_a_network_of_loopback_alone_moves_nothing():
    text = b"".join(NET_DEV.splitlines(keepends=True)[:3])
    assert parse_net_dev(text) == (0, 0, 0)


def test_vmstat_without_an_oom_counter():
    """Before Linux 4.13."""
    assert parse_vmstat(VMSTAT.replace(b"oom_kill ", b"oom "), page_bytes=PAGE)[4] == UNAVAILABLE
