"""On a loop and sockets: clients that read late, hang up or reset, and what is left of them."""

import asyncio
import re
import socket
import struct

import pytest
import uvloop

from skope.front.lane import Lane
from tests.unit.front.lanes import Worker
from tests.unit.front.test_lane_records import NDJSON, RECORD, intake_of, post

ACCEPTED = re.compile(rb'\{"accepted":(\d+)\}')
TIMEOUT_S = 30


def served(folder, clients):
    """Runs `clients(address, connections)` against a worker.

    Returns what that returned, how many records count and how many chunks the lane took.
    """

    async def run(made):
        worker = await Worker(**made).open()
        loop = asyncio.get_running_loop()
        connections = set()

        def lane():
            return Lane(app=worker.app, loop=loop, connections=connections, state={})

        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        server = await loop.create_server(lane, sock=listening)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await clients(listening.getsockname(), connections), worker.taken
        finally:
            server.close()
            for connection in list(connections):
                connection.abort()
            await asyncio.sleep(0.01)

    with intake_of(folder) as (held, made):
        found, taken = uvloop.run(run(made))
        return found, held.area.tally.records, taken


def some(records, more=b""):
    """A request whose answer tells it from the ones beside it."""
    return post(b"\n".join([RECORD] * records), NDJSON + more)


@pytest.mark.parametrize("odd", [0, 7], ids=["all plain", "some by way of Sanic"])
def test_a_client_that_reads_late_gets_every_answer_in_order(tmp_path, odd):
    asked = [number % 9 + 1 for number in range(2500)]

    async def client(address, connections):
        loop = asyncio.get_running_loop()
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect(address)
            sock.setblocking(False)

            async def send():
                for number, records in enumerate(asked):
                    more = b"X-Odd: 1\r\n" if odd and number % odd == 0 else b""
                    await loop.sock_sendall(sock, some(records, more))
                    await asyncio.sleep(0)

            sending = asyncio.create_task(send())
            await asyncio.wait([sending], timeout=0.5)
            assert next(iter(connections)).transport.get_write_buffer_size() > 0
            heard = b""
            while len(found := ACCEPTED.findall(heard)) < len(asked):
                more = await loop.sock_recv(sock, 65536)
                assert more
                heard += more
            await sending
            return [int(records) for records in found]

    answers, records, taken = served(tmp_path, client)
    assert answers == asked
    assert records == sum(asked)
    assert taken > 20


def test_a_client_that_half_closes_at_once_is_answered(tmp_path):
    async def client(address, _):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(some(3))
        writer.write_eof()
        heard = await reader.read()
        writer.close()
        return heard

    heard, records, taken = served(tmp_path, client)
    assert heard.endswith(b'{"accepted":3}\n')
    assert (records, taken) == (3, 1)


def test_clients_that_reset_harm_nobody(tmp_path):
    async def clients(address, _):
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(50):
            sock = socket.create_connection(address)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await asyncio.sleep(0.002)
            writer.write(some(1))
            sock.sendall(some(2))
            sock.close()
            assert (await reader.readuntil(b"}\n")).endswith(b'{"accepted":1}\n')
        writer.close()

    _, records, taken = served(tmp_path, clients)
    assert records >= 50
    assert taken >= 50
