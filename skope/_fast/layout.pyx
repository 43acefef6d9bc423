"""The numpy dtypes and sizes of shared memory, derived from the C structs of layout.pxd.

Nothing here is typed twice: a dtype is what the compiler made of the struct. numpy is imported
only when a dtype is asked for, so the sampler can read sizes and names without it, and a front
worker an edge's words.
"""

from skope._fast.layout cimport (
    CACHE_LINE, LEVELS, MAX_WORKERS, NAME_BYTES,
    answer_t, book_t, child_t, coarse_t, cursor_t, edge_t, event_t, fold_t, header_t, sample_t,
    slow_t, supervisor_t, wish_t, wishes_t,
)

MAGIC = 0x45504F4B53  # "SKOPE", little-endian
LAYOUT_VERSION = 5
UNAVAILABLE = -(1 << 63)
FLAGS = {
    "late": int(FLAG_LATE),
    "clamped": int(FLAG_CLAMPED),
    "last": int(FLAG_LAST),
    "carried": int(FLAG_CARRIED),
    "group": int(FLAG_GROUP),
    "carried_memory": int(FLAG_CARRIED_MEMORY),
}
LINE_BYTES = CACHE_LINE
ARCHIVE_LEVELS = LEVELS
WORKERS_MAX = MAX_WORKERS
NAME_BYTES_MAX = NAME_BYTES
EVENTS = 128

SIZES = {
    "header": sizeof(header_t),
    "supervisor": sizeof(supervisor_t),
    "event": sizeof(event_t),
    "child": sizeof(child_t),
    "cursor": sizeof(cursor_t),
    "sample": sizeof(sample_t),
    "fold": sizeof(fold_t),
    "coarse": sizeof(coarse_t),
    "slow": sizeof(slow_t),
    "edge": sizeof(edge_t),
    "book": sizeof(book_t),
    "wish": sizeof(wish_t),
    "wishes": sizeof(wishes_t),
    "answer": sizeof(answer_t),
}

_dtypes = {}


def _names(members):
    return tuple(member.name.lower() for member in members if not member.name.startswith("N_"))


COUNTERS = _names(Counter)
GAUGES = _names(Gauge)
EDGE_COUNTERS = _names(EdgeCounter)
SLOW_VALUES = tuple(name.removeprefix("slow_") for name in _names(SlowValue))
TREE_COUNTERS = tuple(name.removeprefix("tree_") for name in _names(TreeCounter))
TREE_GAUGES = tuple(name.removeprefix("tree_") for name in _names(TreeGauge))


def dtype(str name):
    """The numpy dtype of struct `name`: ``"sample"`` is sample_t. `KeyError` for an unknown one."""
    if not _dtypes:
        _derive()
    return _dtypes[name]


def _derive():
    import numpy as np
    cdef header_t header
    cdef supervisor_t supervisor
    cdef event_t event
    cdef child_t child
    cdef cursor_t cursor
    cdef sample_t sample
    cdef fold_t fold
    cdef coarse_t coarse
    cdef slow_t slow
    cdef edge_t edge
    cdef book_t book
    cdef wish_t wish
    cdef wishes_t wishes
    cdef answer_t answer
    _dtypes["header"] = np.asarray(<header_t[:1]> &header).dtype
    _dtypes["supervisor"] = np.asarray(<supervisor_t[:1]> &supervisor).dtype
    _dtypes["event"] = np.asarray(<event_t[:1]> &event).dtype
    _dtypes["child"] = np.asarray(<child_t[:1]> &child).dtype
    _dtypes["cursor"] = np.asarray(<cursor_t[:1]> &cursor).dtype
    _dtypes["sample"] = np.asarray(<sample_t[:1]> &sample).dtype
    _dtypes["fold"] = np.asarray(<fold_t[:1]> &fold).dtype
    _dtypes["coarse"] = np.asarray(<coarse_t[:1]> &coarse).dtype
    _dtypes["slow"] = np.asarray(<slow_t[:1]> &slow).dtype
    _dtypes["edge"] = np.asarray(<edge_t[:1]> &edge).dtype
    _dtypes["book"] = np.asarray(<book_t[:1]> &book).dtype
    _dtypes["wish"] = np.asarray(<wish_t[:1]> &wish).dtype
    _dtypes["wishes"] = np.asarray(<wishes_t[:1]> &wishes).dtype
    _dtypes["answer"] = np.asarray(<answer_t[:1]> &answer).dtype
