import struct
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skope._fast import (
    FIRST_BUCKET,
    LAST_BUCKET,
    SLOTS_PER_OCTAVE,
    Batch,
    Page,
    Tally,
    area_bytes,
    bucket_of,
    dump_tally,
    load_tally,
    rows_of,
)

ONE = 1 << 128
NAMES = 8
ROWS_OFFSET = struct.Struct("<8Q")
ROW_BYTES = 512


def tally(names=NAMES, commit=None, view=None):
    view = bytearray(area_bytes(names)) if view is None else view
    Page(view).format(names)
    return Tally(view, names, commit, seed=7)


def count(into, rows):
    batch = Batch(into.seed)
    for name, time, memory in rows:
        batch.add(name, time, memory, b"\n")
    into.add_names(into.prepare(batch))
    assert into.prepare(batch) == []
    into.apply(batch)
    return into


def fixed(value):
    """The nearest multiple of 2^-128, ties to even."""
    scaled = Fraction(value) * ONE
    low = scaled.numerator // scaled.denominator
    rest = scaled - low
    return low + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1))


times = st.floats(0, 1e9) | st.floats(0, 1e-3) | st.floats(0, 1e-20, allow_subnormal=True)
memories = st.floats(-1e9, 1e9) | st.floats(-1e-20, 1e-20)
recorded = st.lists(st.tuples(st.sampled_from([b"a", b"b", "é".encode()]), times, memories))


# -- sums and extremes --


@given(recorded)
@example([(b"a", 2.0**-129, 0.0), (b"a", 3 * 2.0**-129, -(2.0**-129)), (b"a", 5e-324, 0.0)])
@example([(b"a", 1e9, -1e9)] * 50)
@example([(b"a", 1e-6, 0.1)])
def test_sums_and_extremes_are_exact(rows):
    seen = {row[0]: row[1:] for row in rows_of(count(tally(), rows))}
    assert set(seen) == {name.decode() for name, _, _ in rows}
    for name, (n, time, memory, low, high, zeros, runs) in seen.items():
        mine = [row for row in rows if row[0].decode() == name]
        assert n == len(mine)
        assert time == sum(fixed(row[1]) for row in mine)
        assert memory == sum(fixed(row[2]) for row in mine)
        assert (low, high) == (min(r[1] for r in mine), max(r[1] for r in mine))
        assert zeros == sum(row[1] == 0 for row in mine)
        assert zeros + sum(sum(counts) for _, counts in runs) == n


@given(st.lists(st.floats(2.0**-76, 1e9)))
def test_from_2_to_the_minus_76_on_nothing_is_rounded_at_all(values):
    seen = rows_of(count(tally(), [(b"a", value, 0.0) for value in values]))
    total = seen[0][2] if seen else 0
    assert Fraction(total, ONE) == sum(map(Fraction, values))


# -- buckets --


@given(st.floats(2.0**-66, 2.0**30, exclude_min=True))
@example(1.0)
@example(2.0**30)
@example(2.0 ** (1 / 64))
def test_a_value_lies_in_its_bucket(value):
    bucket = bucket_of(value)
    with localcontext() as context:
        context.prec = 60
        low = Decimal(2) ** (Decimal(bucket) / SLOTS_PER_OCTAVE)
        high = Decimal(2) ** (Decimal(bucket + 1) / SLOTS_PER_OCTAVE)
        assert low < Decimal(value) <= high or Decimal(value).compare(high) == 0


@pytest.mark.parametrize("slot", range(64))
def test_every_edge_is_where_it_belongs(slot):
    """The two doubles around 2^(slot/64) fall on its two sides; the edge itself below."""
    with localcontext() as context:
        context.prec = 60
        edge = Decimal(2) ** (Decimal(slot) / 64)
    below = float(edge)
    bits = struct.unpack("<Q", struct.pack("<d", below))[0]
    if Decimal(below) > edge:
        bits -= 1
    at, above = (struct.unpack("<d", struct.pack("<Q", b))[0] for b in (bits, bits + 1))
    assert (bucket_of(at), bucket_of(above)) == (slot - 1, slot)


def test_zero_has_no_bucket_and_the_tiny_and_huge_have_the_outermost():
    assert bucket_of(0.0) is None
    assert bucket_of(5e-324) == bucket_of(2.0**-66) == FIRST_BUCKET
    assert bucket_of(2.0**30) == bucket_of(1e308) == LAST_BUCKET


@given(st.lists(st.floats(0, 1e9), min_size=1))
def test_buckets_hold_what_fell_into_them(values):
    ((_, _, _, _, _, _, zeros, runs),) = rows_of(
        count(tally(), [(b"a", value, 0.0) for value in values])
    )
    listed = {first + k: c for first, counts in runs for k, c in enumerate(counts)}
    truth = {}
    for value in values:
        if value:
            truth[bucket_of(value)] = truth.get(bucket_of(value), 0) + 1
    assert listed == truth
    assert zeros == values.count(0.0)


# -- merging --


@given(recorded, st.data())
def test_any_split_merges_to_the_whole_bit_for_bit(rows, data):
    cut = data.draw(st.integers(0, len(rows)))
    whole = count(tally(), rows)
    merged = tally()
    for part in data.draw(st.permutations([rows[:cut], rows[cut:]])):
        piece = count(tally(), part)
        assert merged.absorb(piece) == len(piece)
    assert sorted(rows_of(merged)) == sorted(rows_of(whole))
    assert merged.records == len(rows)


@given(recorded)
def test_bytes_and_back_is_the_same(rows):
    whole = count(tally(), rows)
    again = tally()
    assert load_tally(again, dump_tally(whole)) == len(rows)
    assert rows_of(again) == rows_of(whole)


@given(recorded, st.data())
def test_a_damaged_dump_is_refused_or_read_but_nothing_else(rows, data):
    blob = bytearray(dump_tally(count(tally(), rows)))
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] ^= data.draw(st.integers(1, 255))
    try:
        load_tally(tally(), blob)
    except (ValueError, OverflowError):
        return


@pytest.mark.parametrize("end", range(60))
def test_a_dump_cut_short_is_refused(end):
    blob = dump_tally(count(tally(), [(b"name", 1.0, 0.0)]))
    with pytest.raises(ValueError, match="cut short"):
        load_tally(tally(), blob[:end])
    with pytest.raises(ValueError, match="after the end"):
        load_tally(tally(), blob + b"x")


def test_a_bucket_count_beyond_32_bits_is_exact():
    """Doubling by absorbing itself: 2^34 records of one time and 2^33 of another."""
    many = count(tally(), [(b"a", 0.5, 1.0), (b"a", 0.5, 1.0), (b"a", 3.0, -1.0)])
    for _ in range(33):
        double = tally()
        double.absorb(many)
        double.absorb(many)
        many = double
    n = 1 << 33
    assert rows_of(many) == [
        ("a", 3 * n, 4 * n * ONE, n * ONE, 0.5, 3.0, 0, [(-65, [2 * n]), (101, [n])])
    ]
    again = tally()
    load_tally(again, dump_tally(many))
    assert rows_of(again) == rows_of(many)


def test_one_more_goes_over_the_edge_of_32_bits():
    full = count(tally(), [(b"a", 0.5, 0.0)])
    blob = bytearray(dump_tally(full))
    struct.pack_into("<Q", blob, 16, (1 << 32) - 1)  # n
    struct.pack_into("<Q", blob, len(blob) - 8, (1 << 32) - 1)  # its only bucket
    edge = tally()
    load_tally(edge, blob)
    count(edge, [(b"a", 0.5, 0.0)])
    assert rows_of(edge)[0][1] == 1 << 32
    assert rows_of(edge)[0][7] == [(-65, [1 << 32])]


# -- readers --


def seq_of(view, row=0):
    rows_at = ROWS_OFFSET.unpack_from(view)[6]
    return rows_at + row * ROW_BYTES


def test_a_row_being_written_is_not_read():
    view = bytearray(area_bytes(NAMES))
    writer = count(tally(view=view), [(b"a", 1.0, 0.0), (b"b", 2.0, 0.0), (b"c", 3.0, 0.0)])
    (seq,) = struct.unpack_from("<Q", view, seq_of(view, 1))
    struct.pack_into("<Q", view, seq_of(view, 1), seq + 1)
    reader, total = Tally(view, NAMES), tally()
    assert total.absorb(reader) == 1
    assert total.absorb(reader, 1) == 1
    with pytest.raises(ValueError, match="being written"):
        rows_of(writer)
    struct.pack_into("<Q", view, seq_of(view, 1), seq + 2)
    assert total.absorb(reader, 1) == 3
    assert rows_of(total) == rows_of(writer)


def test_only_the_process_that_made_the_rows_may_add():
    view = bytearray(area_bytes(NAMES))
    count(tally(view=view), [(b"a", 1.0, 0.0)])
    with pytest.raises(ValueError, match="another process"):
        Tally(view, NAMES).add_names([b"b"])


def test_an_area_that_was_given_back_is_none():
    with pytest.raises(ValueError, match="not a formatted area"):
        Tally(bytearray(area_bytes(NAMES)), NAMES)


# -- room --


def test_names_beyond_the_room_are_refused_and_the_others_stay():
    full = count(tally(names=2), [(b"a", 1.0, 0.0), (b"b", 1.0, 0.0)])
    with pytest.raises(OverflowError, match="2 names"):
        full.add_names([b"c"])
    count(full, [(b"a", 1.0, 0.0)])
    assert [row[1] for row in rows_of(full)] == [2, 1]


def test_memory_is_asked_for_before_it_is_touched():
    asked = []
    filled = count(tally(commit=lambda *span: asked.append(span)), [(b"a", 1.0, 0.0)])
    assert len(asked) == 3  # a row, a name, a chunk
    count(filled, [(b"a", 1.0, 0.0)])
    assert len(asked) == 3
    assert all(offset % 4096 == 0 for offset, _ in asked)


def test_without_memory_nothing_is_counted():
    def refuse(offset, length):
        raise OSError

    empty = tally(commit=refuse)
    batch = Batch(empty.seed)
    batch.add(b"a", 1.0, 0.0, b"\n")
    with pytest.raises(OSError):  # noqa: PT011 - our own
        empty.add_names(empty.prepare(batch))
    assert len(empty) == 0


def test_a_batch_must_be_prepared_and_ours():
    mine = tally()
    batch = Batch(mine.seed)
    batch.add(b"a", 1.0, 0.0, b"\n")
    with pytest.raises(ValueError, match="not prepared"):
        mine.apply(batch)
    with pytest.raises(ValueError, match="another tally"):
        mine.prepare(Batch(mine.seed + 1))


def test_new_names_come_once_each_in_order_of_arrival():
    mine = tally()
    batch = Batch(mine.seed)
    for name in (b"b", b"a", b"b"):
        batch.add(name, 1.0, 0.0, b"\n")
    assert mine.prepare(batch) == [b"b", b"a"]
