"""The publisher's doorbell."""

import os

import pytest

from skope.errors import StorageFault
from skope.shm.bell import REPORTS, Bell


@pytest.fixture
def bell():
    with Bell.create(3) as made:
        yield made


def test_nobody_asked_nobody_answered(bell):
    for which in REPORTS:
        assert (bell.asked_ns(which), bell.answered_ns(which), bell.refused_ns(which)) == (0, 0, 0)


def test_the_latest_to_ask_counts(bell):
    bell.ring(0, "agg", 5)
    bell.ring(2, "agg", 9)
    bell.ring(1, "agg", 7)
    assert bell.asked_ns("agg") == 9
    assert bell.asked_ns("apps") == 0


def test_every_word_has_its_own_place(bell):
    bell.answer("agg", 1)
    bell.answer("apps", 2)
    bell.refuse("agg", 3)
    bell.refuse("apps", 4)
    for worker in range(3):
        bell.ring(worker, "agg", 5)
        bell.ring(worker, "apps", 6)
    told = [(bell.answered_ns(which), bell.refused_ns(which)) for which in REPORTS]
    assert told == [(1, 3), (2, 4)]
    assert [bell.asked_ns(which) for which in REPORTS] == [5, 6]


def test_another_process_sees_the_same(bell):
    other = Bell(bell.fd)
    other.ring(2, "apps", 11)
    assert bell.asked_ns("apps") == 11


def test_no_memory_is_a_storage_fault(monkeypatch):
    def refuse(*_):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(os, "memfd_create", refuse)
    with pytest.raises(StorageFault, match="Cannot allocate memory"):
        Bell.create(1)
