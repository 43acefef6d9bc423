import itertools
import struct

import pytest

from skope._fast import (
    AREA_HEAD_BYTES,
    HEAD_BYTES,
    TALLY_SIZES,
    TALLY_VERSION,
    Board,
    Page,
    area_bytes,
    format_stripes,
    stripes_bytes,
)


@pytest.fixture
def head():
    memory = bytearray(HEAD_BYTES)
    format_stripes(memory, 3, 100)
    return memory


@pytest.fixture
def page():
    memory = bytearray(area_bytes(8))
    made = Page(memory)
    made.format(8)
    return made


def test_the_layout_of_this_version_is_frozen():
    """Change a struct and TALLY_VERSION goes up; then these numbers may."""
    assert TALLY_VERSION == 1
    assert TALLY_SIZES == {"stripes": 64, "line": 64, "area": 192, "row": 512, "spill": 64}
    assert (HEAD_BYTES, AREA_HEAD_BYTES) == (12288, 4096)


def test_areas_lie_beside_each_other_and_share_no_page(head):
    board = Board(head)
    places = [board.place(stripe, generation) for stripe in range(3) for generation in (2, 3)]
    assert places[0][0] == HEAD_BYTES
    for (offset, length), (following, _) in itertools.pairwise(places):
        assert offset + length == following
        assert offset % 4096 == length % 4096 == 0
    assert sum(places[-1]) == board.total_bytes == stripes_bytes(3, 100)


def test_successive_generations_use_the_two_areas_in_turn(head):
    board = Board(head)
    assert board.place(1, 1) == board.place(1, 3) != board.place(1, 2)


def test_publishing_is_seen(head):
    board, other = Board(head), Board(head)
    assert (other.generation(1), other.pid(1)) == (0, 0)
    board.publish(1, 1, 4711)
    assert (other.generation(1), other.pid(1)) == (1, 4711)
    assert other.generation(0) == other.generation(2) == 0


def test_there_is_no_other_stripe(head):
    with pytest.raises(IndexError):
        Board(head).generation(3)
    with pytest.raises(ValueError, match="128"):
        stripes_bytes(129, 10)


def test_foreign_memory_is_refused(head):
    with pytest.raises(ValueError, match="too small"):
        Board(head[:-1])
    with pytest.raises(ValueError, match="not a tally segment"):
        Board(bytearray(HEAD_BYTES))
    struct.pack_into("<Q", head, 8, 99)
    with pytest.raises(ValueError, match="layout 99"):
        Board(head)
    with pytest.raises(ValueError, match="too small"):
        Page(bytearray(100))
    with pytest.raises(ValueError, match="needs"):
        Page(bytearray(4096)).format(8)
    with pytest.raises(ValueError, match="too small"):
        format_stripes(bytearray(100), 1, 1)


def test_what_is_counted_beside_the_rows(page):
    page.refuse(400)
    page.refuse(422, 3)
    page.refuse(400)
    page.note(recovered=5, torn=1)
    page.note(damaged=2, faults=1, torn=1)
    assert page.refused == {400: 2, 422: 3}
    assert (page.recovered, page.torn, page.damaged, page.faults) == (5, 2, 2, 1)
    with pytest.raises(ValueError, match="not in"):
        page.refuse(418)


def test_a_successor_goes_on_counting(page):
    page.refuse(507, 2)
    page.note(recovered=5, torn=1, damaged=1, faults=1)
    successor = Page(bytearray(area_bytes(8)))
    successor.format(8)
    successor.refuse(507)
    successor.take_over(page)
    assert successor.refused == {507: 3}
    assert (successor.recovered, successor.torn, successor.damaged, successor.faults) == (
        5,
        1,
        1,
        1,
    )


def test_how_the_journal_stands(page):
    assert page.standing is None
    page.stand(2, 7, 1234)
    assert page.standing == (2, 7, 1234)


def test_a_standing_being_written_is_not_read():
    memory = bytearray(area_bytes(8))
    page = Page(memory)
    page.format(8)
    page.stand(2, 7, 1234)
    struct.pack_into("<Q", memory, TALLY_SIZES["area"] - 8, 3)
    assert page.standing is None
