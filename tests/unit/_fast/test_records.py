import json
import math
import struct

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skope._fast import (
    AREA_HEAD_BYTES,
    ARRAY,
    LINES,
    OBJECT,
    Batch,
    Page,
    Pen,
    first_unsound,
    words_of,
)
from skope.agg.reading import Default, read
from skope.errors import BadRequest
from skope.schema.record import Record

DEFAULT = Default(1749853300.5, lambda: 225.25)


def scanned(body, shape=OBJECT):
    batch = Batch()
    return batch if batch.scan(body, shape, DEFAULT.now, DEFAULT.memory) else None


def generally(body, shape=OBJECT):
    batch = Batch()
    read(body, shape, DEFAULT, batch)
    return batch


def records(batch):
    return [msgspec.json.decode(line, type=Record) for line in bytes(batch).splitlines()]


CANONICAL = (
    b'{"name":"chat","module":"web","timestamp":1749853300.0,"exec_memory_usage":0.125,'
    b'"total_memory_global":225.45703,"exec_time":0.018}\n'
)


def words_written(folder, *batches):
    """The check words of a file to which the batches were written one after the other."""
    with (folder / "w0-1-1.jsonl").open("wb", buffering=0) as file:
        page = Page(bytearray(AREA_HEAD_BYTES))
        full = {"most_bytes": 1 << 20, "most_records": 100}
        pen = Pen(file.fileno(), page=page, epoch=1, number=1, ticket=0, **full)
        assert [pen.append(batch) for batch in batches] == [0] * len(batches)
        return pen.take_words()


def test_a_canonical_line_is_kept_byte_for_byte():
    assert bytes(scanned(CANONICAL * 3, LINES)) == CANONICAL * 3


def test_the_nested_shape_becomes_the_six_fields():
    nested = (
        b'{"name":"chat","module":null,"timestamp":1751493411,"system_manager":'
        b'{"memory_usage":0.125,"cpu_usage":1.5},"exec_time":0.018}'
    )
    assert bytes(scanned(nested)) == (
        b'{"name":"chat","module":null,"timestamp":1751493411.0,"exec_memory_usage":0.125,'
        b'"total_memory_global":225.25,"exec_time":0.018}\n'
    )


def test_flat_wins_over_nested():
    both = b'{"name":"a","exec_memory_usage":1.5,"system_manager":{"memory_usage":9},"exec_time":1}'
    assert scanned(both).values() == [(b"a", 1.0, 1.5)]
    assert generally(both).values() == [(b"a", 1.0, 1.5)]


def test_what_is_not_given_has_its_default():
    (record,) = records(scanned(b'{"name":"a","exec_time":2}'))
    assert record == Record("a", None, DEFAULT.now, 0.0, 225.25, 2.0)


def test_without_a_sampler_the_machine_s_memory_is_null():
    batch = Batch()
    assert batch.scan(b'{"name":"a","exec_time":2}', OBJECT, 1.0, lambda: None)
    assert records(batch)[0].total_memory_global is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{}",
        b"[]",
        b'{"name":"a"}',
        b'{"exec_time":1}',
        b'{"name":"","exec_time":1}',
        b'{"name":"a\\u0062","exec_time":1}',
        b'{"name":"a\x00","exec_time":1}',
        b'{"name":"a\x7f","exec_time":1}',
        b'{"name":"\xc2\x85","exec_time":1}',
        b'{"name":"\xed\xa0\x80","exec_time":1}',
        b'{"name":"\xc0\x80","exec_time":1}',
        b'{"name":"\xe0\x80\x80","exec_time":1}',
        b'{"name":"\xf4\x90\x80\x80","exec_time":1}',
        b'{"name":"\xff","exec_time":1}',
        b'{"name":"\xe2\x82',
        b'{"name":"' + b"a" * 201 + b'","exec_time":1}',
        b'{"name":"a","exec_time":-1}',
        b'{"name":"a","exec_time":-0.0}',
        b'{"name":"a","exec_time":01}',
        b'{"name":"a","exec_time":1.}',
        b'{"name":"a","exec_time":.5}',
        b'{"name":"a","exec_time":+1}',
        b'{"name":"a","exec_time":1e}',
        b'{"name":"a","exec_time":1e400}',
        b'{"name":"a","exec_time":1e10}',
        b'{"name":"a","exec_time":1000000001}',
        b'{"name":"a","exec_time":18446744073709551616}',
        b'{"name":"a","exec_time":NaN}',
        b'{"name":"a","exec_time":Infinity}',
        b'{"name":"a","exec_time":null}',
        b'{"name":"a","exec_time":true}',
        b'{"name":"a","exec_time":"1"}',
        b'{"name":"a","name":"b","exec_time":1}',
        b'{"name":"a","exec_time":1,"timestamp":1749853300000}',
        b'{"name":"a","exec_time":1,"timestamp":-1}',
        b'{"name":"a","exec_time":1,"exec_memory_usage":1e10}',
        b'{"name":"a","exec_time":1,"total_memory_global":-1}',
        b'{"name":"a","exec_time":1,"other":1}',
        b'{"name":"a","exec_time":1,"system_manager":{"other":1}}',
        b'{"name":"a","exec_time":1,"system_manager":[]}',
        b'{"name":"a","exec_time":1}}',
        b'{"name":"a","exec_time":1} x',
        b'{"name":"a","exec_time":1,}',
        b'{"name":"a" "exec_time":1}',
        b'{"name":"a","exec_time":1',
        b'{"name":"a","exec_time":0.12345678901234567890}',
    ],
)
def test_what_it_does_not_know_it_declines(body):
    assert scanned(body) is None


@pytest.mark.parametrize("body", [b"[", b"[,]", b'[{"name":"a","exec_time":1},]', CANONICAL])
def test_a_broken_array_is_declined(body):
    assert scanned(body, ARRAY) is None


@pytest.mark.parametrize(
    "body", [CANONICAL + b"x", CANONICAL[:-1] * 2, CANONICAL[:-1] + b" " + CANONICAL, b"[]"]
)
def test_broken_lines_are_declined(body):
    assert scanned(body, LINES) is None


def test_every_truncation_is_declined_or_whole():
    body = b'[{"name":"\xc3\xa9","exec_time":1.5},{"name":"b","exec_time":2}]'
    assert [end for end in range(len(body) + 1) if scanned(body[:end], ARRAY)] == [len(body)]


def test_blank_lines_and_carriage_returns_are_nothing():
    body = b"\n\r\n" + CANONICAL[:-1] + b"\r\n\n" + CANONICAL[:-1]
    assert scanned(body, LINES).count == 2


def test_white_space_is_where_json_has_it():
    body = b' [ { "name" : "a" ,\n"exec_time" :\t1 } , {"name":"b","exec_time":2} ] '
    assert scanned(body, ARRAY).values() == generally(body, ARRAY).values()


# -- numbers --

numbers = st.one_of(
    st.floats(0, 1e9).map(repr),
    st.decimals(0, 10**9, allow_nan=False).map(str),
    st.integers(0, 10**9).map(str),
    st.tuples(st.integers(0, 10**19 - 1), st.integers(-30, 5)).map(lambda p: f"{p[0]}e{p[1]}"),
    st.tuples(st.integers(0, 999), st.integers(0, 10**16 - 1)).map(lambda p: f"{p[0]}.{p[1]:016}"),
)


@given(numbers)
@example("9007199254740993")  # halfway between two doubles
@example("0.9007199254740993")
@example("9007199254740993e-27")
@example("1.7976931348623157e-05")
@example("9999999999999999999e-27")
@example("0.000000000000000000000000001")
def test_a_number_is_read_to_the_nearest_double(text):
    batch = scanned(b'{"name":"a","exec_time":' + text.encode() + b"}")
    if batch is not None:
        ((_, value, _),) = batch.values()
        assert struct.pack("<d", value) == struct.pack("<d", float(text))
        assert json.loads(bytes(batch))["exec_time"] == float(text)


def test_ordinary_numbers_are_not_declined():
    for text in ("0.1", "1.2e-05", "0.012345678901234567", "12", "0", "999999999.75", "3E-7"):
        assert scanned(b'{"name":"a","exec_time":' + text.encode() + b"}") is not None


# -- the same as the general reader --

names = st.text(min_size=0, max_size=6) | st.sampled_from(
    ["a" * 200, "a" * 201, "\U0001f600" * 200]
)
values = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**70), 2**70),
    st.none(),
    st.booleans(),
    st.text(max_size=2),
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "name": names | values,
        "exec_time": st.floats(0, 1e9) | values,
        "module": names | values,
        "timestamp": st.floats(0, 2e11) | values,
        "exec_memory_usage": st.floats(-1e9, 1e9) | values,
        "total_memory_global": values,
        "system_manager": st.none()
        | st.dictionaries(st.sampled_from(["memory_usage", "cpu_usage", "x"]), values),
        "other": values,
    },
)


def outcome(body, shape):
    try:
        return generally(body, shape)
    except BadRequest:
        return None


def agree(body, shape):
    fast = scanned(body, shape)
    if fast is None:
        return
    slow = outcome(body, shape)
    assert slow is not None, "it took what the general reader refuses"
    assert fast.values() == slow.values()
    assert records(fast) == records(slow)


@given(st.lists(bodies, max_size=3), st.booleans(), st.sampled_from([None, 1]))
def test_it_declines_or_reads_what_the_general_reader_reads(rows, ascii_only, indent):
    texts = [json.dumps(row, ensure_ascii=ascii_only, indent=indent) for row in rows]
    agree(("[" + ",".join(texts) + "]").encode("utf-8", "surrogatepass"), ARRAY)
    agree("\n".join(texts).encode("utf-8", "surrogatepass"), LINES)
    if texts:
        agree(texts[0].encode("utf-8", "surrogatepass"), OBJECT)


SEED_BODY = b"[" + CANONICAL[:-1] + b',{"name":"b","exec_time":1.5,"system_manager":{}}]'


@given(st.lists(st.tuples(st.integers(0, len(SEED_BODY) - 1), st.integers(0, 255)), max_size=4))
def test_mutated_bodies_too(changes):
    body = bytearray(SEED_BODY)
    for at, value in changes:
        body[at] = value
    agree(bytes(body), ARRAY)


# -- buffers and check words --


def test_a_batch_in_use_is_not_touched():
    batch = scanned(CANONICAL, LINES)
    with memoryview(batch), pytest.raises(BufferError):
        batch.clear()
    batch.clear()
    assert bytes(batch) == b""


def test_a_large_request_leaves_no_large_buffer_behind():
    batch = scanned(CANONICAL * 20_000, LINES)
    assert batch.count == 20_000
    assert batch.scan(CANONICAL, LINES, 0.0, DEFAULT.memory)
    assert bytes(batch) == CANONICAL


def test_each_line_has_a_word_that_notices_any_change_of_a_byte(tmp_path):
    batch = scanned(CANONICAL * 3, LINES)
    words = words_written(tmp_path, batch)
    assert words == words_of(CANONICAL * 3, 3)
    assert first_unsound(CANONICAL * 3, words, 0) == (3, 3 * len(CANONICAL))
    for at in range(len(CANONICAL)):
        data = bytearray(CANONICAL * 3)
        data[len(CANONICAL) + at] ^= 0x01
        assert first_unsound(data, words, 0) == (1, len(CANONICAL))


def test_words_continue_where_a_file_stands(tmp_path):
    batch = scanned(CANONICAL, LINES)
    both = words_written(tmp_path, batch, batch)
    assert both == words_of(CANONICAL * 2, 2)
    with pytest.raises(ValueError, match="3 lines"):
        words_of(CANONICAL * 2, 3)


def test_negative_zero_becomes_zero():
    ((_, value, _),) = generally(b'{"name":"a","exec_time":-0.0}').values()
    assert math.copysign(1, value) == 1


@given(st.floats(0, 9e9))
@example(0.0)
@example(1.0)
@example(1749853300.0000005)
@example(1749853300.999999999)
def test_the_time_of_arrival_is_kept_to_the_microsecond(now):
    batch = Batch()
    assert batch.scan(b'{"name":"a","exec_time":1}', OBJECT, now, lambda: None)
    assert (
        records(batch)[0].timestamp
        == Default(now, lambda: None).timestamp
        == round(now * 1e6) / 1e6
    )
    assert b"." in bytes(batch).partition(b'"timestamp":')[2].partition(b",")[0]


def test_the_machine_s_memory_is_the_current_one():
    batch = Batch()
    seen = []
    for total in (1.5, 1.5, 2.25, None, 2.25):
        assert batch.scan(b'{"name":"a","exec_time":1}', OBJECT, 1.0, lambda t=total: t)
        seen.append(records(batch)[0].total_memory_global)
    assert seen == [1.5, 1.5, 2.25, None, 2.25]
