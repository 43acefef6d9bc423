"""Open captures cost the sampler nothing: a capture is two instants on a record it keeps anyway."""

import time
from pathlib import Path

from tests.e2e.command_line import get, server

MANY = 1000
WINDOW_S = 1.5
TRIES = 4


def cpu_ns(pid):
    """Processor time of all threads of a process, as the scheduler counts it."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def cheapest_window(pid):
    """The least processor time of several equal windows: what the work costs without neighbours."""
    used = []
    for _ in range(TRIES):
        before = cpu_ns(pid)
        time.sleep(WINDOW_S)
        used.append(cpu_ns(pid) - before)
    return min(used)


def test_a_thousand_open_captures_cost_the_sampler_what_one_costs(tmp_path):
    with server(tmp_path) as serving:
        sampler = serving.children()["sampler"]
        assert get(f"{serving.url}/start?name=first")[0] == 200
        with_one = cheapest_window(sampler)
        for number in range(1, MANY):
            assert get(f"{serving.url}/start?name=c{number}")[0] == 200
        with_many = cheapest_window(sampler)
        assert with_many < 1.5 * with_one
        for number in range(1, MANY, 100):
            status, stopped = get(f"{serving.url}/stop?name=c{number}")
            assert (status, stopped["name"]) == (200, f"c{number}")
