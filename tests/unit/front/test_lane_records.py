"""The same for posted records: the answers, the journal, the counts."""

import asyncio
import re
import tempfile
import time
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skope._fast import dump_tally
from skope.front.services import Services
from skope.schema.wire import AggConfig
from tests.unit.agg.conftest import Session
from tests.unit.front.lanes import Worker, say, settle
from tests.unit.front.streams import streams

RECORD = b'{"name":"chat","exec_time":0.018,"timestamp":1749853300}'
LAST_HEAD = b"Host: localhost:9001\r\nContent-Length: %d\r\n%b\r\n"
NDJSON = b"Content-Type: application/x-ndjson\r\n"
NOW = re.compile(rb'"timestamp":1[0-9]{9}\.[0-9]+')


def post(body, more=b"", target=b"/"):
    return b"POST %b HTTP/1.1\r\n" % target + LAST_HEAD % (len(body), more) + body


PLAIN = [
    post(RECORD),
    post(b'{"name":"s\xc3\xa9","exec_time":1e-3,"exec_memory_usage":-0.125}', b"Accept: */*\r\n"),
    post(b"[" + RECORD + b", " + RECORD + b"]", b"Content-Type: application/json\r\n"),
    post(RECORD + b"\n" + RECORD.replace(b"chat", b"talk") + b"\n", NDJSON),
    post(RECORD + b"\n" + RECORD, NDJSON, b"/?partial=1"),
]
ODD = [
    post(b"[]"),
    post(b"\n", NDJSON),
    post(RECORD + b"\n" + b'{"name":"chat","exec_time":-1}', NDJSON, b"/?partial=1"),
    post(RECORD, target=b"/?partial=0"),
    post(RECORD, target=b"/?partial=10"),
    post(b'{"name":"\\u0041","exec_time":1}'),
    post(b'{"name":"chat","exec_time":-1}'),
    post(b'{"name":"chat","exec_time":1e400}'),
    post(b"[" + RECORD + b"," + b'{"name":""}]'),
    post(RECORD, b"Content-Encoding: gzip\r\n"),
    post(RECORD, b"Expect: 100-continue\r\n"),
    post(b" " + RECORD),
    post(RECORD.replace(b"chat", b"one name more than the tally has room for")),
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"38\r\n" + RECORD + b"\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
]


def without_now(journal, since):
    """The journal without the times of arrival."""

    def arrival(match):
        return b'"timestamp":now' if float(match[0][12:]) >= since else match[0]

    return NOW.sub(arrival, journal)


@contextmanager
def intake_of(folder, durability="process"):
    """(what holds the records, what a `Worker` over it is made with), while the block lasts."""
    session = Session(folder, workers=1, names=4, max_names=3)
    held = session.worker()
    agg = AggConfig(session="s", folder=str(folder), max_names=3, keep=9, durability=durability)
    services = Services(documents=None, intake=held.intake)
    try:
        yield held, {"services": services, "mode": "agg", "settings": {"agg": agg}}
    finally:
        session.close()


def records_of(folder, chunks, *, lane=True, durability="process", end=None, at_once=False):
    """What came back, what the journal holds, what was counted; how many chunks the lane took."""
    since = int(time.time())

    async def run(made):
        worker = await Worker(**made, lane=lane).open()
        return await say(worker.connect(), chunks, end, at_once=at_once), worker.taken

    with intake_of(folder, durability) as (held, made):
        heard, taken = asyncio.run(run(made))
        lines = b"".join(path.read_bytes() for path in sorted(folder.rglob("*.jsonl")))
        counted = (held.area.tally.records, dump_tally(held.area.tally), held.area.page.refused)
        *place, acknowledged = held.area.page.standing or (0, 0, 0)
        standing = (place, acknowledged == len(lines))
    return (heard, without_now(lines, since), counted, standing), taken


@given(streams(PLAIN, ODD), st.booleans())
@example([PLAIN[0] * 3], True)
@example([PLAIN[0] + ODD[6] + PLAIN[0], PLAIN[1]], False)
@example([PLAIN[4][:-40], PLAIN[4][-40:] + PLAIN[0][:90], PLAIN[0][90:]], True)
@example([ODD[2][:-40], ODD[2][-40:-9], ODD[2][-9:], PLAIN[0]], True)
@example(
    [PLAIN[0] + ODD[12] + post(RECORD.replace(b"chat", b"new")) * 2, PLAIN[3] + ODD[12]], False
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_records_are_counted_as_the_route_counts_them(chunks, at_once):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        lane, _ = records_of(Path(one), chunks, at_once=at_once)
        route, taken = records_of(Path(other), chunks, lane=False, at_once=at_once)
    assert taken == 0
    assert lane == route


def crowd_of(folder, chunks, *, lane=True):
    """As `records_of` of (connection, chunk)s that all come in one turn of the loop."""
    since = int(time.time())

    async def run(made):
        worker = await Worker(**made, lane=lane).open()
        known = await say(worker.connect(), [PLAIN[1], PLAIN[3]])
        connections = [worker.connect() for _ in range(3)]
        await settle()
        for which, chunk in chunks:
            if not connections[which].wire.closed:
                connections[which].protocol.data_received(chunk)
        await settle()
        heard = [(b"".join(one.wire.written), one.wire.closed) for one in connections]
        for one in connections:
            one.protocol.connection_lost(None)
        await settle()
        return known, heard

    with intake_of(folder) as (held, made):
        heard = asyncio.run(run(made))
        lines = b"".join(path.read_bytes() for path in sorted(folder.rglob("*.jsonl")))
        counted = (held.area.tally.records, dump_tally(held.area.tally), held.area.page.refused)
    return heard, sorted(without_now(lines, since).splitlines()), counted


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([*PLAIN, *PLAIN, *ODD])), max_size=9))
@example([(0, PLAIN[0]), (1, ODD[12]), (2, PLAIN[2])])
@example([(0, PLAIN[0]), (1, PLAIN[3]), (0, ODD[13]), (0, PLAIN[2]), (2, ODD[12]), (2, PLAIN[0])])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_what_comes_together_is_counted_as_the_route_counts_it(chunks):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        assert crowd_of(Path(one), chunks) == crowd_of(Path(other), chunks, lane=False)


def test_plain_records_take_the_lane(tmp_path):
    (heard, journal, (records, *_), _), taken = records_of(tmp_path, [b"".join(PLAIN), PLAIN[0]])
    assert taken == 2
    assert heard[0][0].count(b'{"accepted":') == len(PLAIN)
    assert records == journal.count(b"\n") == 9


def test_one_chunk_is_one_write(tmp_path):
    async def run(made):
        await say((await Worker(**made).open()).connect(), [PLAIN[0] * 50, PLAIN[0] * 50])

    with intake_of(tmp_path) as (held, made):
        asyncio.run(run(made))
        assert (held.area.tally.records, held.journal.ticket) == (100, 2)


@pytest.mark.parametrize(
    "end",
    [
        lambda held: held.eof_received(),
        lambda held: held.close(),
        lambda held: held.close_if_idle(),
        lambda held: held.connection_lost(None),
    ],
    ids=["eof", "close", "idle", "lost"],
)
def test_what_came_before_a_connection_ends_is_counted_and_answered(tmp_path, end):
    async def run(made):
        connection = (await Worker(**made).open()).connect()
        await settle()
        connection.protocol.data_received(PLAIN[0])
        end(connection.protocol)
        written = b"".join(connection.wire.written)
        await settle()
        return written

    with intake_of(tmp_path) as (held, made):
        assert asyncio.run(run(made)).endswith(b'{"accepted":1}\n')
        assert held.area.tally.records == 1


def test_what_waits_for_the_disk_is_not_for_the_lane(tmp_path):
    _, taken = records_of(tmp_path, PLAIN, durability="sync")
    assert taken == 0


def test_a_body_in_pieces_takes_the_lane_once_it_is_whole(tmp_path):
    body = b"\n".join([RECORD] * 3000)
    request = post(body, NDJSON, b"/?partial=1")
    head = len(request) - len(body)
    cuts = [0, head, head + 1, head + 65_536, len(request) - 1, len(request)]
    pieces = [request[a:b] for a, b in pairwise(cuts)]
    (heard, journal, (records, *_), _), taken = records_of(tmp_path, [*pieces, PLAIN[0]])
    assert taken == 2
    assert heard[0][:4] == [b""] * 4
    assert heard[0][4].endswith(b'{"accepted":3000,"rejected":[]}\n')
    assert records == journal.count(b"\n") == 3001


def test_a_body_that_stops_half_way_is_answered_as_the_route_answers_it(tmp_path):
    for lane in (True, False):
        folder = tmp_path / str(lane)
        folder.mkdir()
        heard = records_of(folder, [PLAIN[0][:-5]], lane=lane, end=lambda held: held._run_out())[0]
        assert heard[0][0][0].startswith(b"HTTP/1.1 408 ")
        assert heard[2][0] == 0


def test_a_body_that_is_coming_outlives_the_wish_to_stop(tmp_path):
    for lane in (True, False):
        folder = tmp_path / str(lane)
        folder.mkdir()
        chunks = [PLAIN[0][:-5], PLAIN[0][-5:]]
        heard = records_of(folder, chunks, lane=lane, end=lambda held: held.close_if_idle())[0]
        assert heard[0][0][1].endswith(b'{"accepted":1}\n')
        assert heard[2][0] == 1
