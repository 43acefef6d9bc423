"""A machine in a folder: `proc` and `sys` as a test writes them."""

import pytest

STAT = (
    "cpu  100 0 50 800 10 0 5 3 0 0\nintr 1 2 3\nctxt 1000\nprocesses 70\n"
    "procs_running 2\nprocs_blocked 1\n"
)
MEMINFO = "MemTotal: 8000 kB\nMemAvailable: 6000 kB\nCached: 500 kB\n"
DISK = "0 0 {read} 0 0 0 {written} 0 0 {busy} 0"
NET = "Inter-| Receive | Transmit\n face |bytes |bytes\n"
PRESSURE = "some avg10=0.00 avg60=0.00 avg300=0.00 total={}\n"


class Tree:
    """Files under a root, written by name."""

    def __init__(self, root):
        self.root = root

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def remove(self, name):
        (self.root / name).unlink()

    def disks(self, **counts):
        """`vda=(sectors read, sectors written, ms busy)`, and whatever else has a line."""
        lines = (
            f" 8 {k} {name} " + DISK.format(read=read, written=written, busy=busy)
            for k, (name, (read, written, busy)) in enumerate(counts.items())
        )
        self.write("proc/diskstats", "".join(f"{line}\n" for line in lines))

    def block(self, name, *slaves):
        (self.root / "sys/block" / name / "slaves").mkdir(parents=True)
        for slave in slaves:
            (self.root / "sys/block" / name / "slaves" / slave).mkdir()

    def interfaces(self, **counts):
        """`eth0=(bytes in, bytes out)`."""
        lines = (f"{n}: {rx} 1 0 0 0 0 0 0 {tx} 1 0 0 0 0 0 0\n" for n, (rx, tx) in counts.items())
        self.write("proc/net/dev", NET + "".join(lines))


@pytest.fixture
def bare(tmp_path):
    """No file at all."""
    return Tree(tmp_path)


@pytest.fixture
def tree(bare):
    """A small machine with everything."""
    bare.write("proc/stat", STAT)
    bare.write("proc/meminfo", MEMINFO)
    bare.block("vda")
    bare.disks(vda=(10, 20, 5), vda1=(10, 20, 5))
    bare.interfaces(lo=(9, 9), eth0=(111, 222))
    for k, kind in enumerate(("cpu", "memory", "io")):
        bare.write(f"proc/pressure/{kind}", PRESSURE.format(k + 1))
    bare.write("proc/vmstat", "pswpin 1\npswpout 2\npgfault 30\npgmajfault 4\noom_kill 5\n")
    bare.write("proc/loadavg", "0.25 0.10 0.05 1/99 1234\n")
    bare.write("proc/1/stat", "")
    bare.write("proc/42/stat", "")
    return bare
