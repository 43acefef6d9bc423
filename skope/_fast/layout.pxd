# THE INVARIANT: every cache line in shared memory has exactly one writing process.
#
# Which process that is stands above each struct. A reader of a slot checks its `seq` before and
# after; a writer stores 0 there, fences, fills the slot and stores index + 1 with release.
# All fields are 8 bytes wide and every struct is a whole number of 64-byte lines; numpy dtypes
# are derived from these structs in layout.pyx and frozen per LAYOUT_VERSION by a test.

from libc.stdint cimport int64_t, uint64_t

cdef enum:
    CACHE_LINE = 64
    LEVELS = 3              # coarse archives above the fine ring
    MAX_WORKERS = 64
    NAME_BYTES = 800        # 200 characters of at most 4 bytes
    GROUP_BYTES = 1024      # of a control group's folder, its 0 included

# In a signed field: could not be had, which is never 0. UNAVAILABLE in Python.
cdef extern from *:
    """
    #define SKOPE_ABSENT INT64_MIN
    """
    const int64_t ABSENT "SKOPE_ABSENT"

# Cumulative kernel counters a tick reads, in ns or events.
cpdef enum Counter:
    CPU_USER
    CPU_NICE
    CPU_SYSTEM
    CPU_IDLE
    CPU_IOWAIT
    CPU_IRQ
    CPU_SOFTIRQ
    CPU_STEAL
    CPU_GUEST               # inside user already
    CPU_GUEST_NICE          # inside nice already
    CTX_SWITCHES
    FORKS
    N_COUNTERS

# Instantaneous values a tick reads, in bytes, counts or millionths.
cpdef enum Gauge:
    MEMORY_USED             # MemTotal - MemAvailable
    MEMORY_TOTAL
    MEMORY_ANON
    MEMORY_CACHED
    MEMORY_DIRTY
    SWAP_USED
    CPU_BUSY                # share of all processors since the tick before, millionths
    CPU_STOLEN              # likewise, steal
    TASKS_RUNNING
    TASKS_BLOCKED
    N_GAUGES

# Cumulative counters read only at the edges of a capture, beside the Counter ones.
cpdef enum EdgeCounter:
    DISK_READ_BYTES
    DISK_WRITE_BYTES
    NET_RX_BYTES
    NET_TX_BYTES
    PSI_CPU_NS
    PSI_MEMORY_NS
    PSI_IO_NS
    N_EDGE_COUNTERS

# What the slow lane reads about once a second.
cpdef enum SlowValue:
    SLOW_DISK_READ_BYTES
    SLOW_DISK_WRITE_BYTES
    SLOW_DISK_BUSY_MS
    SLOW_NET_RX_BYTES
    SLOW_NET_TX_BYTES
    SLOW_NET_DROPS
    SLOW_FAULTS
    SLOW_FAULTS_MAJOR
    SLOW_SWAP_IN_BYTES
    SLOW_SWAP_OUT_BYTES
    SLOW_OOM_KILLS
    SLOW_PSI_CPU_NS
    SLOW_PSI_MEMORY_NS
    SLOW_PSI_IO_NS
    SLOW_FREQUENCY_HZ       # mean over processors; UNAVAILABLE where nothing tells
    SLOW_THROTTLES          # thermal throttle events of all processors
    SLOW_PROCESSES
    SLOW_LOAD1_MILLI
    N_SLOW_VALUES

# Of a watched tree of processes, since it began, in ns, bytes or events. Its record has the shape
# of the machine's: these lie in `counters`, the next in `gauges`; what is beyond them is 0.
cpdef enum TreeCounter:
    TREE_CPU                # of all that live and of all that were waited for
    TREE_USER
    TREE_SYSTEM
    TREE_READ_BYTES         # UNAVAILABLE, as in a signed field, where /proc/<pid>/io is not ours
    TREE_WRITE_BYTES
    TREE_FAULTS_MAJOR
    TREE_SWITCHES
    TREE_WAIT               # ready to run, and no processor free
    TREE_BORN               # processes that were ever in it
    TREE_FORKED             # of those, told by the kernel; UNAVAILABLE where it tells nothing
    TREE_UNTOLD             # that ended and had not told all of their switches or their waiting
    N_TREE_COUNTERS

cpdef enum TreeGauge:
    TREE_RSS                # sum over its processes: what they share counts in each
    TREE_PSS                # what they share counts once; at the tick after a reading
    TREE_PROCESSES
    TREE_THREADS
    TREE_LARGEST            # RSS of its largest process
    TREE_BUSY               # processor time per time since the tick before, millionths of one
    TREE_PSS_RSS            # RSS when that PSS was read
    N_TREE_GAUGES

# Written by the supervisor before any child is started; constant afterwards.
cdef struct header_t:
    uint64_t magic
    uint64_t layout_version
    uint64_t total_bytes
    uint64_t period_ns
    uint64_t born_ns                # CLOCK_MONOTONIC
    uint64_t session                # random, names this start of Skope
    uint64_t ring_capacity          # power of two
    uint64_t slow_capacity
    uint64_t book_capacity
    uint64_t level_capacity[3]
    uint64_t level_width_ns[3]
    uint64_t supervisor_offset
    uint64_t children_offset
    uint64_t events_offset
    uint64_t ring_offset
    uint64_t level_offset[3]
    uint64_t slow_offset
    uint64_t book_offset
    uint64_t wishes_offset
    uint64_t trees_offset
    uint64_t tree_capacity          # how many trees can be watched at once
    uint64_t tree_bytes             # of each
    uint64_t tree_record            # where in it its record begins: a segment of its own
    uint64_t pad[3]

# Writer: the supervisor.
cdef struct supervisor_t:
    uint64_t heartbeat_ns
    uint64_t pid
    uint64_t sampler_restarts
    uint64_t front_restarts
    uint64_t publish_restarts
    uint64_t events                 # how many were ever written to the event ring
    uint64_t stopping
    uint64_t own_user               # ticks, of the children above that died, and of theirs: said
    uint64_t own_system             # before they are waited for
    uint64_t own_faults_major
    uint64_t pad[6]

# Writer: the supervisor. A ring of EVENTS; one per child that died, completed when it is back.
cdef struct event_t:
    uint64_t seq
    uint64_t role                   # a Role
    uint64_t worker
    uint64_t down_ns                # CLOCK_MONOTONIC: seen dead
    uint64_t up_ns                  # ready again; 0 until then
    int64_t status                  # as in Popen.returncode: -9 for SIGKILL
    uint64_t hung                   # 1: killed by the supervisor because its heartbeat stopped
    uint64_t pad

cpdef enum Role:
    ROLE_SAMPLER
    ROLE_PUBLISH
    ROLE_FRONT

# Writer: that child, and after its death its successor. Index 0 sampler, 1 publisher, 2+k worker k.
cdef struct child_t:
    uint64_t heartbeat_ns
    uint64_t pid
    uint64_t ready_ns               # 0 until it serves
    uint64_t epoch                  # 1 for the first start, one more for each successor
    uint64_t ticks                  # sampler: taken since its start; front: requests served
    uint64_t cpu_ns                 # its own CPU time, all threads, refreshed with the heartbeat
    uint64_t slow_heartbeat_ns      # sampler: the slow lane's
    uint64_t pad

# Writer: the sampler. One before the slots of the ring, of each archive and of the slow lane.
cdef struct cursor_t:
    uint64_t next                   # index of the slot to be written next; slots below are whole
    uint64_t capacity
    uint64_t width_ns               # archives: the grid; ring: the period
    uint64_t pad[5]

# Writer: the sampler.
cdef struct sample_t:
    uint64_t seq
    uint64_t begin_ns               # CLOCK_MONOTONIC before the first read: the tick's instant
    uint64_t end_ns                 # after the last read
    uint64_t late_ns                # begin_ns - deadline
    uint64_t missed                 # grid slots skipped just before this one
    uint64_t epoch                  # of the sampler that took it
    uint64_t counters[12]
    int64_t gauges[10]
    uint64_t cpu_ns                 # the sampler's own CPU time, all threads and all epochs
    uint64_t flags                  # SampleFlag bits
    uint64_t pad[2]

# What was unusual about one reading.
cpdef enum SampleFlag:
    FLAG_LATE = 1                   # begun over one period after its deadline
    FLAG_CLAMPED = 2                # a counter went backwards and was held at its last value
    FLAG_LAST = 4                   # taken off the grid, on the way out
    FLAG_CARRIED = 8                # /proc/stat was not read: its values are the tick before's
    FLAG_GROUP = 16                 # a tree's: its CPU is what its control group's cpu.stat says
    FLAG_CARRIED_MEMORY = 32        # /proc/meminfo was not read: as with FLAG_CARRIED

# A stretch of the record folded into one row: an archive slot, or the head of an open capture.
cdef struct fold_t:
    uint64_t first_ns               # begin_ns of its first and last tick
    uint64_t last_ns
    uint64_t taken                  # ticks
    uint64_t missed
    uint64_t late                   # ticks over one period late
    uint64_t max_gap_ns             # the longest time between two ticks that ends here
    uint64_t max_gap_at_ns          # the tick it ends at
    uint64_t epoch_first
    uint64_t epoch_last
    uint64_t cpu_ns                 # the sampler's own, at the last tick
    uint64_t counters[12]           # at the last tick
    double weight_ns                # what its ticks stand for: each the time since the one before
    int64_t low[10]                 # per Gauge; UNAVAILABLE when no tick had it
    int64_t high[10]
    double weighted[10]             # mean * weight_ns; the mean is `low` where weight_ns is 0
    uint64_t clamped                # ticks with FLAG_CLAMPED
    uint64_t pad[2]

# Writer: the sampler. Slot `index` of a level covers [start_ns, start_ns + width).
cdef struct coarse_t:
    uint64_t seq
    uint64_t start_ns
    uint64_t pad[6]
    fold_t fold

# Writer: the sampler's slow lane.
cdef struct slow_t:
    uint64_t seq
    uint64_t begin_ns
    uint64_t end_ns
    uint64_t epoch
    int64_t values[18]              # UNAVAILABLE where it could not be had
    uint64_t flags                  # SampleFlag bits
    uint64_t pad

# The machine at one instant, as a front worker read it.
cdef struct edge_t:
    uint64_t monotonic_ns           # before the first read
    uint64_t realtime_ns
    uint64_t boottime_ns
    uint64_t counters[12]
    int64_t gauges[10]
    int64_t extra[7]                # EdgeCounter; UNAVAILABLE where it could not be had
    uint64_t front_cpu_ns           # this front worker's own CPU time
    uint64_t sampler_cpu_ns         # from the sampler's line
    uint64_t flags                  # SampleFlag bits
    uint64_t pad[5]

# What of an open capture the fine ring may no longer hold: [start, end_ns), folded.
cdef struct head_t:
    uint64_t end_ns
    uint64_t level                  # the rest is on the grid of archive level `level`
    uint64_t pad[6]
    fold_t fold

# Writer: the one front worker that takes signals. `state` is stored last, with release.
cdef struct book_t:
    uint64_t state                  # a BookState
    uint64_t generation             # how often this entry was used
    uint64_t start_ns               # CLOCK_MONOTONIC
    uint64_t refused                # second starts that got 409
    uint64_t kind                   # a CaptureKind
    uint64_t run                    # the runner's launch it belongs to
    uint64_t warmup                 # 1: of a warm-up launch; nothing of it is kept
    uint64_t signals                # CAPTURE_SCRIPT: starts of the tag during this launch
    uint64_t front_pid              # who opened it
    uint64_t name_bytes
    uint64_t module_bytes
    uint64_t has_module
    uint64_t head_turn              # 0: no head; else even or odd: that one holds. Stored last
    uint64_t committed              # entry 0: how many entries were ever allocated
    uint64_t done                   # 0 while it runs; then 1 + runs it added (others: its run)
    uint64_t tree                   # 0: the machine; else 1 + the tree that is its subject
    uint64_t tree_turn              # as `head_turn`, for the heads of the tree's record
    uint64_t subject_bytes
    uint64_t pad[6]
    edge_t start                    # up to the name's first bytes each start writes: one page
    char subject[256]
    char name[800]
    char module[800]
    sample_t tree_start             # of the tree's record, at or before the start
    head_t head_even                # the two are written in turn, so one is always whole
    head_t head_odd
    head_t tree_even
    head_t tree_odd

# Writer: the front worker that takes signals. Which tree is to be watched; `seq` is stored last.
cdef struct wish_t:
    uint64_t seq                    # how many wishes were made here; even: watch nothing
    uint64_t pid                    # its first process; 0: whoever is in `group`
    uint64_t started                # that one's start, in the kernel's ticks after boot
    uint64_t reaper                 # who reaps its orphans and is no part of it; 0: nobody of ours
    uint64_t pad[4]
    char group[1024]                # its control group's folder, ended by 0; empty: it has none

# Writer: the same. `count` moves with every wish: one word to look at in a tick.
cdef struct wishes_t:
    uint64_t count
    uint64_t pad[7]

# Writer: the sampler.
cdef struct answer_t:
    uint64_t seq                    # of the wish that is served
    uint64_t status                 # a TreeStatus
    uint64_t since_ns               # its first tick
    uint64_t turn                   # odd while the members are being written
    uint64_t members
    uint64_t rss_peak               # bytes, since the wish
    uint64_t rss                    # at the last tick
    uint64_t growth                 # odd while it grows to a new peak; even once it has settled
    uint64_t kept[12]               # what left the tree unseen by its sums, by TreeCounter
    uint64_t reaped[4]              # waited for by the reaper before: user, system, major faults
    uint64_t pids[512]              # of the members, the eldest first; more are not told

cpdef enum TreeStatus:
    TREE_NONE
    TREE_WATCHED
    TREE_GONE                       # none of it lives any more

cpdef enum BookState:
    BOOK_FREE
    BOOK_OPEN

cpdef enum CaptureKind:
    CAPTURE_NAMED                   # by /start?name=
    CAPTURE_TAG                     # the runner's tag, by an unnamed /start
    CAPTURE_SCRIPT                  # the whole script, held in reserve
