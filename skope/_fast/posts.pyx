"""The shortest way from posted bytes to the answer: plain records, kept together with their turn's.

Nothing here decides anything of its own. What is not plain is declined before anything was done;
what cannot be kept is left to those who can say why.
"""

from posix.time cimport CLOCK_REALTIME

from skope._fast.clocks cimport NS_PER_S, clock_ns
from skope._fast.pen cimport Pen
from skope._fast.recognise cimport Recogniser
from skope._fast.records cimport Batch
from skope._fast.tally cimport Tally
from skope._fast.turn cimport Hot


cdef class Poster(Hot):
    """Answers `POST /`, once the records are in the kernel's hands.

    Parameters
    ----------
    recogniser : reads the chunks
    batch : empty, and nobody else's
    memory : the machine's used memory in MiB, or None
    tally : counts them
    journal : its `pen` is where their lines go; its `wake()` is called where the pen is idle
    keeps : journals and counts the records of a batch that takes more than that; False: none
    """

    cdef Recogniser recogniser
    cdef Batch batch
    cdef object memory
    cdef Tally tally
    cdef object journal
    cdef object keeps

    def __init__(
        self, Recogniser recogniser not None, *, Batch batch not None, memory,
        Tally tally not None, journal, keeps,
    ):
        self.recogniser = recogniser
        self.batch = batch
        self.memory = memory
        self.tally = tally
        self.journal = journal
        self.keeps = keeps

    cpdef bytes serve(self, bytes chunk, bint local):
        """That the records of all bodies count, due once they are kept; or None."""
        if not self.recogniser.take_apart(chunk, local):
            return None
        if self.batch.count == 0:
            self.batch.begin(self.memory)
        if not self.batch.take(
            self.recogniser, <double> clock_ns(CLOCK_REALTIME) / NS_PER_S
        ):
            return None
        return self.recogniser.accepted()

    cpdef size_t wanting(self, bytes chunk, bint local) except? 0:
        """How many bytes are to come of the hot request that a declined chunk begins; 0: none."""
        return self.recogniser.wanting(chunk, local)

    cpdef bint keep(self) except -1:
        """Has the records kept that were served since the last call, with one write, or none."""
        if self.batch.count == 0:
            return True
        try:
            return self.keep_at_once() or self.keeps(self.batch)
        finally:
            self.batch.clear()

    cdef bint keep_at_once(self) except -1:
        """Keeps what needs one write and nothing else. False: nothing of it was done."""
        cdef Pen pen = self.journal.pen
        try:
            if not pen.fits(self.batch) or not self.tally.locate(self.batch, None):
                return False
        except OverflowError:
            return False
        if pen.append(self.batch) != 0:
            return False
        self.tally.apply(self.batch)
        if pen.idle:
            self.journal.wake()
        return True
