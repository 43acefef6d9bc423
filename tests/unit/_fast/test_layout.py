"""The bytes of shared memory, frozen per LAYOUT_VERSION."""

import pytest

from skope._fast import (
    COUNTERS,
    EDGE_COUNTERS,
    GAUGES,
    SIZES,
    SLOW_VALUES,
    UNAVAILABLE,
    dtype,
)
from skope._fast.layout import LAYOUT_VERSION, LINE_BYTES

OFFSETS = {
    "cursor": {"next": 0, "capacity": 8, "width_ns": 16},
    "sample": {
        "seq": 0,
        "begin_ns": 8,
        "end_ns": 16,
        "late_ns": 24,
        "missed": 32,
        "epoch": 40,
        "counters": 48,
        "gauges": 144,
        "cpu_ns": 224,
        "flags": 232,
    },
    "fold": {
        "first_ns": 0,
        "last_ns": 8,
        "taken": 16,
        "missed": 24,
        "late": 32,
        "max_gap_ns": 40,
        "max_gap_at_ns": 48,
        "epoch_first": 56,
        "epoch_last": 64,
        "cpu_ns": 72,
        "counters": 80,
        "weight_ns": 176,
        "low": 184,
        "high": 264,
        "weighted": 344,
        "clamped": 424,
    },
    "coarse": {"seq": 0, "start_ns": 8, "fold": 64},
    "slow": {"seq": 0, "begin_ns": 8, "end_ns": 16, "epoch": 24, "values": 32, "flags": 176},
    "edge": {
        "monotonic_ns": 0,
        "realtime_ns": 8,
        "boottime_ns": 16,
        "counters": 24,
        "gauges": 120,
        "extra": 200,
        "front_cpu_ns": 256,
        "sampler_cpu_ns": 264,
        "flags": 272,
    },
    "child": {
        "heartbeat_ns": 0,
        "pid": 8,
        "ready_ns": 16,
        "epoch": 24,
        "ticks": 32,
        "cpu_ns": 40,
        "slow_heartbeat_ns": 48,
    },
    "supervisor": {"heartbeat_ns": 0, "pid": 8, "sampler_restarts": 16, "own_user": 56},
    "event": {"seq": 0, "role": 8, "worker": 16, "down_ns": 24, "up_ns": 32, "status": 40},
    "header": {"magic": 0, "layout_version": 8, "total_bytes": 16, "period_ns": 24, "born_ns": 32},
    "book": {
        "state": 0,
        "generation": 8,
        "start_ns": 16,
        "tree": 120,
        "tree_turn": 128,
        "start": 192,
        "subject": 512,
        "name": 768,
        "module": 1568,
        "tree_start": 2368,
        "head_even": 2624,
    },
    "wish": {"seq": 0, "pid": 8, "started": 16, "reaper": 24, "group": 64},
    "wishes": {"count": 0},
    "answer": {
        "seq": 0,
        "status": 8,
        "since_ns": 16,
        "turn": 24,
        "members": 32,
        "rss_peak": 40,
        "rss": 48,
        "growth": 56,
        "kept": 64,
        "reaped": 160,
        "pids": 192,
    },
}
BYTES = {
    "header": 256,
    "supervisor": 128,
    "event": 64,
    "child": 64,
    "cursor": 64,
    "sample": 256,
    "fold": 448,
    "coarse": 512,
    "slow": 192,
    "edge": 320,
    "wish": 1088,
    "wishes": 64,
    "answer": 4288,
}


def test_this_is_layout_five():
    """Another layout needs another version, and the numbers below frozen anew."""
    assert LAYOUT_VERSION == 5


@pytest.mark.parametrize(
    ("struct", "field", "offset"),
    [(struct, field, at) for struct, fields in OFFSETS.items() for field, at in fields.items()],
)
def test_a_field_stays_where_it_is(struct, field, offset):
    assert dtype(struct).fields[field][1] == offset


@pytest.mark.parametrize(("struct", "size"), BYTES.items())
def test_a_struct_keeps_its_size(struct, size):
    assert dtype(struct).itemsize == SIZES[struct] == size


@pytest.mark.parametrize("struct", SIZES)
def test_a_struct_is_whole_cache_lines(struct):
    assert SIZES[struct] % LINE_BYTES == 0
    assert dtype(struct).itemsize == SIZES[struct]


@pytest.mark.parametrize("struct", sorted(set(SIZES) - {"book", "wish"}))
def test_every_word_has_eight_bytes(struct):
    words = [kind.base for kind, *_ in dtype(struct).fields.values() if not kind.base.fields]
    assert {word.itemsize for word in words} == {8}


@pytest.mark.parametrize(
    ("struct", "field", "names"),
    [
        ("sample", "counters", COUNTERS),
        ("sample", "gauges", GAUGES),
        ("fold", "counters", COUNTERS),
        ("fold", "low", GAUGES),
        ("fold", "high", GAUGES),
        ("fold", "weighted", GAUGES),
        ("edge", "counters", COUNTERS),
        ("edge", "gauges", GAUGES),
        ("edge", "extra", EDGE_COUNTERS),
        ("slow", "values", SLOW_VALUES),
    ],
)
def test_an_array_is_as_long_as_its_names(struct, field, names):
    assert dtype(struct).fields[field][0].shape == (len(names),)


def test_unavailable_is_the_least_of_all():
    assert UNAVAILABLE == -(2**63)


def test_an_unknown_struct_has_no_dtype():
    with pytest.raises(KeyError):
        dtype("nothing")
