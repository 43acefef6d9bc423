"""One writer at a time, and nobody waits for ever."""

import os
import shutil
from dataclasses import dataclass

import pytest

from skope.errors import StorageFault
from skope.store.directory import open_directory
from skope.store.turn import PATIENCE_S, Turn


@dataclass
class Place:
    """A directory, or something else, open as `fd`."""

    fd: int
    shown: str = "d"
    stays: bool = False

    def stay(self):
        self.stays = True

    def go_on(self):
        self.stays = False


@pytest.fixture
def two(tmp_path):
    places = [Place(os.open(tmp_path, os.O_RDONLY)) for _ in range(2)]
    yield places
    for place in places:
        assert not place.stays
        os.close(place.fd)


def test_the_second_waits_for_the_first(two):
    first = Turn(two[0])
    first.__enter__()
    waits = []

    def pause(seconds):
        waits.append(seconds)
        first.__exit__(None, None, None)

    with Turn(two[1], pause=pause):
        assert len(waits) == 1


def test_it_is_free_again_after_a_failure(two):
    with pytest.raises(KeyError), Turn(two[0]):
        raise KeyError
    with Turn(two[1], pause=lambda _: pytest.fail("it was free")):
        pass


def test_it_is_not_waited_for_without_end(two):
    times = iter([0.0, PATIENCE_S, PATIENCE_S + 0.1])
    with (
        Turn(two[0]),
        pytest.raises(StorageFault, match="another Skope does not finish writing to d"),
        Turn(two[1], now=lambda: next(times), pause=lambda _: None),
    ):
        pytest.fail("both at once")


def test_a_place_without_locks_is_written_as_if_alone():
    read, write = os.pipe()
    os.close(write)
    os.close(read)
    with Turn(Place(read)):
        pass


def test_the_directory_is_followed_once_and_begun_anew_where_it_is_removed(tmp_path):
    with open_directory(tmp_path / "d", given=True) as directory:
        with Turn(directory):
            directory.replace("a.json", b"1")
            shutil.rmtree(directory.path)
            directory.replace("a.json", b"2")
        assert (tmp_path / "d" / "a.json").read_bytes() == b"2"
        directory.path.rename(tmp_path / "elsewhere")
        with Turn(directory):
            directory.replace("a.json", b"3")
        assert (tmp_path / "d" / "a.json").read_bytes() == b"3"
