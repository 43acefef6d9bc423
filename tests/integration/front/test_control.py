"""What a runner tells its front, and what it hears back."""

import os
import socket

import msgspec
import pytest

from skope.schema.wire import RunBegin, RunDone, RunEnd, RunReady
from tests.integration.front.worker import PATIENCE_S, FrontWorker

ENDED = {"exit_code": 0, "ok": True, "user_s": 0.5, "system_s": 0.25, "max_rss_bytes": 1 << 20}


@pytest.fixture(params=[socket.SOCK_STREAM, socket.SOCK_SEQPACKET], ids=["stream", "seqpacket"])
def pair(request):
    ours, theirs = socket.socketpair(socket.AF_UNIX, request.param)
    ours.settimeout(PATIENCE_S)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def runner(tmp_path, pair):
    with FrontWorker(tmp_path, mode="runner", tag="tagged") as worker:
        yield worker.start(control=pair[1].fileno())
        assert "Traceback" not in worker.errors.read_text()


def tell(ours, *messages) -> None:
    for message in messages:
        ours.send(msgspec.json.encode(message) + b"\n")


def hear(ours) -> RunDone:
    """What it says when a launch is done; that it knows of one is passed over."""
    while True:
        heard = ours.recv(65536)
        assert heard.endswith(b"\n")
        for line in heard.splitlines():
            if isinstance(answer := msgspec.json.decode(line, type=RunReady | RunDone), RunDone):
                return answer


def test_it_says_that_it_knows_of_a_launch(runner, pair):
    ours, _ = pair
    for run in (1, 1, 2):
        tell(ours, RunBegin(run=run, pid=os.getpid()))
        assert msgspec.json.decode(ours.recv(65536), type=RunReady).run == run


def test_signals_of_a_script_become_a_run(runner, pair):
    ours, _ = pair
    tell(ours, RunBegin(run=1, pid=os.getpid()))
    assert runner.ask("/start").json["name"] == "tagged"
    assert runner.ask("/stop").json["report"] == "tagged"
    tell(ours, RunEnd(run=1, **ENDED))
    done = hear(ours)
    assert (done.run, done.recorded, done.fault) == (1, 1, None)
    assert runner.ask("/api/reports/tagged").json["runs"][0]["ok"] is True


def test_garbage_on_the_socket_is_passed_over(runner, pair):
    ours, _ = pair
    ours.send(b"half a mess\n")
    ours.send(b'{"type":"unknown"}\n\n\xff\n')
    tell(ours, RunBegin(run=1, pid=os.getpid()), RunEnd(run=1, **ENDED))
    assert hear(ours).run == 1
    runner.assert_serves()


def test_successor_answers_the_same_question_again(runner, pair):
    ours, theirs = pair
    tell(ours, RunBegin(run=1, pid=os.getpid()))
    assert runner.ask("/start").status == 200
    assert runner.ask("/stop").status == 200
    runner.kill()
    tell(ours, RunBegin(run=1, pid=os.getpid()), RunEnd(run=1, **ENDED))
    runner.start(control=theirs.fileno())
    assert hear(ours).run == 1
    tell(ours, RunEnd(run=1, **ENDED))
    assert hear(ours).run == 1
    runner.assert_serves()


def test_front_keeps_serving_when_the_socket_is_closed(runner, pair):
    ours, theirs = pair
    theirs.close()
    ours.close()
    runner.assert_serves()
