"""Aggregates at rest: what they are called, how they are found, what they may replace."""

import os

import pytest

from skope.agg.report import encode_aggregate
from skope.errors import StorageFault, UnknownReport
from skope.schema.codec import encode_report
from skope.store.aggregates import Aggregates, aggregate_at, write_aggregate_at
from skope.store.identity import identify
from skope.store.names import aggregate_name
from tests.unit.schema.reports import a_report
from tests.unit.schema.tallies import a_tally

DATA = encode_aggregate({"chat": a_tally([0.5, 1.5]), "search": a_tally([0.25])})
OTHER = encode_aggregate({"chat": a_tally([0.5])})


@pytest.fixture
def aggregates(directory):
    return Aggregates(directory)


@pytest.mark.parametrize(
    "tag", ["night", "a.b-c_d", "feature/pool", "測試", "report_apps", "x" * 200]
)
def test_written_under_a_tag_and_found_by_it(aggregates, tag):
    file = aggregates.write(tag, DATA)
    assert file == aggregate_name(tag)
    found = aggregates.find(tag)
    assert (found.data, found.name) == (DATA, tag)
    assert found.written > 0
    assert found.where.endswith(file)


def test_a_listed_address_finds_it_again(aggregates):
    for tag in ("night", "feature/pool", "測試"):
        aggregates.write(tag, DATA)
    entries = aggregates.listing()
    assert {entry.address for entry in entries} == {"night", "feature/pool", "測試"}
    for entry in entries:
        assert aggregates.find(entry.address).data == DATA
        assert aggregates.find(entry.file.removesuffix(".agg.json")).data == DATA


@pytest.mark.parametrize("label", [None, b"", b"feature/pond", b"\xff", b"f" * 1000, b"night"])
def test_a_name_that_its_label_does_not_tell_is_that_of_its_file(aggregates, label):
    file = aggregates.write("feature/pool", DATA)
    stem = file.removesuffix(".agg.json")
    aggregates.directory.remove(f"{stem}.agg.name")
    if label is not None:
        aggregates.directory.replace(f"{stem}.agg.name", label)
    assert [entry.address for entry in aggregates.listing()] == [stem]


def test_a_name_that_would_be_taken_for_a_path_is_that_of_its_file(aggregates):
    stem = aggregates.write("./pool", DATA).removesuffix(".agg.json")
    (entry,) = aggregates.listing()
    assert entry.address == stem
    assert aggregates.find(stem).data == DATA


def test_what_is_called_as_one_and_cannot_be_read_is_told(aggregates):
    aggregates.write("night", DATA)
    for name, data in (("torn", DATA[:-9]), ("empty", b""), ("list", b"[]")):
        aggregates.directory.replace(f"{name}.agg.json", data)
    listing = aggregates.listing()
    assert [entry.address for entry in listing] == ["night"]
    assert aggregates.unreadable(listing) == ["empty.agg.json", "list.agg.json", "torn.agg.json"]


def test_the_one_being_collected_has_a_name(aggregates):
    aggregates.directory.replace("report_agg.json", DATA)
    assert aggregates.find("report_agg").data == DATA
    assert [entry.address for entry in aggregates.listing()] == ["report_agg"]
    with pytest.raises(UnknownReport, match="no aggregate"):
        aggregates.newest(1)


def test_a_capture_of_that_file_name_is_left_alone(aggregates, reports):
    report = encode_report(a_report("night.agg"))
    reports.directory.replace("night.agg.json", report)
    assert not aggregates.has("night")
    file = aggregates.write("night", DATA)
    assert file.startswith("night~")
    assert aggregates.find("night").data == DATA
    assert reports.directory.read("night.agg.json") == report


def test_an_aggregate_of_that_file_name_is_left_alone(aggregates, reports):
    aggregates.write("night", DATA)
    assert reports.write("night.agg", encode_report(a_report("night.agg"))).file != "night.agg.json"
    assert aggregates.find("night").data == DATA
    assert reports.read("night.agg").name == "night.agg"


def test_what_a_list_shows_newest_first(aggregates):
    aggregates.write("night", DATA)
    aggregates.write("day", OTHER)
    os.utime(aggregates.directory.path / "day.agg.json", ns=(5, 5))
    aggregates.directory.replace("bad.agg.json", b"[]")
    night, day = aggregates.listing()
    assert (night.address, night.file, night.names) == ("night", "night.agg.json", 2)
    assert (night.executions, night.exec_time) == (3, 2.25)
    assert (day.address, day.changed_ns) == ("day", 5)
    assert [entry.address for entry in aggregates.newest(2)] == ["night", "day"]
    with pytest.raises(UnknownReport, match="takes 3"):
        aggregates.newest(3)


def test_a_diff_of_two_has_a_name_of_its_own(reports):
    """Beside one of two captures that are called the same."""
    head = b'{"name":"a-b","timestamp":1,"exec_time":0.0,"schema":"skope.diff/1",'
    sides = b'"verdict":"equivalent","base":{"name":"a"},"head":{"name":"b"}}'
    ordinary, aggregate = head + sides, head + b'"subject":"aggregate",' + sides
    assert reports.write_diff("a", "b", ordinary) == "a-b.json"
    assert reports.write_diff("a", "b", aggregate).startswith("a-b~")
    assert reports.write_diff("a", "b", ordinary) == "a-b.json"
    assert identify(aggregate).kind == "aggregate-diff"
    assert reports.find("a-b").identity.is_diff


def test_of_a_kind_of_its_own():
    assert identify(DATA).kind == "aggregate"
    assert identify(b"{}").kind == "aggregate"
    assert identify(b'{"chat": 3}').kind == "foreign"


def test_at_a_path(tmp_path):
    path = f"{tmp_path}/c.agg.json"
    write_aggregate_at(path, DATA)
    found = aggregate_at(path)
    assert (found.data, found.name, found.where) == (DATA, "c", path)
    assert os.listdir(tmp_path) == ["c.agg.json"]  # noqa: PTH208 - hidden ones too
    with pytest.raises(StorageFault, match="cannot write"):
        write_aggregate_at(f"{tmp_path}/nowhere/c.json", DATA)
    with pytest.raises(UnknownReport):
        aggregate_at(f"{tmp_path}/d.json")
