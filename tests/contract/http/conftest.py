import pytest

from tests.integration.front.worker import FrontWorker


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    with FrontWorker(tmp_path_factory.mktemp("front"), deadline_s=2.0) as worker:
        yield worker.start()
        assert worker.is_alive()
        assert worker.errors.read_text() == ""


@pytest.fixture
def raw(front):
    with front.connect() as connection:
        yield connection
    front.assert_serves()
