"""The book of open captures: what it holds survives the worker that wrote it."""

from random import Random

import pytest

from skope._fast import SIZES, Book, CaptureKind, format_segment, segment_bytes

SCRIPT = CaptureKind.CAPTURE_SCRIPT
CAPACITY = 200
SHAPE = {"ring": 8, "levels": (8, 8, 8), "factor": 4, "slow": 4, "book": CAPACITY}
EDGE = bytes(range(256)) + bytes(64)
FOLD = bytes(SIZES["fold"])


@pytest.fixture
def memory():
    total, _ = segment_bytes(10_000_000, **SHAPE)
    view = bytearray(total)
    format_segment(view, 10_000_000, born_ns=1, session=7, **SHAPE)
    return view


@pytest.fixture
def committed():
    return []


@pytest.fixture
def book(memory, committed):
    return Book(memory, lambda offset, length: committed.append((offset, length)))


def reopen(memory):
    return Book(memory, lambda offset, length: None)


def test_an_entry_reads_back_as_it_was_opened(book):
    slot = book.open("a/b 🦔", None, EDGE, run=3, warmup=True, front_pid=42, start_ns=99)
    entry = book.read(slot)
    assert entry.name == "a/b 🦔"
    assert entry.module is None
    assert (entry.run, entry.warmup, entry.front_pid, entry.start_ns) == (3, True, 42, 99)
    assert entry.start == EDGE
    assert (entry.refused, entry.signals, entry.head) == (0, 0, None)


def test_an_empty_module_is_not_no_module(book):
    assert book.read(book.open("a", "", EDGE)).module == ""


def test_the_longest_name_fits_in_four_byte_characters(book):
    name = "𐍈" * 200
    assert book.read(book.open(name, name, EDGE)).name == name
    with pytest.raises(ValueError, match="at most 800 bytes"):
        book.open("x" * 801, None, EDGE)


def test_a_name_opens_once(book):
    book.open("a", None, EDGE)
    with pytest.raises(KeyError):
        book.open("a", None, EDGE)
    assert book.names() == ["a"]


def test_whatever_opens_and_closes_every_name_is_found_and_in_order(book, memory):
    names = [f"{number}é" * (1 + number % 40) for number in range(CAPACITY + 20)]
    known, chance = {}, Random(1)
    for _ in range(4000):
        name = chance.choice(names)
        if name in known:
            book.close(known.pop(name))
        elif len(known) < CAPACITY:
            known[name] = book.open(name, None, EDGE)
    assert [book.find(name) for name in names] == [known.get(name) for name in names]
    assert (book.names(), book.open_slots()) == (list(known), list(known.values()))
    assert book.names(3) == list(known)[:3]
    assert len(book) == len(known)
    assert reopen(memory).names() == sorted(known, key=known.get)


def test_half_of_a_surrogate_pair_names_nothing(book):
    assert book.find("\ud800") is None


def test_a_new_worker_finds_what_the_old_one_left_open(book, memory):
    slots = {name: book.open(name, "m", EDGE, start_ns=i) for i, name in enumerate("abc")}
    book.refuse(slots["b"])
    book.close(slots["a"])
    book.put_head(slots["c"], 640, 2, FOLD)
    successor = reopen(memory)
    assert sorted(successor.names()) == ["b", "c"]
    assert successor.read(successor.find("b")).refused == 1
    assert successor.read(successor.find("c")).head == (640, 2, FOLD)
    assert successor.find("a") is None
    successor.open("a", None, EDGE)
    assert sorted(reopen(memory).names()) == ["a", "b", "c"]


def test_every_entry_can_be_used_and_used_again(book, memory):
    for i in range(CAPACITY):
        book.open(f"n{i}", None, EDGE)
    with pytest.raises(IndexError, match="full"):
        book.open("one more", None, EDGE)
    successor = reopen(memory)
    assert len(successor) == CAPACITY
    with pytest.raises(IndexError, match="full"):
        successor.open("one more", None, EDGE)
    slot = successor.find("n77")
    generation = successor.read(slot).generation
    successor.close(slot)
    assert not successor.is_open(slot, generation)
    assert successor.open("one more", None, EDGE) == slot
    assert not successor.is_open(slot, generation)
    assert successor.read(slot).generation == generation + 1


def test_memory_is_committed_chunk_by_chunk_before_it_is_used(book, committed):
    assert len(committed) == 1
    for i in range(CAPACITY):
        book.open(f"n{i}", None, EDGE)
    ends = [offset + length for offset, length in committed]
    assert [offset for offset, _ in committed[1:]] == ends[:-1]
    assert sum(length for _, length in committed) == CAPACITY * SIZES["book"]


def test_room_is_made_ahead_of_the_starts_that_need_it(book, committed):
    for i in range(32):
        book.open(f"n{i}", None, EDGE)
        book.prepare()
    assert len(committed) == 1
    slots = [book.open(f"n{i}", None, EDGE) for i in range(32, 34)]
    book.prepare()
    assert len(committed) == 2
    book.close(slots[1])
    assert book.open("again", None, EDGE) == slots[1]
    for i in range(35, CAPACITY + 1):
        book.open(f"n{i}", None, EDGE)
        book.prepare()
    assert sum(length for _, length in committed) == CAPACITY * SIZES["book"]
    with pytest.raises(IndexError, match="full"):
        book.open("one more", None, EDGE)


def test_a_successor_reads_no_entry_that_was_never_committed(book, memory):
    book.open("a", None, EDGE)
    touched = []
    Book(memory, lambda offset, length: touched.append(length))
    assert touched == [64 * SIZES["book"]]


def test_no_memory_leaves_the_book_as_it_was(memory):
    calls = []

    def commit(offset, length):
        calls.append(offset)
        if len(calls) > 1:
            raise MemoryError

    book = Book(memory, commit)
    for i in range(64):
        book.open(f"n{i}", None, EDGE)
    with pytest.raises(MemoryError):
        book.open("one more", None, EDGE)
    assert len(reopen(memory)) == 64


def test_heads_are_written_in_turn(book):
    slot = book.open("a", None, EDGE)
    first, second = bytes([1]) * SIZES["fold"], bytes([2]) * SIZES["fold"]
    book.put_head(slot, 10, 1, first)
    book.put_head(slot, 20, 2, second)
    assert book.read(slot).head == (20, 2, second)
    book.close(slot)
    assert book.read(book.open("b", None, EDGE)).head is None


def test_the_reserve_stands_beside_a_capture_of_the_same_name(book, memory):
    reserve = book.open("T", None, EDGE, kind=SCRIPT, run=1)
    named = book.open("T", None, EDGE)
    assert (book.reserve, book.find("T"), len(book)) == (reserve, named, 1)
    book.signalled(reserve)
    successor = reopen(memory)
    assert successor.reserve == reserve
    assert successor.read(reserve).signals == 1
    assert successor.read(reserve).done == 0
    successor.finished(reserve, 2)
    assert reopen(memory).read(reserve).done == 3
    successor.close(named)
    assert (successor.reserve, successor.names()) == (reserve, [])
    successor.close(reserve)
    assert reopen(memory).reserve is None


def test_a_closed_entry_cannot_be_read(book):
    slot = book.open("a", None, EDGE)
    book.close(slot)
    for use in (book.read, book.close, book.refuse):
        with pytest.raises(IndexError):
            use(slot)
    with pytest.raises(IndexError):
        book.read(10**6)


def test_a_foreign_buffer_is_refused(memory):
    with pytest.raises(ValueError, match="not a Skope segment"):
        reopen(bytearray(len(memory)))
    with pytest.raises(ValueError, match="an edge is"):
        reopen(memory).open("a", None, b"short")
