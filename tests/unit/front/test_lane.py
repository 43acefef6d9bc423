"""For any bytes the lane declines, or replies what the routes reply and leaves what they leave."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skope.front.documents import StoredDocuments
from skope.front.services import Services
from tests.unit.front.lanes import Worker, say, settle
from tests.unit.front.made import PERIOD, Bench
from tests.unit.front.streams import streams

HEAD = b" HTTP/1.1\r\nHost: localhost:9001\r\n"
PLAIN = [
    b"GET /start?name=a" + HEAD + b"\r\n",
    b"GET /start" + HEAD + b"User-Agent: curl/8\r\nAccept: */*\r\n\r\n",
    b"POST /start?name=b&module=web" + HEAD + b"Content-Length: 0\r\n\r\n",
    b"GET /stop?name=a" + HEAD + b"Connection: keep-alive\r\n\r\n",
    b"POST /stop?name=b" + HEAD + b"\r\n",
    b"GET /stop" + HEAD + b"\r\n",
]
ODD = [
    b"GET /start?name=c&restart=1" + HEAD + b"\r\n",
    b"GET /cancel?name=a" + HEAD + b"\r\n",
    b"GET /healthz" + HEAD + b"\r\n",
    b"GET /start?name=%41" + HEAD + b"\r\n",
    b"GET /start?name=a&name=b" + HEAD + b"\r\n",
    b"GET /start?nme=a" + HEAD + b"\r\n",
    b"GET /start?name=a&tag=b" + HEAD + b"\r\n",
    b"GET /stop?_=17" + HEAD + b"\r\n",
    b"POST /start" + HEAD + b"Content-Length: 6\r\n\r\nname=d",
    b"GET /start?name=e" + HEAD + b"Connection: close\r\n\r\n",
    b"GET /start?name=f HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /start?name=g" + HEAD + b"Origin: http://evil.example\r\n\r\n",
    b"GET /start?name=h HTTP/1.0\r\n\r\n",
    b"GET /start?name=i" + HEAD + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n",
]
TOKEN = b"Authorization: Bearer secret\r\n"


def book_of(bench):
    book = bench.captures._book
    return [book.read(slot)._replace(slot=0, generation=0) for slot in book.open_slots()]


def files_of(bench):
    names = (path for path in sorted(bench.path.rglob("*")) if path.is_file())
    return {path.name: path.read_bytes() for path in names}


def signals_of(folder, chunks, *, at_once=False, **how):
    """What came back, what is open and what was written; and how many chunks the lane took."""
    bench = Bench(folder)
    bench.wait(5)
    documents = StoredDocuments(bench.reports.directory)

    async def run():
        services = Services(documents=documents, signals=bench.captures, starter=bench.starter)
        peer = how.pop("peer", "127.0.0.1")
        worker = await Worker(services, **how).open()
        return await say(worker.connect(peer), chunks, at_once=at_once), worker.taken

    heard, taken = asyncio.run(run())
    bench.reports.directory.tidy()
    return (heard, book_of(bench), files_of(bench)), taken


@given(
    streams([*PLAIN, PLAIN[0].replace(b"\r\n\r\n", b"\r\n" + TOKEN + b"\r\n")], ODD),
    st.sampled_from([None, "secret"]),
    st.sampled_from(["127.0.0.1", "10.0.0.9"]),
    st.booleans(),
)
@example([PLAIN[0] * 2 + PLAIN[3] + PLAIN[3]], None, "127.0.0.1", False)
@example([PLAIN[0], PLAIN[1], PLAIN[5]], None, "127.0.0.1", True)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_signals_are_answered_as_the_routes_answer_them(chunks, token, peer, at_once):
    how = {"token": token, "peer": peer, "at_once": at_once}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        lane, _ = signals_of(Path(one), chunks, **how)
        routes, taken = signals_of(Path(other), chunks, lane=False, **how)
    assert taken == 0
    assert lane == routes


def test_a_mistyped_parameter_opens_nothing_and_is_answered_by_the_route(tmp_path):
    chunks = [b"GET /start?nme=x" + HEAD + b"\r\n", PLAIN[0][:-4] + b"\r\nAccept: */*\r\n\r\n"]
    (heard, book, _), taken = signals_of(tmp_path, chunks)
    assert taken == 1  # the other one
    assert heard[0][0].startswith(b"HTTP/1.1 400 ")
    assert b"there is no parameter 'nme' here: did you mean `name`?" in heard[0][0]
    assert [entry.name for entry in book] == ["a"]


@pytest.mark.parametrize("at_once", [False, True])
def test_plain_signals_take_the_lane(tmp_path, at_once):
    chunks = [PLAIN[0], PLAIN[2] * 2 + PLAIN[3]]
    (heard, book, files), taken = signals_of(tmp_path, chunks, at_once=at_once)
    assert taken == 2
    assert heard[0][0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert [text[1:4] for text in heard[0][1].split(b"HTTP/1.1")[1:]] == [b"200", b"409", b"200"]
    assert [entry.name for entry in book] == ["b"]
    assert "a.json" in files


def test_stops_that_came_together_are_of_one_instant_and_later_ones_of_theirs(tmp_path):
    """However long it takes to write the reports of those before."""
    bench = Bench(tmp_path)
    names = ("a", "b", "c")

    class Late:
        """Takes a period for each stop."""

        def __getattr__(self, name):
            return getattr(bench.captures, name)

        def stop(self, name, halt):
            bench.wait(1)
            return bench.captures.stop(name, halt)

    async def run():
        worker = await Worker(Services(documents=None, signals=Late())).open()
        one, other, third, fourth = (worker.connect() for _ in range(4))
        starts = (b"GET /start?name=%b" % name.encode() + HEAD + b"\r\n" for name in names)
        await say(fourth, [b"".join(starts)])
        bench.wait(5)
        one.protocol.data_received(PLAIN[3])
        # Its start is later than the first stop of this turn.
        other.protocol.data_received(PLAIN[0] + PLAIN[4])
        other.protocol.data_received(PLAIN[3])
        await settle()
        bench.wait(5)
        await say(third, [b"GET /stop?name=c" + HEAD + b"\r\n"])

    try:
        asyncio.run(run())
        runs = {name: bench.report(name).runs for name in names}
    finally:
        bench.reports.directory.close()
    periods = {
        name: [round(run.values["exec_time"] * 1e9 / PERIOD) for run in kept]
        for name, kept in runs.items()
    }
    assert periods == {"a": [5, 2], "b": [5], "c": [13]}
