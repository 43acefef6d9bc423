"""The watch list as the front keeps it, while no sampler has looked at it yet."""

import os

import numpy as np
import pytest

from skope._fast import Book, CaptureKind, Edge, Wishes, dtype
from skope.errors import BadRequest
from skope.front.settling import Halt
from skope.front.trees import Trees
from skope.shm.segment import Plan, Segment
from tests.unit.capture.made import edge_bytes

LAUNCHED_NS = 7_000


@pytest.fixture
def segment():
    with Segment.create(Plan(trees=3, ring=64, levels=(8, 8, 8), book=9)) as made:
        yield made


@pytest.fixture
def book(segment):
    return Book(segment.view, segment.commit)


@pytest.fixture
def trees(segment, book):
    return Trees(segment.view, segment.commit, book, reaper=1)


def captured(book, subject, name="x", kind=CaptureKind.CAPTURE_NAMED):
    edge = edge_bytes(LAUNCHED_NS)
    more = {"tree": subject.tree, "tree_start": subject.start, "subject": subject.words}
    return book.read(book.open(name, None, edge, kind=int(kind), run=1, **more))


def begun_ns(subject):
    return int(np.frombuffer(subject.start, dtype("sample"))["begin_ns"][0])


def test_a_script_that_no_tick_has_seen_yet_has_used_nothing_at_its_launch(book, trees):
    launch = captured(book, trees.script(4711, 1, LAUNCHED_NS), kind=CaptureKind.CAPTURE_SCRIPT)
    assert begun_ns(trees.again(launch)) == LAUNCHED_NS
    trees.end_script(launch.tree)
    assert begun_ns(trees.again(launch)) == 0


def test_a_script_that_ended_leaves_its_record_to_who_still_needs_it(segment, book, trees):
    wishes = Wishes(segment.view)
    first = trees.script(4711, 1, LAUNCHED_NS)
    left_open = captured(book, first)
    trees.end_script(first.tree)
    assert not wishes.seq(first.tree) & 1
    assert trees.reached(Halt(LAUNCHED_NS, Edge.of(edge_bytes(LAUNCHED_NS)), first.tree))
    second = trees.script(4712, 2, LAUNCHED_NS)
    assert second.tree != first.tree
    assert Trees(segment.view, segment.commit, book, reaper=1).watched == 0  # of a successor
    book.close(left_open.slot)
    trees.tidy()
    assert trees.script(4713, 3, LAUNCHED_NS).tree == first.tree


def test_skope_itself_is_not_watched(trees):
    for own in (1, os.getpid()):
        with pytest.raises(BadRequest, match="is Skope itself"):
            trees.refuse_own(own)
    trees.refuse_own(4711)
