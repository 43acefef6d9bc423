"""`POST /` answers when the records are as durable as was promised."""

import asyncio
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from skope.errors import BadRequest, StorageFault
from skope.front.records import post
from skope.front.services import Services
from skope.schema.record import Accepted
from skope.schema.wire import AggConfig


class Intake:
    """Remembers what it was given; its sync is as it is told."""

    def __init__(self):
        self.posts = []
        self.synced = Future()

    def post(self, body, content_type=None, *, partial=False, now):
        self.posts.append((body, content_type, partial))
        return Accepted(1)

    def durable(self):
        return self.synced


def a_request(intake, *, durability="process", query=""):
    agg = AggConfig(session="s", folder="/", max_names=1, keep=1, durability=durability)
    context = SimpleNamespace(
        services=Services(documents=None, intake=intake), config=SimpleNamespace(agg=agg)
    )
    return SimpleNamespace(
        app=SimpleNamespace(ctx=context),
        body=b"{}",
        headers={"content-type": "text/x"},
        query_string=query,
    )


def test_it_answers_what_was_accepted():
    intake = Intake()
    answer = asyncio.run(post(a_request(intake, query="partial=1")))
    assert (answer.status, answer.body) == (200, b'{"accepted":1}\n')
    assert intake.posts == [(b"{}", "text/x", True)]


def test_with_sync_it_answers_only_when_the_disk_has_it():
    async def run():
        intake = Intake()
        task = asyncio.ensure_future(post(a_request(intake, durability="sync")))
        for _ in range(5):
            await asyncio.sleep(0)
        assert intake.posts
        assert not task.done()
        intake.synced.set_result(None)
        assert (await task).status == 200

    asyncio.run(run())


def test_a_failed_sync_is_no_answer_of_success():
    intake = Intake()
    intake.synced.set_exception(StorageFault("full"))
    with pytest.raises(StorageFault):
        asyncio.run(post(a_request(intake, durability="sync")))


def test_partial_is_yes_or_no():
    intake = Intake()
    with pytest.raises(BadRequest, match="partial"):
        asyncio.run(post(a_request(intake, query="partial=some")))
    assert intake.posts == []
