"""The machine's counters at one instant: what a capture's start and stop are made of."""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memset
from posix.time cimport CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME
from posix.unistd cimport _SC_CLK_TCK, sysconf

from skope._fast.clocks cimport CLOCK_BOOTTIME, NS_PER_S, clock_ns
from skope._fast.control cimport Header
from skope._fast.fences cimport load_acquire, load_relaxed
from skope._fast.layout cimport (
    ABSENT, CPU_BUSY, CPU_STOLEN, DISK_READ_BYTES, DISK_WRITE_BYTES, FLAG_CLAMPED, N_COUNTERS,
    N_EDGE_COUNTERS, NET_RX_BYTES, NET_TX_BYTES, PSI_CPU_NS, child_t, edge_t, sample_t,
)
from skope._fast.machine cimport (
    FAULT_NONE, Fault, raise_fault, read_clocks, read_memory, text_of,
)
from skope._fast.procfile cimport drop, read_record, read_records
from skope._fast.procparse cimport scan_diskstats, scan_net_dev, scan_pressure, text_t
from skope._fast.slots cimport open_slots, slots_t, take

cdef enum:
    PRESSURES = 3


cdef class EdgeReader:
    """Reads the machine through descriptors that stay open and stay the caller's.

    `disks` are the names of the disks that count, each ended by a newline. A descriptor of -1 is a
    file that is not there: its values are UNAVAILABLE. `sources` is /proc/stat, meminfo, diskstats,
    net/dev and the three of pressure.
    """

    def __cinit__(self, const unsigned char[::1] view, sources, bytes disks):
        cdef Header header = Header(view)
        cdef slots_t ring = open_slots(
            view, header.at.ring_offset, header.at.ring_capacity, sizeof(sample_t)
        )
        cdef uint64_t end = load_acquire(&ring.cursor.next)
        cdef sample_t newest
        cdef int k
        self.view = view
        self.sampler = <const child_t *> &view[header.at.children_offset]
        self.machine.ns_per_tick = NS_PER_S // sysconf(_SC_CLK_TCK)
        self.machine.stat.fd, self.machine.meminfo.fd = sources[0], sources[1]
        self.diskstats.fd, self.net_dev.fd = sources[2], sources[3]
        for k in range(PRESSURES):
            self.pressure[k].fd = sources[4 + k]
        self.disks = disks
        # A successor of a front worker must not fall behind what was seen before it.
        if end and take(&ring, end - 1, <uint64_t *> &newest):
            for k in range(<int> N_COUNTERS):
                self.machine.last[k] = newest.counters[k]

    def __dealloc__(self):
        cdef int k
        drop(&self.machine.stat)
        drop(&self.machine.meminfo)
        drop(&self.diskstats)
        drop(&self.net_dev)
        for k in range(PRESSURES):
            drop(&self.pressure[k])

    def count_disks(self, bytes disks):
        """Counts these disks from now on."""
        self.disks = disks

    def read(self, uint64_t now_ns=0):
        """The bytes of one edge_t. `now_ns` is its instant; 0 looks at the clock.

        Raises `OSError` or `ValueError` when /proc/stat or meminfo cannot be read or understood.
        """
        cdef edge_t edge
        cdef Fault fault
        memset(&edge, 0, sizeof(edge_t))
        edge.monotonic_ns = now_ns if now_ns else clock_ns(CLOCK_MONOTONIC)
        edge.realtime_ns = clock_ns(CLOCK_REALTIME)
        edge.boottime_ns = clock_ns(CLOCK_BOOTTIME)
        fault = read_clocks(&self.machine, edge.counters, edge.gauges, &edge.flags)
        if fault == FAULT_NONE:
            fault = read_memory(&self.machine, edge.gauges)
        if fault != FAULT_NONE:
            raise_fault(fault, self.machine.error)
        # Shares are of a time, and an edge is an instant.
        edge.gauges[<int> CPU_BUSY] = edge.gauges[<int> CPU_STOLEN] = ABSENT
        self.read_extra(&edge)
        self.hold(&edge)
        edge.front_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID)
        edge.sampler_cpu_ns = load_relaxed(&self.sampler.cpu_ns)
        return (<const char *> &edge)[:sizeof(edge_t)]

    cdef void read_extra(self, edge_t *edge) noexcept:
        """What only an edge reads. A file that fails now is unavailable now."""
        cdef int64_t values[3]
        cdef text_t disks
        cdef int k
        disks.at = self.disks
        disks.end = disks.at + len(self.disks)
        for k in range(<int> N_EDGE_COUNTERS):
            edge.extra[k] = ABSENT
        if (
            self.diskstats.fd >= 0 and read_records(&self.diskstats) == 0
            and scan_diskstats(text_of(&self.diskstats), disks, values, &self.disk_lines)
        ):
            edge.extra[<int> DISK_READ_BYTES] = values[0]
            edge.extra[<int> DISK_WRITE_BYTES] = values[1]
        if (
            self.net_dev.fd >= 0 and read_records(&self.net_dev) == 0
            and scan_net_dev(text_of(&self.net_dev), values)
        ):
            edge.extra[<int> NET_RX_BYTES] = values[0]
            edge.extra[<int> NET_TX_BYTES] = values[1]
        for k in range(PRESSURES):
            if (
                self.pressure[k].fd >= 0 and read_record(&self.pressure[k]) == 0
                and scan_pressure(text_of(&self.pressure[k]), &values[0])
            ):
                edge.extra[<int> PSI_CPU_NS + k] = values[0]

    cdef void hold(self, edge_t *edge) noexcept:
        """Holds what went backwards: a disk or an interface that left took its counts along."""
        cdef int k
        for k in range(<int> N_EDGE_COUNTERS):
            if edge.extra[k] == ABSENT:
                continue
            if edge.extra[k] < self.last[k]:
                edge.extra[k] = self.last[k]
                edge.flags |= FLAG_CLAMPED
            self.last[k] = edge.extra[k]
