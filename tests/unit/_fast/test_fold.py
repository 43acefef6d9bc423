"""A fold is what the ticks it stands for say, however they were put together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope._fast import FLAGS, GAUGES, UNAVAILABLE, Fold, dtype, fold_samples, merge_folds

TICK = st.tuples(
    st.integers(0, 50),
    st.integers(-(10**6), 10**6),
    st.integers(0, 3),
    st.sampled_from([0, FLAGS["late"], FLAGS["clamped"], FLAGS["late"] | FLAGS["clamped"]]),
)


def rows_of(sample_at, ticks, start=100):
    rows = np.zeros(len(ticks), dtype("sample"))
    instant = start
    for k, (gap, value, missed, flags) in enumerate(ticks):
        instant += gap
        rows[k] = sample_at(
            instant,
            gauges=[value, k - 7, k],
            counters=[k * 10, k],
            missed=missed,
            flags=flags,
            epoch=1 + k // 3,
            cpu_ns=k * 5,
        )
    return rows


def alike(one, other):
    """Equal in all that is exact, close in what was added up in another order."""
    for name in one.dtype.names:
        if name in {"weighted", "weight_ns"}:
            assert np.allclose(one[name], other[name], rtol=1e-12, atol=1e-3), name
        else:
            assert np.array_equal(one[name], other[name]), name


@given(ticks=st.lists(TICK, min_size=1, max_size=20), lead=st.integers(0, 40))
def test_a_fold_is_the_brute_force_one(sample_at, ticks, lead):
    rows = rows_of(sample_at, ticks)
    since = 100 - lead
    fold = fold_samples(rows, since)
    spans = np.diff(rows["begin_ns"].astype(np.int64), prepend=since)
    assert (fold["first_ns"], fold["last_ns"]) == (rows["begin_ns"][0], rows["begin_ns"][-1])
    assert fold["taken"] == len(rows)
    assert fold["missed"] == rows["missed"].sum()
    assert fold["late"] == np.count_nonzero(rows["flags"] & FLAGS["late"])
    assert fold["clamped"] == np.count_nonzero(rows["flags"] & FLAGS["clamped"])
    assert fold["max_gap_ns"] == spans.max()
    if spans.max():
        assert fold["max_gap_at_ns"] == rows["begin_ns"][spans.argmax()]
    assert (fold["epoch_first"], fold["epoch_last"]) == (rows["epoch"][0], rows["epoch"][-1])
    assert fold["cpu_ns"] == rows["cpu_ns"][-1]
    assert np.array_equal(fold["counters"], rows["counters"][-1])
    assert fold["weight_ns"] == spans.sum()
    assert np.array_equal(fold["low"], rows["gauges"].min(axis=0))
    assert np.array_equal(fold["high"], rows["gauges"].max(axis=0))
    assert np.allclose(fold["weighted"], spans @ rows["gauges"], rtol=1e-12)


@given(ticks=st.lists(TICK, max_size=20), cuts=st.lists(st.integers(0, 20), max_size=4))
def test_the_merge_of_any_split_is_the_whole(sample_at, ticks, cuts):
    rows = rows_of(sample_at, ticks)
    whole = fold_samples(rows, 90)
    merged, since = fold_samples(rows[:0], 90), 90
    for part in np.split(rows, sorted(min(cut, len(rows)) for cut in cuts)):
        merged = merge_folds(merged, fold_samples(part, since))
        since = int(part["begin_ns"][-1]) if len(part) else since
    alike(merged, whole)


def test_no_ticks_are_an_empty_row(sample_at):
    fold = fold_samples(np.zeros(0, dtype("sample")), 5)
    assert fold.shape == ()
    assert fold["taken"] == 0
    assert fold.tobytes() == bytes(fold.nbytes)


def test_an_empty_row_merges_to_the_other(sample_at):
    rows = rows_of(sample_at, [(5, 7, 0, 0), (5, 9, 1, 0)])
    full, empty = fold_samples(rows, 90), fold_samples(rows[:0], 90)
    alike(merge_folds(empty, full), full)
    alike(merge_folds(full, empty), full)


def mean_of(fold, gauge):
    return fold["weighted"][gauge] / fold["weight_ns"]


@pytest.mark.parametrize("order", [(UNAVAILABLE, 40), (40, UNAVAILABLE)])
def test_what_is_unavailable_at_times_takes_no_part(sample_at, order):
    rows = rows_of(sample_at, [(10, value, 0, 0) for value in order])
    fold = fold_samples(rows, 100)
    assert (fold["low"][0], fold["high"][0]) == (40, 40)
    assert mean_of(fold, 0) == pytest.approx(40)
    parts = merge_folds(fold_samples(rows[:1], 100), fold_samples(rows[1:], 110))
    alike(parts, fold)


def test_what_is_never_available_stays_so(sample_at):
    rows = np.zeros(2, dtype("sample"))
    rows["begin_ns"] = [110, 120]
    rows["gauges"] = UNAVAILABLE
    fold = merge_folds(fold_samples(rows[:1], 100), fold_samples(rows[1:], 110))
    assert list(fold["low"]) == list(fold["high"]) == [UNAVAILABLE] * len(GAUGES)


def test_a_column_of_the_archive_folds_too(sample_at):
    """A fold taken out of an array of coarse rows is strided."""
    coarse = np.zeros(2, dtype("coarse"))
    coarse["fold"][0] = fold_samples(rows_of(sample_at, [(5, 7, 0, 0)]), 90)
    coarse["fold"][1] = fold_samples(rows_of(sample_at, [(15, 9, 0, 0)]), 105)
    both = merge_folds(coarse["fold"][0], coarse["fold"][1])
    assert (both["taken"], both["low"][0], both["high"][0]) == (2, 7, 9)


@given(ticks=st.lists(TICK, min_size=1, max_size=20), lead=st.integers(0, 99))
def test_one_that_is_read_says_what_the_row_says(sample_at, ticks, lead):
    rows, since = rows_of(sample_at, ticks), 100 - lead
    row = fold_samples(rows, since)
    for fold in (Fold(row), Fold.of_samples(rows, since)):
        for name in ("taken", "late", "first_ns", "last_ns", "max_gap_ns", "weight_ns"):
            assert getattr(fold, name) == row[name]
        assert fold.restarts == row["epoch_last"] - row["epoch_first"]
        for gauge in range(len(GAUGES)):
            read = (fold.low(gauge), fold.high(gauge), fold.weighted(gauge))
            assert read == (row["low"][gauge], row["high"][gauge], row["weighted"][gauge])
    with pytest.raises(IndexError):
        fold.high(len(GAUGES))
    with pytest.raises(ValueError, match="one row"):
        Fold(np.zeros(2, dtype("fold")))
    assert Fold().taken == 0
