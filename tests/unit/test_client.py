"""The caller's side of the client; what is sent goes to a list here, no network."""

import asyncio
import contextlib
import functools
import os
import subprocess
import sys
import threading

import pytest

import skope.client
from skope.client import record, span, timed
from skope.sender import BATCH, MOST_QUEUED, Sender, _connection


@pytest.fixture
def sender(monkeypatch):
    """A sender whose thread never starts: what is recorded stays in the queue."""
    made = Sender()
    monkeypatch.setattr(made, "start", lambda: None)
    monkeypatch.setattr(skope.client, "_sender", made)
    return made


def test_a_record_is_queued_as_it_is(sender):
    record("chat", 0.5, module="web", memory=1.5, timestamp=7.0)
    assert list(sender.queue) == [("chat", 0.5, "web", 1.5, 7.0)]


def test_a_full_queue_drops_and_counts_over_all_threads(sender):
    for _ in range(MOST_QUEUED):
        record("a", 1.0)
    threads = [
        threading.Thread(target=lambda: [record("a", 1.0) for _ in range(500)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert skope.client.stats()["dropped"] == 8 * 500
    assert len(sender.queue) == MOST_QUEUED


@pytest.mark.parametrize(
    ("told", "host", "port"),
    [
        ({"SKOPE_URL": "http://box:9100"}, "box", 9100),
        ({"SKOPE_URL": "box:9100", "SKOPE_PORT": "1"}, "box", 9100),
        ({"SKOPE_URL": "[::1]:9100/"}, "::1", 9100),
        ({"SKOPE_HOST": "box"}, "box", 9001),
        ({"SKOPE_HOST": "::1", "SKOPE_PORT": "9100"}, "::1", 9100),
        ({"SKOPE_HOST": "[::1]"}, "::1", 9001),
    ],
)
def test_where_to_is_said_as_the_other_commands_take_it(monkeypatch, told, host, port):
    for name in ("SKOPE_URL", "SKOPE_HOST", "SKOPE_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    connection = _connection()
    assert (connection.host, connection.port) == (host, port)


def test_a_span_records_however_its_block_ends(sender):
    with span("fine", module="m"):
        pass
    with pytest.raises(ZeroDivisionError), span("bad"):
        raise ZeroDivisionError
    names = [(item[0], item[2]) for item in sender.queue]
    assert names == [("fine", "m"), ("bad", None)]
    assert all(item[1] >= 0 for item in sender.queue)


def test_a_span_can_see_memory(sender):
    with span("held", memory=True):
        held = b"x" * (64 << 20)
    assert sender.queue[0][3] == pytest.approx(64, abs=8)
    del held


def test_async_spans_and_functions(sender):
    @timed
    async def work(value):
        await asyncio.sleep(0)
        return value

    async def main():
        async with span("outer"):
            return await work(3)

    assert asyncio.run(main()) == 3
    assert [item[0].rpartition(".")[2] for item in sender.queue] == ["work", "outer"]


def test_timed_in_all_its_spellings(sender):
    @timed
    def plain():
        """Its words."""
        return 1

    @timed("named")
    def other():
        return 2

    @timed(module="web", memory=True)
    def third():
        return 3

    assert (plain(), other(), third()) == (1, 2, 3)
    assert plain.__doc__ == "Its words."
    assert plain.__name__ == "plain"
    assert plain.__wrapped__ is not plain
    first, second, last = sender.queue
    assert first[0].endswith("<locals>.plain")
    assert first[2] == __name__
    assert second[0] == "named"
    assert last[2] == "web"


def test_a_generator_is_timed_until_it_ends(sender):
    @timed("numbers")
    def numbers():
        got = yield 1
        yield got

    running = numbers()
    assert next(running) == 1
    assert not sender.queue
    assert running.send(5) == 5
    assert list(running) == []
    assert [item[0] for item in sender.queue] == ["numbers"]


def test_an_async_generator_too(sender):
    @timed("ticks")
    async def ticks():
        yield 1
        yield 2

    async def main():
        return [tick async for tick in ticks()]

    assert asyncio.run(main()) == [1, 2]
    assert [item[0] for item in sender.queue] == ["ticks"]


def test_an_async_generator_hears_what_it_is_sent_and_thrown(sender):
    heard = []

    @timed("ticks")
    async def ticks():
        try:
            heard.append((yield 1))
            yield 2
        except KeyError as error:
            heard.append(error.args)
            yield 3
        finally:
            heard.append("closed")

    async def main():
        running = ticks()
        got = [await running.asend(None), await running.asend("sent")]
        got.append(await running.athrow(KeyError("thrown")))
        await running.aclose()
        return got, list(heard)

    assert asyncio.run(main()) == ([1, 2, 3], ["sent", ("thrown",), "closed"])
    assert [item[0] for item in sender.queue] == ["ticks"]


def test_a_timed_async_context_manager_still_ends_with_the_error_of_its_block(sender):
    seen = []

    @contextlib.asynccontextmanager
    @timed("held")
    async def held():
        try:
            yield
        except ZeroDivisionError:
            seen.append("handled")
            raise

    async def main():
        async with held():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())
    assert seen == ["handled"]
    assert len(sender.queue) == 1


def test_methods_of_every_kind_and_what_is_no_function_stay_what_they_are(sender):
    class Owner:
        @timed("static")
        @staticmethod
        def static(value):
            return value

        @timed
        @classmethod
        def of_class(cls):
            return cls

        @timed
        def method(self):
            return self

    owner = Owner()
    assert (owner.static(3), Owner.of_class(), owner.method()) == (3, Owner, owner)
    assert timed(functools.partial(max, 1))(2) == 2
    names = [item[0].rpartition(".")[2] for item in sender.queue]
    assert names == ["static", "of_class", "method", "partial"]


def test_an_exception_passes_through(sender):
    @timed
    def fails():
        raise KeyError("x")

    with pytest.raises(KeyError):
        fails()
    assert len(sender.queue) == 1


def test_what_is_no_json_is_left_out(sender):
    good = ("a", 1.0, None, None, 1.0)
    bad = [
        ("a", float("nan"), None, None, 1.0),
        ("a", object(), None, None, 1.0),
        ("\ud800", 1.0, None, None, 1.0),
    ]
    assert (
        sender.lines([good, *bad, good])
        == [b'{"name":"a","module":null,"timestamp":1.0,"exec_time":1.0}\n'] * 2
    )
    assert "surrogates not allowed" in skope.client.refusal()


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (401, b'{"error":"Unauthorized","detail":"a token"}\n', "a token"),
        (404, b"<html>", "the server answered 404, as no Skope would"),
        (404, b"[]", "the server answered 404, as no Skope would"),
        (429, b'{"detail":"later"}', None),
        (507, b'{"detail":"disk"}', None),
        (200, b'{"accepted":1,"rejected":[{"index":0,"detail":"$.name"}]}', "$.name"),
        (200, b'{"accepted":1}', None),
    ],
)
def test_the_servers_sentence_is_kept_of_what_it_will_never_have(sender, status, answer, said):
    sender.connection = Answering(status, answer)
    sender.ask(b"")
    assert skope.client.refusal() == said


class Answering:
    """A connection, and the answer to whatever is asked over it."""

    will_close = False

    def __init__(self, status, answer):
        self.status = status
        self.read = lambda: answer

    def request(self, *_):
        pass

    def getresponse(self):
        return self


class Server:
    """Stands in for the network: answers what it is told and keeps what it got."""

    def __init__(self, sender, *answers):
        self.answers = list(answers)
        self.bodies = []
        sender.post = self

    def __call__(self, body):
        self.bodies.append(body)
        return self.answers.pop(0) if self.answers else (200, 0)


def queue(sender, count):
    for k in range(count):
        sender.queue.append(("a", float(k), None, None, 1.0))


def test_batches_go_out_in_order(sender):
    server = Server(sender)
    queue(sender, 2 * BATCH + 1)
    while sender.queue:
        assert sender.send_batch()
    assert [body.count(b"\n") for body in server.bodies] == [BATCH, BATCH, 1]
    assert sender.sent == 2 * BATCH + 1


@pytest.mark.parametrize("status", [0, 429, 500, 503, 507])
def test_what_the_server_cannot_have_now_stays(sender, status):
    server = Server(sender, (status, 0))
    queue(sender, 3)
    assert not sender.send_batch()
    assert len(sender.queue) == 3
    assert sender.pause_s > 0
    assert sender.send_batch()
    assert server.bodies[0] == server.bodies[1]
    assert (sender.sent, sender.dropped, sender.pause_s) == (3, 0, 0.0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 422])
def test_what_it_will_never_have_is_counted_as_rejected(sender, status):
    Server(sender, (status, 0))
    queue(sender, 3)
    assert sender.send_batch()
    assert (sender.rejected, sender.sent, len(sender.queue)) == (3, 0, 0)


def test_single_records_the_server_refused_are_counted(sender):
    Server(sender, (200, 2))
    queue(sender, 5)
    sender.queue.append(("a", float("inf"), None, None, 1.0))
    assert sender.send_batch()
    assert (sender.sent, sender.rejected) == (3, 3)


def test_nothing_that_goes_wrong_ends_the_thread(sender):
    def broken(body):
        raise RuntimeError

    sender.post = broken
    queue(sender, 3)
    assert not sender.send_batch()
    assert sender.dropped == 3


def test_a_process_that_can_have_no_thread_drops(monkeypatch):
    sender = Sender()

    def refuse(function, arguments):
        raise RuntimeError

    monkeypatch.setattr("skope.sender.start_new_thread", refuse)
    sender.put(("a", 1.0, None, None, 1.0))
    assert (sender.dropped, len(sender.queue)) == (1, 0)


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_disabled_it_does_nothing():
    code = (
        "from skope.client import record, span, timed, stats\n"
        "import threading\n"
        "def f(): return 1\n"
        "assert timed(f) is f and timed('x')(f) is f\n"
        "record('a', 1)\n"
        "with span('b'): pass\n"
        "assert stats() == {'sent': 0, 'rejected': 0, 'dropped': 0, 'queued': 0}\n"
        "assert threading.active_count() == 1\n"
    )
    done = run(code, SKOPE_DISABLED="1")
    assert (done.returncode, done.stderr) == (0, "")


def test_it_imports_next_to_nothing():
    code = (
        "import sys; before = set(sys.modules); import skope.client\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    new = run(code).stdout.split()
    assert set(new) <= {
        "__future__", "_collections", "atexit", "skope", "skope._version", "skope.client",
        "skope.sender", "time",
    }  # fmt: skip
