"""One writer at a time, and nobody waits for ever."""

import os

import pytest

from skope.errors import StorageFault
from skope.store.turn import PATIENCE_S, turn


@pytest.fixture
def two(tmp_path):
    fds = [os.open(tmp_path, os.O_RDONLY) for _ in range(2)]
    yield fds
    for fd in fds:
        os.close(fd)


def test_the_second_waits_for_the_first(two):
    first = turn(two[0], "d")
    first.__enter__()
    waits = []

    def pause(seconds):
        waits.append(seconds)
        first.__exit__(None, None, None)

    with turn(two[1], "d", pause=pause):
        assert len(waits) == 1


def test_it_is_free_again_after_a_failure(two):
    with pytest.raises(KeyError), turn(two[0], "d"):
        raise KeyError
    with turn(two[1], "d", pause=lambda _: pytest.fail("it was free")):
        pass


def test_it_is_not_waited_for_without_end(two):
    times = iter([0.0, PATIENCE_S, PATIENCE_S + 0.1])
    with (
        turn(two[0], "d"),
        pytest.raises(StorageFault, match="another Skope does not finish writing to d"),
        turn(two[1], "d", now=lambda: next(times), pause=lambda _: None),
    ):
        pytest.fail("both at once")


def test_a_place_without_locks_is_written_as_if_alone():
    read, write = os.pipe()
    os.close(write)
    os.close(read)
    with turn(read, "d"):
        pass
