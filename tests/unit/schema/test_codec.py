"""Bytes to reports and back, whatever the bytes are."""

import json
from zlib import crc32

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import ForeignReport
from skope.schema.codec import (
    decode_diff,
    decode_report,
    decode_series,
    encode_report,
    encode_series,
)
from skope.schema.report import Run
from skope.schema.seal import sealed
from skope.schema.series import Curve, Series
from tests.unit.schema.reports import a_report, an_original

LEADING = ["name", "module", "timestamp", "system_manager", "exec_time"]


def test_a_report_survives_its_file():
    report = a_report(runs=[{}, {"ok": False}, {"exec_time": 9.5}])
    assert decode_report(encode_report(report)) == report


def test_the_five_fields_lead_in_order_and_type():
    written = json.loads(encode_report(a_report()))
    assert list(written)[:5] == LEADING
    assert list(written["system_manager"]) == ["memory_usage", "cpu_usage"]
    assert isinstance(written["timestamp"], int)
    assert isinstance(written["exec_time"], float)


def test_a_run_and_a_metric_are_a_line_each():
    report = a_report(runs=[{}] * 7)
    lines = encode_report(report).decode().splitlines()
    assert sum(line.startswith('    {"run":') for line in lines) == 7
    assert sum(line.startswith('    "machine.cpu_time":') for line in lines) == 1


def test_a_hundred_runs_stay_small():
    assert len(encode_report(a_report(runs=[{}] * 100))) < 64 << 10


def test_the_originals_file_is_one_run_of_unknown_trust():
    report = decode_report(an_original())
    assert (report.name, report.exec_time, report.trust) == ("test1", 10.127969, None)
    assert [run.values["exec_time"] for run in report.good_runs()] == [10.127969]


def decode_sealed_series(data, where="the file"):
    return decode_series(sealed(data + b"\n}\n"), where=where)


@pytest.mark.parametrize(
    "decode", [decode_report, decode_diff, decode_series, decode_sealed_series]
)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b'{"x":' * 100_000,
        b'{"name": 1, "module": null}',
        b"\0" * 1000,
    ],
    ids=range(10),
)
def test_whatever_it_is_the_error_is_one_and_names_the_file(decode, data):
    with pytest.raises(ForeignReport, match=r"^a\.json ") as caught:
        decode(data, where="a.json")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("timestamp", "yesterday"),
        ("timestamp", -1),
        ("timestamp", 1e400),
        ("exec_time", "1"),
        ("system_manager", []),
        ("runs", {}),
        ("runs", [[]]),
        ("runs", [{"run": "x"}]),
        ("runs", [{"run": 1, "timestamp": 1, "exec_time": "fast"}]),
        ("metrics", []),
        ("metrics", {"cpu_time": {"unit": 3}}),
        ("window", "door"),
        ("trust", {"grade": "Z"}),
        ("host", {"cpus": "many"}),
        ("host", 7),
        ("sampling", {"gaps": 1}),
        ("schema", "skope.report/9"),
    ],
)
def test_a_wrong_type_is_a_foreign_report(field, value):
    written = json.loads(encode_report(a_report()))
    data = json.dumps(written | {field: value}).replace("Infinity", "1e400").encode()
    with pytest.raises(ForeignReport):
        decode_report(data)


def test_truncated_at_any_byte_it_is_foreign():
    data = encode_report(a_report(runs=[{}, {"ok": False}])).rstrip()
    for length in range(len(data)):
        with pytest.raises(ForeignReport):
            decode_report(data[:length])


def test_a_file_too_large_is_not_parsed(monkeypatch):
    monkeypatch.setattr("skope.schema.codec.MOST_BYTES", 100)
    with pytest.raises(ForeignReport, match="larger"):
        decode_report(encode_report(a_report()))


@given(st.data())
def test_no_mutation_is_more_than_foreign(data):
    raw = bytearray(encode_report(a_report()))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        report = decode_report(bytes(raw))
    except ForeignReport:
        return
    assert isinstance(report.exec_time, float)


def test_a_field_of_a_later_version_is_ignored():
    written = json.loads(encode_report(a_report())) | {"colour": {"deep": [1]}}
    assert decode_report(json.dumps(written).encode()) == a_report()


def test_curves_survive_their_file():
    curve = Curve(unit="MiB", min=[1.0, None], mean=[1.5, None], max=[2.0, None])
    series = Series(name="a", run=1, timestamp=3, exec_time=2.0, t=[1.0, 2.0], curves={"m": curve})
    text = encode_series(series)
    assert decode_series(text) == decode_series(text + b" " * 100) == series
    assert json.loads(text)["check"] == f"{crc32(text[: text.rindex(b',')]):08x}"
    other = encode_series(msgspec.structs.replace(series, run=2, exec_time=3.0))
    for cut in range(1, len(text) - 1):
        if text[:cut] + other[cut:] not in (text, other):
            with pytest.raises(ForeignReport, match="does not hold all of a run's curves"):
                decode_series(text[:cut] + other[cut:])


def test_curves_that_somebody_else_wrote_have_no_check_and_are_read():
    series = Series(name="a", run=1, timestamp=1, exec_time=2.0, t=[1.0], curves={})
    assert decode_series(msgspec.json.encode(series)) == series


def test_a_run_cannot_be_changed():
    with pytest.raises(AttributeError):
        Run(run=1, timestamp=1).run = 2


def test_a_run_that_does_not_say_how_it_ended_is_good_and_one_that_does_not_know_is_not():
    rows = '[{"run":1,"timestamp":1,"exec_time":2.0},{"run":2,"timestamp":1,"ok":null}]'
    data = an_original().removesuffix(b"}") + f',"runs":{rows}}}'.encode()
    report = decode_report(data)
    assert [run.ok for run in report.runs] == [True, None]
    assert [run.run for run in report.good_runs()] == [1]
    assert decode_report(encode_report(report)) == report
