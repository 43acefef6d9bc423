"""Signals to a real worker: many at once, without a sampler, on a disk that takes nothing."""

import resource
import threading
from collections import Counter

from tests.integration.front.worker import FrontWorker


def test_of_a_hundred_clients_that_start_one_name_exactly_one_wins(front):
    statuses = []
    barrier = threading.Barrier(100)

    def start() -> None:
        with front.connect() as raw:
            barrier.wait()
            raw.send(raw.get("/start?name=contested"))
            statuses.append(raw.answer().status)

    clients = [threading.Thread(target=start) for _ in range(100)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert Counter(statuses) == {200: 1, 409: 99}
    assert front.ask("/stop?name=contested").status == 200


def test_a_thousand_overlapping_captures_each_get_their_report(front):
    with front.connect() as raw:
        raw.send(b"".join(raw.get(f"/start?name=n{n}") for n in range(1000)))
        assert {raw.answer().status for _ in range(1000)} == {200}
        for first in range(0, 1000, 100):
            names = [f"n{n}" for n in range(first, first + 100)]
            raw.send(b"".join(raw.get(f"/stop?name={name}") for name in names))
            assert [raw.answer().json["name"] for _ in names] == names
        raw.send(raw.get("/stop"))
        assert raw.answer().error == "UnknownCapture"
    assert len(list(front.directory.glob("n*.json"))) == 1000


def test_an_open_capture_outlives_its_worker(front):
    assert front.ask("/start?name=survivor").status == 200
    front.kill()
    front.start()
    stopped = front.ask("/stop")
    assert (stopped.status, stopped.json["name"]) == (200, "survivor")
    assert (front.directory / "survivor.json").exists()


def test_stopped_worker_keeps_what_was_open_as_interrupted(front):
    assert front.ask("/start?name=cut_short").status == 200
    assert front.terminate() == 0
    front.start()
    run = front.ask("/api/reports/cut_short.failed").json["runs"][0]
    assert run["ok"] is False
    assert "stopped" in run["note"]


def test_a_disk_that_takes_nothing_is_507_and_the_capture_goes_on(tmp_path):
    with FrontWorker(tmp_path) as worker:
        worker.start()
        assert worker.ask("/start?name=kept").status == 200
        _, hard = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        answer = worker.ask("/stop?name=kept")
        assert (answer.status, answer.error) == (507, "StorageFault")
        worker.assert_serves()
        resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert worker.ask("/stop?name=kept").status == 200
        assert "Traceback" not in worker.errors.read_text()
