import pytest

from tests.integration.front.worker import FrontWorker


@pytest.fixture
def front(tmp_path):
    with FrontWorker(tmp_path) as worker:
        yield worker.start()
        assert worker.complaints() == []
