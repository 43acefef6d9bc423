"""`/api/live` as its viewers meet it."""

import contextlib
import json
import socket
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from skope._fast.layout import Gauge, dtype
from skope._fast.ring import RingWriter
from tests.e2e.command_line import eventually
from tests.integration.front.worker import FrontWorker

STEP_S = 0.25


class Viewer:
    """One open stream."""

    def __init__(self, front, last=None, **settings):
        self.raw = front.connect()
        for option, value in settings.items():
            self.raw.sock.setsockopt(socket.SOL_SOCKET, getattr(socket, option), value)
        headers = {"accept": "text/event-stream"} | ({"last_event_id": last} if last else {})
        self.raw.send(self.raw.get("/api/live", **headers))
        self.status = int(self.raw.stream.readline().split()[1])
        self.headers = {}
        while (line := self.raw.stream.readline().strip()) != b"":
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        self.text = b""

    def chunk(self):
        """One chunk, or None at the end of the stream."""
        size = int(self.raw.stream.readline(), 16)
        data = self.raw.stream.read(size)
        assert self.raw.stream.read(2) == b"\r\n"
        return data if size else None

    def event(self):
        """The next event: (id, what it says)."""
        while b"\n\n" not in self.text:
            self.text += self.chunk()
        block, _, self.text = self.text.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if ": " in line)
        if "data" not in fields:
            return self.event()
        assert fields["event"] == "live"
        return fields["id"], json.loads(fields["data"])

    def until(self, condition):
        """The first event of which `condition` holds."""
        for _ in range(80):
            _, event = self.event()
            if condition(event):
                return event
        return pytest.fail("20 s of events without it")

    def close(self):
        self.raw.stream.close()
        self.raw.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Ticks:
    """A sampler's part: a tick now and then, as it would write them."""

    def __init__(self, front):
        self.ring = RingWriter(front.segment.view)
        self.row = np.zeros(1, dtype("sample"))

    def write(self, *, busy, used, at=None):
        self.row["begin_ns"] = time.monotonic_ns() if at is None else at
        self.row["gauges"][0, Gauge.CPU_BUSY] = busy
        self.row["gauges"][0, Gauge.MEMORY_USED] = used
        self.row["gauges"][0, Gauge.MEMORY_TOTAL] = 8 << 30
        self.ring.write(self.row.tobytes())


@pytest.fixture
def front(tmp_path):
    with FrontWorker(tmp_path) as worker:
        yield worker.start()


def test_a_newcomer_is_told_everything_and_then_what_changes(front):
    ticks = Ticks(front)
    step = 250_000_000
    begun = (time.monotonic_ns() // step - 8) * step
    for k in range(16):
        ticks.write(busy=(k % 2) * 400_000, used=(100 + k) << 20, at=begun + k * step // 4)
    assert front.ask("/start?name=b&module=m").status == 200
    with Viewer(front) as viewer:
        assert viewer.status == 200
        assert viewer.headers["content-type"] == "text/event-stream"
        _, first = viewer.event()
        assert first["whole"]
        assert (first["mode"], first["tag"], first["aggregate"]) == ("server", None, None)
        assert first["machine"]["memory_total"] == 8192
        # Four ticks a step of a quarter of a second: 0, 40, 0 and 40 %, memory as it was last.
        points = first["machine"]["points"]
        assert [point[1:] for point in points] == [
            [20.0, 40.0, 103.0], [20.0, 40.0, 107.0], [20.0, 40.0, 111.0], [20.0, 40.0, 115.0],
        ]  # fmt: skip
        gaps = [round(after[0] - before[0], 3) for before, after in pairwise(points)]
        assert gaps == [0.25] * 3
        assert abs(points[-1][0] - time.time()) < 30
        assert [(c["name"], c["module"]) for c in first["captures"]] == [("b", "m")]
        assert abs(first["captures"][0]["started"] - time.time()) < 30

        assert front.ask("/start?name=a").status == 200
        opened = viewer.until(lambda event: event["captures"])
        assert [capture["name"] for capture in opened["captures"]] == ["a", "b"]
        assert not opened["whole"]
        reports = opened["reports"]
        assert front.ask("/stop?name=b").status == 200
        closed = viewer.until(lambda event: event["captures"] is not None)
        assert [capture["name"] for capture in closed["captures"]] == ["a"]
        viewer.until(lambda event: event["reports"] != reports)


def test_a_viewer_that_lost_its_connection_goes_on_where_it_was(front):
    ticks = Ticks(front)
    with Viewer(front) as viewer:
        last, _ = viewer.event()
    assert front.ask("/start?name=meanwhile").status == 200
    ticks.write(busy=0, used=1 << 20)
    time.sleep(3 * STEP_S)
    with Viewer(front, last) as viewer:
        identity, missed = viewer.event()
        assert not missed["whole"]
        assert identity != last
        assert [capture["name"] for capture in missed["captures"]] == ["meanwhile"]
    for stranger in ("00000000-1", last.partition("-")[0] + "-999999", "x", last + "²"):
        with Viewer(front, stranger.encode("ascii", "replace").decode()) as viewer:
            assert viewer.event()[1]["whole"], stranger


def test_all_viewers_are_told_the_same_bytes(front):
    ticks = Ticks(front)
    with Viewer(front) as one, Viewer(front) as other:
        one.event()
        other.event()
        ticks.write(busy=500_000, used=1 << 30)
        assert front.ask("/start?name=x").status == 200
        told = dict(one.event() for _ in range(1))
        same = dict(other.event() for _ in range(1))
        assert told == same


def test_there_is_room_for_a_hundred_and_the_next_is_told_so(front):
    viewers = [Viewer(front) for _ in range(100)]
    assert {viewer.status for viewer in viewers} == {200}
    answer = front.ask("/api/live")
    assert (answer.status, answer.error) == (503, "NotReady")
    for viewer in viewers:
        viewer.close()
    assert eventually(lambda: front.ask("/healthz").status == 200)

    def admitted():
        with Viewer(front) as viewer:
            return viewer.status == 200

    assert eventually(admitted, 10)


def test_a_viewer_more_costs_a_write_more(front):
    """Every event is made once: ninety viewers cost by far less than ninety times one."""
    ticks = Ticks(front)
    for k in range(10):
        assert front.ask(f"/start?name=capture{k}").status == 200

    def spent(count):
        with contextlib.ExitStack() as stack:
            viewers = [stack.enter_context(Viewer(front)) for _ in range(count)]
            for viewer in viewers:
                viewer.event()
            before = cpu_ns(front.process.pid)
            for _ in range(4):
                ticks.write(busy=500_000, used=1 << 30)
                for viewer in viewers:
                    viewer.event()
            return cpu_ns(front.process.pid) - before

    spent(1)
    one, ninety = spent(1), spent(90)
    assert ninety < 10 * one, (one, ninety)


def cpu_ns(pid):
    """Processor time of a process so far."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def test_a_viewer_that_reads_nothing_is_let_go(front):
    """Its own buffers are full at once: names of 200 characters, opened and closed all the time."""
    assert front.ask("/healthz").status == 200
    viewer = Viewer(front, SO_RCVBUF=4096)
    before = front.descriptors()
    for k in range(900):
        assert front.ask(f"/start?name={k:0200}").status == 200
    deadline = time.monotonic() + 40
    k = 0
    while front.descriptors() >= before and time.monotonic() < deadline:
        k += 1
        assert front.ask(f"/start?name=open{k}").status == 200
        time.sleep(STEP_S)
    assert front.descriptors() < before, "it is still connected"
    viewer.close()
    front.assert_serves()


def test_streams_end_in_order_when_the_server_stops(front):
    with Viewer(front) as viewer:
        viewer.event()
        front.process.terminate()
        begun = time.monotonic()
        while viewer.chunk() is not None:
            pass
        assert front.process.wait(20) == 0
        assert time.monotonic() - begun < 15
