"""The sampler's fast lane: one tick, and the loop of ticks that never needs the interpreter.

A tick reads /proc/stat and /proc/meminfo, publishes one sample, folds it into the archives and
says that the sampler is alive. Nothing is allocated and nobody is waited for.

The sampler has a budget, 1 % of one core. On most machines 100 ticks a second take a third of it.
Where they take nearly all (a guest whose every sleep costs a visit to its host pays half of it
for waking up), /proc/stat, whose clocks tick every 10 ms anyway and which walks over every
interrupt there is, is read at every second, fourth or eighth tick only, and if that does not do,
/proc/meminfo at every second or fourth; the ticks between repeat what was read and say so
(FLAG_CARRIED, FLAG_CARRIED_MEMORY).
"""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy, memset
from posix.time cimport (
    CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME, clock_nanosleep, timespec,
)
from posix.unistd cimport _SC_CLK_TCK, sysconf

from skope._fast.archive cimport ArchiveWriter, archive
from skope._fast.clocks cimport NS_PER_S, clock_ns
from skope._fast.control cimport ChildLine, Header
from skope._fast.fences cimport load_acquire, load_relaxed, store_relaxed, store_release
from skope._fast.layout cimport (
    ABSENT, CPU_BUSY, CPU_IDLE, CPU_IOWAIT, CPU_STEAL, CPU_STOLEN, FLAG_CARRIED,
    FLAG_CARRIED_MEMORY, FLAG_LAST, FLAG_LATE, sample_t,
)
from skope._fast.machine cimport FAULT_NONE, Fault, raise_fault, read_clocks, read_memory
from skope._fast.procfile cimport drop
from skope._fast.ring cimport RingWriter
from skope._fast.schedule cimport grid_at_or_after, missed_between, next_point
from skope._fast.slots cimport publish
from skope._fast.watchlist cimport Watchlist

cdef extern from "<sys/prctl.h>" nogil:
    int prctl(int option, unsigned long value, ...)
    const int PR_SET_TIMERSLACK

cdef enum:
    NAP_NS = 250000000              # the longest sleep: a slow period must not delay stop or beat
    MILLION = 1000000
    PATIENCE = 100                  # ticks in a row that may fail before the loop gives up
    WINDOW = 32                     # ticks over which the cost is judged
    DEAR = 800                      # above this many 100,000ths of one core read less often,
    CHEAP = 500                     # below this more often: half the reads save less than between
    CORE = 100000
    THRIFT_OF_CLOCKS = 3            # up to here each step halves the readings of /proc/stat,
    MOST_THRIFT = 5                 # from there on those of /proc/meminfo


def next_tick(uint64_t done_ns, uint64_t now_ns, uint64_t period_ns):
    """(the grid point to tick at next, grid points missed before it) after the tick at `done_ns`.

    A point that has passed is missed, not made up. `done_ns` 0: there was no tick yet, and a
    point reached just now is as good as any.
    """
    cdef uint64_t target
    if done_ns == 0:
        return grid_at_or_after(now_ns, period_ns), 0
    target = next_point(max(now_ns, done_ns), period_ns)
    return target, missed_between(done_ns, target, period_ns)


cdef class Ticker:
    """Takes ticks, one at a time (`tick`, for replay) or for as long as it is let (`run`).

    `stat` and `meminfo` are open descriptors that stay the caller's. The line must have begun.
    A predecessor's record is continued: cursor, grid, counters and CPU time go on where it left.
    """

    def __cinit__(self, unsigned char[::1] view, ChildLine line, int stat, int meminfo,
                  Watchlist watchlist=None):
        cdef Header header = Header(view)
        cdef sample_t newest
        self.view = view
        self.ring = RingWriter(view)
        self.archives = ArchiveWriter(view)
        self.line = line.at
        self.watchlist = watchlist
        self.watching = watchlist is not None
        self.period_ns = header.at.period_ns
        self.machine.ns_per_tick = NS_PER_S // sysconf(_SC_CLK_TCK)
        self.aim(stat, meminfo)
        memset(&self.sample, 0, sizeof(sample_t))
        self.sample.epoch = line.at.epoch
        self.busy = self.stolen = ABSENT
        self.thrift = 0
        if self.ring.last(&newest):
            self.base_cpu_ns = newest.cpu_ns
            self.done_ns = (newest.begin_ns - newest.late_ns) // self.period_ns * self.period_ns
            self.primed = True
            memcpy(self.machine.last, newest.counters, sizeof(newest.counters))
            memcpy(self.moved, newest.counters, sizeof(newest.counters))

    def __dealloc__(self):
        drop(&self.machine.stat)
        drop(&self.machine.meminfo)

    def aim(self, int stat, int meminfo):
        """Reads from these descriptors from now on."""
        self.machine.stat.fd = stat
        self.machine.meminfo.fd = meminfo

    def tick(self, uint64_t deadline_ns, uint64_t begin_ns):
        """One tick under the caller's clock, in which reading takes no time.

        Raises `OSError` or `ValueError` when a file cannot be read or understood.
        """
        cdef Fault fault = self.take_tick(deadline_ns, begin_ns, 0, False)
        if fault != FAULT_NONE:
            raise_fault(fault, self.machine.error)

    def run(self):
        """Ticks on the grid of the real clock until `stop`, then takes a last tick.

        Holds no lock of the interpreter meanwhile. Raises as `tick` does, after a hundred
        ticks in a row have failed; fewer are counted as missed.
        """
        cdef Fault fault
        with nogil:
            fault = self.loop()
        if fault != FAULT_NONE:
            raise_fault(fault, self.machine.error)

    def stop(self):
        """Ends `run`, which another thread is in, within 250 ms or a period if that is less."""
        store_release(&self.stop_word, 1)

    @property
    def ticks(self):
        """Taken by this process."""
        return load_relaxed(&self.taken)

    cdef Fault loop(self) noexcept nogil:
        cdef timespec wake
        cdef Fault fault = FAULT_NONE
        cdef int failures = 0
        cdef uint64_t now = clock_ns(CLOCK_MONOTONIC)
        cdef uint64_t deadline = grid_at_or_after(now, self.period_ns)
        cdef uint64_t until
        # A thread's own: expiries are otherwise rounded up to 50 us to save wake-ups.
        prctl(PR_SET_TIMERSLACK, 1)
        while not load_acquire(&self.stop_word):
            until = min(deadline, now + NAP_NS)
            wake.tv_sec = until // <uint64_t> NS_PER_S
            wake.tv_nsec = until % <uint64_t> NS_PER_S
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL)
            now = clock_ns(CLOCK_MONOTONIC)
            if now < deadline:
                self.beat(now)
                continue
            fault = self.take_tick(deadline, now, 0, True)
            failures = failures + 1 if fault != FAULT_NONE else 0
            if failures >= PATIENCE:
                return fault
            now = clock_ns(CLOCK_MONOTONIC)
            deadline = next_point(now, self.period_ns)
        now = clock_ns(CLOCK_MONOTONIC)
        return self.take_tick(now, now, FLAG_LAST, True)

    cdef Fault take_tick(
        self, uint64_t deadline_ns, uint64_t begin_ns, uint64_t flags, bint real
    ) noexcept nogil:
        cdef sample_t *sample = &self.sample
        cdef uint64_t point = deadline_ns // self.period_ns * self.period_ns
        cdef Fault fault
        sample.begin_ns = begin_ns
        sample.late_ns = begin_ns - deadline_ns
        sample.flags = flags
        if sample.late_ns > self.period_ns:
            sample.flags |= FLAG_LATE
        fault = self.read(not real or flags != 0)
        if fault != FAULT_NONE:
            return fault
        sample.missed = missed_between(self.done_ns, point, self.period_ns) if self.done_ns else 0
        self.done_ns = point
        self.share()
        sample.cpu_ns = self.base_cpu_ns
        sample.end_ns = begin_ns
        if real and self.watching:
            self.watchlist.tick(begin_ns, sample)
        if real:
            sample.cpu_ns += clock_ns(CLOCK_PROCESS_CPUTIME_ID)
            sample.end_ns = clock_ns(CLOCK_MONOTONIC)
            self.economise()
        # The ring first: a successor rebuilds from it what this process did not get to fold.
        publish(&self.ring.slots, <const uint64_t *> sample)
        archive(&self.archives.archives, sample)
        store_relaxed(&self.taken, self.taken + 1)
        self.beat(sample.end_ns)
        return FAULT_NONE

    cdef Fault read(self, bint everything) noexcept nogil:
        """What is due of the two files, or both of them; the rest is repeated."""
        cdef sample_t *sample = &self.sample
        cdef uint64_t clocks_every = 1 << min(self.thrift, <uint64_t> THRIFT_OF_CLOCKS)
        cdef uint64_t memory_every = (
            1 << (max(self.thrift, <uint64_t> THRIFT_OF_CLOCKS) - <uint64_t> THRIFT_OF_CLOCKS)
        )
        cdef Fault fault = FAULT_NONE
        self.clocks_age += 1
        self.memory_age += 1
        if everything or self.clocks_age >= clocks_every:
            fault = read_clocks(&self.machine, sample.counters, sample.gauges, &sample.flags)
            if fault != FAULT_NONE:
                self.clocks_age = clocks_every
                return fault
            self.clocks_age = 0
        else:
            sample.flags |= FLAG_CARRIED
        if everything or self.memory_age >= memory_every:
            fault = read_memory(&self.machine, sample.gauges)
            if fault != FAULT_NONE:
                self.memory_age = memory_every
                return fault
            self.memory_age = 0
        else:
            sample.flags |= FLAG_CARRIED_MEMORY
        return FAULT_NONE

    cdef void share(self) noexcept nogil:
        """The processors' busy and stolen shares since their clocks last moved.

        The clocks tick at 100 Hz; a tick that saw none of them move repeats what is known.
        """
        cdef uint64_t total = 0
        cdef uint64_t idle = 0
        cdef uint64_t stolen
        cdef int k
        for k in range(<int> CPU_STEAL + 1):
            total += self.sample.counters[k] - self.moved[k]
        if total and self.primed:
            idle = (
                self.sample.counters[<int> CPU_IDLE] - self.moved[<int> CPU_IDLE]
                + self.sample.counters[<int> CPU_IOWAIT] - self.moved[<int> CPU_IOWAIT]
            )
            stolen = self.sample.counters[<int> CPU_STEAL] - self.moved[<int> CPU_STEAL]
            self.busy = <int64_t> (<double> (total - idle) / <double> total * MILLION)
            self.stolen = <int64_t> (<double> stolen / <double> total * MILLION)
        if total:
            self.primed = True
            memcpy(self.moved, self.sample.counters, sizeof(self.moved))
        self.sample.gauges[<int> CPU_BUSY] = self.busy
        self.sample.gauges[<int> CPU_STOLEN] = self.stolen

    cdef void economise(self) noexcept nogil:
        """Reads less often when ticks are dear, more often when they are cheap."""
        cdef uint64_t used
        cdef uint64_t wall
        self.window_ticks += 1
        if self.window_ticks < WINDOW:
            return
        used = (self.sample.cpu_ns - self.window_cpu_ns) * CORE
        wall = self.sample.end_ns - self.window_ns
        if self.window_ns and used > wall * DEAR:
            self.thrift = min(self.thrift + 1, <uint64_t> MOST_THRIFT)
        elif self.window_ns and used < wall * CHEAP and self.thrift:
            self.thrift -= 1
        self.window_ticks = 0
        self.window_ns = self.sample.end_ns
        self.window_cpu_ns = self.sample.cpu_ns

    cdef void beat(self, uint64_t now_ns) noexcept nogil:
        store_relaxed(&self.line.cpu_ns, self.sample.cpu_ns)
        store_relaxed(&self.line.ticks, self.taken)
        store_release(&self.line.heartbeat_ns, now_ns)
