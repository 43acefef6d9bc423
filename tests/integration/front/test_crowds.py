"""More connections than usual, than allowed, and than there are descriptors."""

import resource
import socket
from contextlib import ExitStack

import pytest

from tests.integration.front.worker import FrontWorker, wait_until


def with_descriptors(count):
    """For `preexec_fn`: a hard limit that the worker cannot lift."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def idle_connections(worker, count, stack):
    return [stack.enter_context(worker.connect()) for _ in range(count)]


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_idle_connections_do_not_stop_new_ones(front, count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * count:
        pytest.skip("too few descriptors here")
    with ExitStack() as stack:
        idle = idle_connections(front, count, stack)
        front.assert_serves()
        for raw in idle[:: count // 50]:
            raw.send(raw.get("/healthz"))
            assert raw.answer().status == 200
    wait_until(lambda: front.ask("/healthz").status == 200)


def test_over_the_cap_a_client_is_told_so_and_room_is_used_again(tmp_path):
    with FrontWorker(tmp_path) as worker, ExitStack() as stack:
        worker.start(preexec_fn=with_descriptors(256))
        idle = idle_connections(worker, 256 - 64 - 64, stack)
        for raw in idle:
            raw.send(raw.get("/healthz"))
            assert raw.answer().status == 200
        with worker.connect() as raw:
            answer = raw.answer()
            assert (answer.status, answer.error) == (503, "NotReady")
            assert answer.headers["retry-after"] == "1"
            assert raw.is_closed_within(5)
        assert idle[0].sock.fileno() > 0
        idle[0].send(idle[0].get("/healthz"))
        assert idle[0].answer().status == 200
        for raw in idle[:20]:
            raw.close()
        wait_until(lambda: serves(worker))
        worker.assert_serves()


def test_a_flood_beyond_all_descriptors_passes(tmp_path):
    with FrontWorker(tmp_path) as worker:
        worker.start(preexec_fn=with_descriptors(128))
        for _ in range(3):
            with ExitStack() as stack:
                for _ in range(600):
                    sock = stack.enter_context(socket.socket())
                    sock.setblocking(False)
                    sock.connect_ex(("127.0.0.1", worker.port))
            wait_until(lambda: serves(worker))
        worker.assert_serves()
        assert "Traceback" not in worker.errors.read_text()


def serves(worker) -> bool:
    try:
        return worker.ask("/healthz").status == 200
    except (AssertionError, OSError):
        return False
