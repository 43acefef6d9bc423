"""The watch list as the front writes it, and the answers it gets. Imports no numpy."""

import os
from collections import namedtuple

from libc.stdint cimport uint64_t
from libc.string cimport memcpy

from skope._fast.control cimport Header
from skope._fast.fences cimport load_acquire, load_relaxed, store_relaxed, store_release
from skope._fast.layout cimport GROUP_BYTES, TREE_WATCHED, answer_t, wish_t, wishes_t

cdef enum:
    TRIES = 1000

Answer = namedtuple("Answer", "watched since_ns pids rss growth members")


cdef class Wishes:
    """The wishes of the segment in `view`; a tree's own part of it must be allocated by then."""

    def __cinit__(self, unsigned char[::1] view):
        cdef Header header = Header(view)
        self.view = view
        self.head = <wishes_t *> &view[header.at.wishes_offset]
        self.wishes = <wish_t *> (self.head + 1)
        self.capacity = header.at.tree_capacity
        self.trees_offset = header.at.trees_offset
        self.tree_bytes = header.at.tree_bytes

    cdef wish_t *at(self, uint64_t slot) except NULL:
        if slot >= self.capacity:
            raise IndexError(f"no tree {slot}")
        return &self.wishes[slot]

    cdef const answer_t *answered(self, uint64_t slot) except NULL:
        self.at(slot)
        return <const answer_t *> &self.view[self.trees_offset + slot * self.tree_bytes]

    def seq(self, uint64_t slot):
        """How many wishes were made there; odd while one stands."""
        return load_acquire(&self.at(slot).seq)

    def wish(
        self, uint64_t slot, uint64_t pid, *, uint64_t started=0, uint64_t reaper=0, str group=""
    ):
        """Wishes for the tree of `pid`, or for those in `group` where that is 0.

        `group` is the folder of a control group, version 2: the tree's CPU is then what that one's
        cpu.stat says. Returns the wish's seq. The slot must be free.
        """
        cdef wish_t *wish = self.at(slot)
        cdef bytes folder = os.fsencode(group)
        cdef size_t length = len(folder)
        if length >= <size_t> GROUP_BYTES:
            raise ValueError(f"a folder's name of {length} bytes, {GROUP_BYTES - 1} is most")
        if wish.seq & 1:
            raise ValueError(f"tree {slot} is taken")
        store_relaxed(&wish.pid, pid)
        store_relaxed(&wish.started, started)
        store_relaxed(&wish.reaper, reaper)
        memcpy(wish.group, <const char *> folder, length + 1)
        store_release(&wish.seq, wish.seq + 1)
        store_release(&self.head.count, self.head.count + 1)
        return wish.seq

    def withdraw(self, uint64_t slot):
        """Wishes for nothing there any more."""
        cdef wish_t *wish = self.at(slot)
        if wish.seq & 1:
            store_release(&wish.seq, wish.seq + 1)
            store_release(&self.head.count, self.head.count + 1)

    def answer(self, uint64_t slot):
        """What the sampler says of the wish that stands; None while it has not seen it."""
        cdef wish_t *wish = self.at(slot)
        cdef const answer_t *answer = self.answered(slot)
        cdef uint64_t turn
        cdef uint64_t members = 0
        cdef uint64_t k
        cdef int _attempt
        if not wish.seq & 1 or load_acquire(&answer.seq) != wish.seq:
            return None
        pids = []
        for _attempt in range(TRIES):
            turn = load_acquire(&answer.turn)
            members = load_acquire(&answer.members)
            pids = [load_acquire(&answer.pids[k]) for k in range(min(<uint64_t> 512, members))]
            if turn & 1 == 0 and load_acquire(&answer.turn) == turn:
                break
        return Answer(
            load_acquire(&answer.status) == TREE_WATCHED, load_relaxed(&answer.since_ns), pids,
            load_relaxed(&answer.rss), load_acquire(&answer.growth), members,
        )
