"""What the sampler costs: its CPU time, all threads, as a share of one core at 100 Hz.

    python bench/sampler_cost.py [SECONDS] [BUDGET_PERCENT]

Two instruments: the scheduler's own nanoseconds per thread (/proc/PID/task/*/schedstat), and
wait4's rusage for the whole life, start included. Exits 1 above the budget, 1 % unless said.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from skope._fast import FLAGS, SAMPLER_LINE, ChildLine, RingReader
from skope.shm.segment import Plan, Segment

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
BUDGET_PERCENT = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0


def thread_ns(pid: int) -> dict[str, int]:
    """Nanoseconds on a processor by thread, as the scheduler counts them."""
    found = {}
    for task in sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda path: int(path.name)):
        found[task.name] = int((task / "schedstat").read_text().split()[0])
    return found


def main() -> int:
    """Measures, prints, judges."""
    segment = Segment.create(Plan())
    lifeline, held = os.pipe()
    command = ["-m", "skope.sampler", "--shm", str(segment.fd), "--lifeline", str(lifeline)]
    child = subprocess.Popen([sys.executable, *command], pass_fds=(segment.fd, lifeline))
    line = ChildLine(segment.view, SAMPLER_LINE)
    while not line.ready_ns:
        time.sleep(0.01)
    time.sleep(1)
    before, began = thread_ns(child.pid), time.monotonic_ns()
    time.sleep(SECONDS)
    after, ended = thread_ns(child.pid), time.monotonic_ns()
    child.send_signal(signal.SIGTERM)
    _, _, usage = os.wait4(child.pid, 0)
    os.close(held)
    rows = RingReader(segment.view).rows(began, ended)
    wall = ended - began
    total = 0
    for name, (thread, spent) in zip(
        ("main", "fast lane", "slow lane"), after.items(), strict=False
    ):
        used = spent - before.get(thread, 0)
        total += used
        print(f"{name:<12}{used / 1e6:9.2f} ms {100 * used / wall:7.3f} %")
    share = 100 * total / wall
    print(f"{'together':<12}{total / 1e6:9.2f} ms {share:7.3f} %  in {wall / 1e9:.2f} s")
    own = int(rows["cpu_ns"][-1] - rows["cpu_ns"][0])
    print(f"{'as recorded':<12}{own / 1e6:9.2f} ms {100 * own / wall:7.3f} %  (its own clock)")
    reading = float((rows["end_ns"] - rows["begin_ns"]).mean()) / 1e3
    print(f"{len(rows)} ticks, {int(rows['missed'].sum())} missed, {reading:.1f} µs each")
    carried = 100 * int(((rows["flags"] & FLAGS["carried"]) != 0).sum()) / len(rows)
    print(f"{carried:.0f} % of them without /proc/stat, to stay in the budget on a slow machine")
    print(f"whole life by wait4: {usage.ru_utime + usage.ru_stime:.3f} s, start included")
    print(f"budget {BUDGET_PERCENT} %: {'kept' if share <= BUDGET_PERCENT else 'EXCEEDED'}")
    return int(share > BUDGET_PERCENT)


if __name__ == "__main__":
    sys.exit(main())
