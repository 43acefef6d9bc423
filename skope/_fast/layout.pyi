from enum import IntFlag
from typing import Final

import numpy as np

MAGIC: Final[int]
LAYOUT_VERSION: Final[int]
UNAVAILABLE: Final[int]
FLAGS: Final[dict[str, int]]
LINE_BYTES: Final[int]
ARCHIVE_LEVELS: Final[int]
WORKERS_MAX: Final[int]
NAME_BYTES_MAX: Final[int]
EVENTS: Final[int]
SIZES: Final[dict[str, int]]
COUNTERS: Final[tuple[str, ...]]
GAUGES: Final[tuple[str, ...]]
EDGE_COUNTERS: Final[tuple[str, ...]]
SLOW_VALUES: Final[tuple[str, ...]]
TREE_COUNTERS: Final[tuple[str, ...]]
TREE_GAUGES: Final[tuple[str, ...]]

def dtype(name: str) -> np.dtype[np.void]: ...

class BookState(IntFlag):
    BOOK_FREE = 0
    BOOK_OPEN = 1

class CaptureKind(IntFlag):
    CAPTURE_NAMED = 0
    CAPTURE_TAG = 1
    CAPTURE_SCRIPT = 2

class Counter(IntFlag):
    CPU_USER = 0
    CPU_NICE = 1
    CPU_SYSTEM = 2
    CPU_IDLE = 3
    CPU_IOWAIT = 4
    CPU_IRQ = 5
    CPU_SOFTIRQ = 6
    CPU_STEAL = 7
    CPU_GUEST = 8
    CPU_GUEST_NICE = 9
    CTX_SWITCHES = 10
    FORKS = 11
    N_COUNTERS = 12

class EdgeCounter(IntFlag):
    DISK_READ_BYTES = 0
    DISK_WRITE_BYTES = 1
    NET_RX_BYTES = 2
    NET_TX_BYTES = 3
    PSI_CPU_NS = 4
    PSI_MEMORY_NS = 5
    PSI_IO_NS = 6
    N_EDGE_COUNTERS = 7

class Gauge(IntFlag):
    MEMORY_USED = 0
    MEMORY_TOTAL = 1
    MEMORY_ANON = 2
    MEMORY_CACHED = 3
    MEMORY_DIRTY = 4
    SWAP_USED = 5
    CPU_BUSY = 6
    CPU_STOLEN = 7
    TASKS_RUNNING = 8
    TASKS_BLOCKED = 9
    N_GAUGES = 10

class Role(IntFlag):
    ROLE_SAMPLER = 0
    ROLE_PUBLISH = 1
    ROLE_FRONT = 2

class SampleFlag(IntFlag):
    FLAG_LATE = 1
    FLAG_CLAMPED = 2
    FLAG_LAST = 4
    FLAG_CARRIED = 8
    FLAG_GROUP = 16
    FLAG_CARRIED_MEMORY = 32

class SlowValue(IntFlag):
    SLOW_DISK_READ_BYTES = 0
    SLOW_DISK_WRITE_BYTES = 1
    SLOW_DISK_BUSY_MS = 2
    SLOW_NET_RX_BYTES = 3
    SLOW_NET_TX_BYTES = 4
    SLOW_NET_DROPS = 5
    SLOW_FAULTS = 6
    SLOW_FAULTS_MAJOR = 7
    SLOW_SWAP_IN_BYTES = 8
    SLOW_SWAP_OUT_BYTES = 9
    SLOW_OOM_KILLS = 10
    SLOW_PSI_CPU_NS = 11
    SLOW_PSI_MEMORY_NS = 12
    SLOW_PSI_IO_NS = 13
    SLOW_FREQUENCY_HZ = 14
    SLOW_THROTTLES = 15
    SLOW_PROCESSES = 16
    SLOW_LOAD1_MILLI = 17
    N_SLOW_VALUES = 18

class TreeCounter(IntFlag):
    TREE_CPU = 0
    TREE_USER = 1
    TREE_SYSTEM = 2
    TREE_READ_BYTES = 3
    TREE_WRITE_BYTES = 4
    TREE_FAULTS_MAJOR = 5
    TREE_SWITCHES = 6
    TREE_WAIT = 7
    TREE_BORN = 8
    TREE_FORKED = 9
    TREE_UNTOLD = 10
    N_TREE_COUNTERS = 11

class TreeGauge(IntFlag):
    TREE_RSS = 0
    TREE_PSS = 1
    TREE_PROCESSES = 2
    TREE_THREADS = 3
    TREE_LARGEST = 4
    TREE_BUSY = 5
    TREE_PSS_RSS = 6
    N_TREE_GAUGES = 7

class TreeStatus(IntFlag):
    TREE_NONE = 0
    TREE_WATCHED = 1
    TREE_GONE = 2
