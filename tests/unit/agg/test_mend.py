import random

import pytest

from skope._fast import LINES, Batch, words_of
from skope.agg.mend import examine, record_of
from skope.agg.sums import block, words_in

COUNT = 200


@pytest.fixture(scope="module")
def lines():
    """200 lines as the journal writes them."""
    rng = random.Random(1)
    batch = Batch()
    body = b"".join(
        b'{"name":"n%d","exec_time":%r}\n' % (rng.randrange(9), rng.random()) for _ in range(COUNT)
    )
    assert batch.scan(body, LINES, 1749853300.5, lambda: 225.25)
    return bytes(batch).splitlines(keepends=True)


@pytest.fixture(scope="module")
def data(lines):
    return b"".join(lines)


def kept(data, findings):
    return b"".join(data[start:end] for start, end in findings.spans)


@pytest.mark.parametrize("covered", [0, 1, 120, COUNT])
def test_a_whole_file_is_whole(data, covered):
    findings = examine(data, words_of(data, covered))
    assert findings.whole
    assert (findings.records, findings.end) == (COUNT, len(data))
    assert kept(data, findings) == data


@pytest.mark.parametrize("covered", [0, 120, COUNT])
def test_truncated_at_every_byte(lines, data, covered):
    """The whole lines stay, and what is gone is counted, exactly where check words tell."""
    words = words_of(data, covered)
    for end in range(0, len(data), 1 if covered == COUNT else 11):
        cut = data[:end]
        findings = examine(cut, words)
        whole = cut.count(b"\n")
        assert kept(cut, findings) == b"".join(lines[:whole])
        assert (findings.records, findings.damaged) == (whole, 0)
        assert findings.end == len(b"".join(lines[:whole]))
        partial = not cut.endswith(b"\n") and cut != b""
        assert findings.torn == max(covered - whole, int(partial))


def test_every_single_byte_flipped_loses_that_line_and_no_other(lines, data):
    words = words_of(data, COUNT)
    line = 0
    end = len(lines[0])
    for at in range(len(data)):
        if at >= end:
            line += 1
            end += len(lines[line])
        bad = bytearray(data)
        bad[at] ^= 1 << (at % 8)
        findings = examine(bytes(bad), words)
        assert kept(bytes(bad), findings) == b"".join(lines[:line] + lines[line + 1 :])
        last = line == COUNT - 1
        assert (findings.records, findings.damaged, findings.torn) == (
            COUNT - 1,
            int(not last),
            int(last),
        )


def test_flips_where_no_words_are_lose_at_most_what_they_touch(lines, data):
    """Without words a line that still is a record passes; one that is not is counted."""
    for at in range(0, len(data), 17):
        bad = bytearray(data)
        bad[at] ^= 0x40
        findings = examine(bytes(bad), b"")
        lost = COUNT - findings.records
        assert 0 <= lost <= 2
        assert findings.damaged + findings.torn == lost


@pytest.mark.parametrize("garbage", [b"\0" * 4096, b'{"name":"x"', b"\n\n", b"\xff\xfe\n"])
def test_what_a_crash_left_at_the_end_is_torn(data, garbage):
    findings = examine(data + garbage, words_of(data, COUNT))
    assert kept(data + garbage, findings) == data
    assert (findings.records, findings.damaged) == (COUNT, 0)
    assert findings.torn >= 1


def test_a_hole_of_zeros_in_the_middle_is_damage(lines, data):
    start, end = len(b"".join(lines[:50])), len(b"".join(lines[:53]))
    holed = data[:start] + b"\0" * (end - start) + data[end:]
    findings = examine(holed, words_of(data, COUNT))
    assert (findings.records, findings.damaged) == (COUNT - 3, 3)


def test_nothing_is_nothing():
    findings = examine(b"", b"")
    assert findings.whole
    assert (findings.records, findings.end, findings.spans) == (0, 0, [])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"1",
        b"\xff",
        b"[" * 100_000,
        b'{"name":"a","module":null,"timestamp":1.0,"exec_memory_usage":0.0,"exec_time":1.0}',
        b'{"name":"a","module":null,"timestamp":1.0,"exec_memory_usage":0.0,'
        b'"total_memory_global":null,"exec_time":1.0,"x":1}',
    ],
)
def test_what_is_no_record(line):
    assert record_of(line) is None


# -- the file of check words --


def test_words_come_back(data):
    words = words_of(data, COUNT)
    assert words_in(block(words[:80]) + block(words[80:])) == words
    assert words_in(b"") == b""


def test_words_cut_or_flipped_anywhere_leave_a_sound_beginning(data):
    words = words_of(data, 12)
    stored = block(words[:32]) + block(words[32:64]) + block(words[64:])
    for end in range(len(stored)):
        assert words.startswith(words_in(stored[:end]))
    for at in range(len(stored)):
        bad = bytearray(stored)
        bad[at] ^= 0x10
        found = words_in(bytes(bad))
        assert words.startswith(found)
        assert len(found) == 32 * (at // (len(stored) // 3))


def test_damage_to_the_words_costs_no_line(lines, data):
    words = words_of(data, COUNT)
    stored = bytearray(block(words[:800]) + block(words[800:]))
    stored[900] ^= 1
    findings = examine(data, words_in(bytes(stored)))
    assert findings.whole
    assert findings.records == COUNT
