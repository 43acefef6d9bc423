import msgspec
import pytest

from skope._fast import ARRAY, LINES, OBJECT, Batch
from skope.agg.reading import MOST_BAD, Default, read, read_good, shape_of
from skope.errors import BadRequest
from skope.schema.record import Posted, Rejected

DEFAULT = Default(1.5, lambda: 2.5)


def refusal(body, shape=OBJECT):
    with pytest.raises(BadRequest) as caught:
        read(body, shape, DEFAULT, Batch())
    return caught.value.message


SECONDS = "a number of seconds from 0 to 1,000,000,000"
NAME = "a string of 1 to 200 characters"
MEMORY = "a number of MiB from -1,000,000,000 to 1,000,000,000, or null"
GOOD = b'{"name":"a","exec_time":1}'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "$: the body is empty"),
        (b" \n", "$: the body is empty"),
        (b"{", "$: JSON is malformed: it ends too early"),
        (b"nonsense", "$: JSON is malformed"),
        (b"\xff", "$: "),
        (b'"a"', "$: it must be an object that has `name` and `exec_time`, but is a string"),
        (b"[]", "`exec_time`, but is an array"),
        (b"{}", f"$.name: it must be {NAME}, but is missing"),
        (b'{"name":"a"}', f"$.exec_time: it must be {SECONDS}, but is missing"),
        (
            b'{"name":1,"exec_time":1}',
            f"$.name: it must be {NAME}, but is a number",
        ),
        (b'{"name":null,"exec_time":1}', "characters, but is null"),
        (b'{"name":"","exec_time":1}', "characters, but is empty"),
        (b'{"name":"a","exec_time":"1"}', f"$.exec_time: it must be {SECONDS}, but is a string"),
        (b'{"name":"a","exec_time":true}', "but is a boolean"),
        (b'{"name":"a","exec_time":null}', "but is null"),
        (b'{"name":"a","exec_time":NaN}', "$: JSON is malformed"),
        (
            b'{"name":"a","exec_time":1e400}',
            f"$.exec_time: it must be {SECONDS}, but is out of range",
        ),
        (b'{"name":"a","exec_time":-1}', f"$.exec_time: it must be {SECONDS}, but is negative"),
        (
            b'{"name":"a","exec_time":18446744073709551616}',
            f"$.exec_time: it must be {SECONDS}, but is above that",
        ),
        (
            b'{"name":"a","exec_time":1,"module":1}',
            "$.module: it must be a string of at most 200 characters, or null, but is a number",
        ),
        (
            b'{"name":"a","exec_time":1,"timestamp":-1}',
            "since 1970-01-01 UTC, or null, but is negative",
        ),
        (b'{"name":"a","exec_time":1,"timestamp":1749853300000}', "looks like milliseconds"),
        (
            b'{"name":"a","exec_time":1,"exec_memory_usage":-1e10}',
            f"usage: it must be {MEMORY}, but is below that",
        ),
        (
            b'{"name":"a","exec_time":1,"total_memory_global":-1}',
            "$.total_memory_global: it must be a number of MiB from 0 ",
        ),
        (
            b'{"name":"a","exec_time":1,"system_manager":{"memory_usage":"x"}}',
            f"$.system_manager.memory_usage: it must be {MEMORY}, but is a string",
        ),
        (b'{"name":"a\\u0000b","exec_time":1}', "$.name: control characters"),
        (b'{"name":"a","module":"\\u009b","exec_time":1}', "$.module: control characters"),
        (b'{"name":"\xff","exec_time":1}', "$: not UTF-8"),
        (b'{"name":"\\ud800","exec_time":1}', "$: "),
        (b'{"name":"\\udc00","exec_time":1}', "$: "),
        (b'{"name":"a","exec_time":1} trailing', "$: JSON is malformed: trailing"),
        (b'{"name":"a","exec_time":1,"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deeply"),
        (b"[" * 100_000, "$: "),
        (b'{"a":' * 100_000, "too deeply"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(body, said):
    assert said in refusal(body)


@pytest.mark.parametrize("shape", [ARRAY, LINES])
def test_the_path_names_the_record(shape):
    rows = [GOOD, GOOD, GOOD, b'{"name":"a","exec_time":-1}']
    body = b"\n".join(rows) if shape == LINES else b"[" + b",".join(rows) + b"]"
    assert refusal(body, shape).startswith("$[3].exec_time: ")
    rows[3] = b'{"name":"\xff","exec_time":1}'
    body = b"\n".join(rows) if shape == LINES else b"[" + b",".join(rows) + b"]"
    assert refusal(body, shape).startswith("$[3]: not UTF-8")
    rows[3] = b'{"name":"a\\n","exec_time":1}'
    body = b"\n".join(rows) if shape == LINES else b"[" + b",".join(rows) + b"]"
    assert refusal(body, shape).startswith("$[3].name: control")


@pytest.mark.parametrize("length", [1, 200])
@pytest.mark.parametrize("character", ["a", "é", "漢", "\U0001f600", "\\u00e9", '\\"'])
def test_names_are_counted_in_characters(length, character):
    batch = Batch()
    read(f'{{"name":"{character * length}","exec_time":1}}'.encode(), OBJECT, DEFAULT, batch)
    assert batch.count == 1
    over = f'{{"name":"{character * 201}","exec_time":1}}'.encode()
    assert f"$.name: it must be {NAME}, but is longer" in refusal(over)


def test_lines_that_do_not_say_so_are_told_how():
    with pytest.raises(BadRequest) as caught:
        read(GOOD + b"\n" + GOOD, OBJECT, DEFAULT, Batch())
    assert "Content-Type: application/x-ndjson" in caught.value.hint


def test_an_empty_array_holds_nothing():
    batch = Batch()
    read(b" [ ] ", ARRAY, DEFAULT, batch)
    assert batch.count == 0


def test_unknown_fields_are_ignored():
    batch = Batch()
    read(b'{"name":"a","exec_time":1,"extra":{"x":[1]}}', OBJECT, DEFAULT, batch)
    assert batch.values() == [(b"a", 1.0, 0.0)]


def test_the_last_of_several_is_read():
    batch = Batch()
    read(b'{"name":"a","exec_time":1,"exec_time":2}', OBJECT, DEFAULT, batch)
    assert batch.values() == [(b"a", 2.0, 0.0)]


@pytest.mark.parametrize(
    ("content_type", "body", "shape"),
    [
        (None, GOOD, OBJECT),
        ("application/json", GOOD, OBJECT),
        ("application/x-www-form-urlencoded", b" \n[" + GOOD + b"]", ARRAY),
        ("application/x-ndjson", GOOD, LINES),
        ("Application/X-NDJSON; charset=utf-8", b"[]", LINES),
    ],
)
def test_the_shape_follows_type_and_first_byte(content_type, body, shape):
    assert shape_of(body, content_type) == shape


@pytest.mark.parametrize("shape", [ARRAY, LINES])
def test_the_good_ones_of_a_mixed_body(shape):
    rows = [GOOD, b'{"name":"b"}', b'{"name":"c","exec_time":3}', b'{"name":"\xff","exec_time":1}']
    body = b"\n".join(rows) if shape == LINES else b"[" + b",".join(rows) + b"]"
    batch = Batch()
    if shape == ARRAY:
        rejected = read_good(body.replace(b"\xff", b"\\n"), shape, DEFAULT, batch)
    else:
        rejected = read_good(body, shape, DEFAULT, batch)
    assert batch.values() == [(b"a", 1.0, 0.0), (b"c", 3.0, 0.0)]
    assert [one.index for one in rejected] == [1, 3]
    assert rejected[0].detail == f"$[1].exec_time: it must be {SECONDS}, but is missing"


def test_a_line_that_is_no_json_is_named():
    assert refusal(GOOD + b"\n\n" + GOOD[:-1] + b"\n" + GOOD, LINES).startswith("$[1]: JSON is ")


@pytest.mark.parametrize("shape", [OBJECT, ARRAY, LINES])
@pytest.mark.parametrize("field", Posted.__struct_fields__)
def test_every_field_is_refused_in_our_words_whether_or_not_in_part(shape, field):
    record = msgspec.json.encode({"name": "a", "exec_time": 1, field: [True]})
    body = b"[" + record + b"]" if shape == ARRAY else record
    said = refusal(body, shape)
    assert f".{field}: it must be " in said
    assert said.endswith(", but is an array")
    assert read_good(body, shape, DEFAULT, Batch()) == [Rejected(0, said)]


def test_one_bad_record_in_4096():
    rows = [GOOD] * 4096
    rows[4000] = b'{"name":"a","exec_time":"slow"}'
    body = b"[" + b",".join(rows) + b"]"
    assert refusal(body, ARRAY).startswith("$[4000].exec_time: ")
    batch = Batch()
    assert [one.index for one in read_good(body, ARRAY, DEFAULT, batch)] == [4000]
    assert batch.count == 4095


@pytest.mark.parametrize("shape", [ARRAY, LINES])
def test_a_body_of_bad_records_is_given_up(shape):
    def body(bad):
        lines = [GOOD] + [b"1"] * bad
        return b"[" + b",".join(lines) + b"]" if shape == ARRAY else b"\n".join(lines)

    batch = Batch()
    assert len(read_good(body(MOST_BAD), shape, DEFAULT, batch)) == MOST_BAD
    assert len(batch) == 1
    with pytest.raises(BadRequest, match=rf"10,000 .* bad, such as \$\[{MOST_BAD + 1}\]: it must"):
        read_good(body(1_000_000), shape, DEFAULT, batch)


def test_a_body_that_cannot_be_taken_apart_is_refused_even_in_parts():
    for body in (b"", b"[" + GOOD, b"[1,"):
        with pytest.raises(BadRequest):
            read_good(body, ARRAY, DEFAULT, Batch())


def test_a_banned_name_is_left_out():
    batch = Batch()
    body = GOOD + b'\n{"name":"b","exec_time":1}'
    rejected = read_good(body, LINES, DEFAULT, batch, banned=frozenset({b"b"}))
    assert batch.values() == [(b"a", 1.0, 0.0)]
    assert [one.index for one in rejected] == [1]
