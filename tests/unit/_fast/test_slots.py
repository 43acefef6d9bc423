"""A seqlock per slot: what is delivered is whole, and what is not is counted."""

import itertools
import threading

import numpy as np
import pytest

from skope._fast import SIZES, Header, RingReader, RingWriter
from skope._fast.slots import first_whole, whole

WORDS = 2
READING = 2 + WORDS


def writing(index):
    """The stores of one slot, in their order, as (where, value)."""
    payload = [(f"word{k}", index) for k in range(WORDS)]
    return [("seq", 0), *payload, ("seq", index + 1), ("next", index + 1)]


def histories(capacity, writes, index):
    """Every way to put a reader's loads of `index` between the stores of `writes` indices.

    Yields (before, copied words, after, whether the slot was written to meanwhile).
    """
    stores = [(target, *store) for target in range(writes) for store in writing(target)]
    for places in itertools.combinations_with_replacement(range(len(stores) + 1), READING):
        slot = {"seq": 0, **{f"word{k}": -1 for k in range(WORDS)}}
        seen, done, touched = [], 0, False
        for load, place in enumerate(places):
            for target, name, value in stores[done:place]:
                if name != "next" and target % capacity == index % capacity:
                    slot[name] = value
                    touched = touched or load > 0
            done = max(done, place)
            seen.append(slot["seq" if load in {0, READING - 1} else f"word{load - 1}"])
        yield seen[0], seen[1:-1], seen[-1], touched


def torn(decide, capacity, writes=3, index=None):
    """Whether some history makes `decide` deliver anything but all of `index`."""
    found = False
    for at in range(writes) if index is None else [index]:
        for before, words, after, _ in histories(capacity, writes, at):
            if decide(before, after, at):
                found |= set(words) != {at}
    return found


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_no_interleaving_delivers_a_torn_slot(capacity):
    assert not torn(whole, capacity)


@pytest.mark.parametrize("capacity", [1, 2])
@pytest.mark.parametrize(
    "mutant",
    [
        lambda before, after, index: before == index + 1,
        lambda before, after, index: after == index + 1,
        lambda before, after, index: before == after,
        lambda before, after, index: before == after != 0,
    ],
    ids=["first load only", "second load only", "equal", "equal and not being written"],
)
def test_less_than_both_loads_would_be_found_out(mutant, capacity):
    assert torn(mutant, capacity)


@pytest.mark.parametrize("capacity", [1, 2])
def test_a_slot_nobody_touches_is_delivered(capacity):
    delivered = 0
    for before, words, after, touched in histories(capacity, 3, 1):
        if before == 2 and not touched:
            assert whole(before, after, 1)
            assert words == [1, 1]
            delivered += 1
    assert delivered


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 8])
def test_the_first_whole_index_is_one_ring_back(capacity):
    for end in range(4 * capacity):
        kept = {index % capacity: index for index in range(end)}
        assert first_whole(end, capacity) == min(kept.values(), default=end)


def check_marked(rows):
    """Every word of a row that `write_marked` wrote is its index."""
    words = rows.view(np.uint64).reshape(len(rows), rows.itemsize // 8)
    index = words[:, :1] - np.uint64(1)
    assert np.array_equal(words[:, 1:], np.broadcast_to(index, words[:, 1:].shape))
    return index.ravel()


@pytest.mark.parametrize("capacity", [2, 3, 4])
def test_against_a_writer_at_full_speed(memory_of, capacity):
    """Every index once, whole, in order, or counted lost."""
    memory = memory_of(ring=capacity)
    writer, reader = RingWriter(memory), RingReader(memory)
    total, at, delivered = 10_000_000, 0, 0
    thread = threading.Thread(target=writer.write_marked, args=(total,))
    thread.start()
    while at < total:
        index = check_marked(reader.follow(at))
        if len(index):
            assert index[0] >= at
            assert np.all(np.diff(index.astype(np.int64)) > 0)
            delivered += len(index)
        at = delivered + reader.lost
    thread.join()
    assert reader.next == total
    assert delivered + reader.lost == total
    assert delivered > 0


def test_rows_of_a_racing_writer_are_whole(memory_of):
    memory = memory_of(ring=4)
    writer, reader = RingWriter(memory), RingReader(memory)
    thread = threading.Thread(target=writer.write_marked, args=(5_000_000,))
    thread.start()
    looked = 0
    while thread.is_alive():
        check_marked(reader.rows(0, 1 << 62))
        check_marked(reader.latest())
        looked += 1
    thread.join()
    assert looked
    assert list(reader.rows(0, 1 << 62)["begin_ns"]) == list(range(4_999_996, 5_000_000))


def unwrite(memory, index, capacity):
    """Leaves slot `index` as its writer does between the two stores of seq."""
    at = Header(memory).ring_offset + SIZES["cursor"] + index % capacity * SIZES["sample"]
    assert memory[at : at + 8] == (index + 1).to_bytes(8, "little")
    memory[at : at + 8] = bytes(8)


def test_a_slot_its_writer_died_in_is_lost_not_junk(memory_of):
    """The successor of a killed writer will write it again."""
    memory = memory_of(ring=4)
    RingWriter(memory).write_marked(10)
    reader = RingReader(memory)
    unwrite(memory, 9, 4)
    assert list(reader.follow(6)["begin_ns"]) == [6, 7, 8]
    assert reader.lost == 1
    assert list(reader.rows(7, 100)["begin_ns"]) == [7, 8]


@pytest.mark.parametrize("gone", range(9))
def test_what_is_overwritten_during_a_search_is_lost_not_junk(memory_of, gone):
    memory = memory_of(ring=8)
    RingWriter(memory).write_marked(20)
    reader = RingReader(memory)
    for index in range(12, 12 + gone):
        unwrite(memory, index, 8)
    assert list(reader.rows(0, 100)["begin_ns"]) == list(range(12 + gone, 20))
    assert reader.lost == gone


def test_what_is_overwritten_before_the_wanted_is_not_lost(memory_of):
    memory = memory_of(ring=8)
    RingWriter(memory).write_marked(20)
    reader = RingReader(memory)
    for index in (12, 13, 14):
        unwrite(memory, index, 8)
    assert list(reader.rows(17, 19)["begin_ns"]) == [17, 18]
    assert reader.lost == 0


def test_too_little_memory_for_its_slots_is_refused(memory_of):
    memory = memory_of(ring=8)
    with pytest.raises(ValueError, match="cut short"):
        RingReader(memory[: len(memory) // 2])
