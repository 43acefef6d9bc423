import asyncio

import pytest

from skope.front.preparing import prepare_beside


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), ImportError("no module")])
def test_what_could_not_be_prepared_is_left_to_whoever_needs_it(error):
    tried = []

    def prepare():
        tried.append(1)
        raise error

    async def work():
        done = asyncio.Event()
        prepare_beside(asyncio.get_running_loop(), prepare, then=done.set)
        await asyncio.wait_for(done.wait(), 30)

    asyncio.run(work())  # an error that leaves the thread fails the test
    assert tried == [1]
