"""What `/api/reports` and `/api/diff` answer of captures, diffs and aggregates."""

import json

import pytest

from skope.agg.report import encode_aggregate
from skope.errors import BadRequest, UnknownReport
from skope.front.documents import StoredDocuments
from skope.schema.codec import decode_aggregate_diff, decode_diff, decode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.schema.reports import a_report
from tests.unit.schema.tallies import a_tally


@pytest.fixture
def documents(tmp_path):
    """Captures `main` and `both`, aggregates `night`, `day` and `both`."""
    from skope.schema.codec import encode_report

    with open_directory(tmp_path, given=True) as directory:
        for name in ("main", "both"):
            Reports(directory).write(name, encode_report(a_report(name, [{}] * 3)))
        for name, times in (("night", [0.1, 0.11]), ("day", [0.2, 0.21]), ("both", [0.3])):
            file = encode_aggregate({"chat": a_tally(times * 40)})
            directory.replace(f"{name}.agg.json", file)
        yield StoredDocuments(directory)


def test_the_listing_holds_both_kinds(documents):
    found = json.loads(documents.listing())
    assert {entry["address"] for entry in found["captures"]} == {"main", "both"}
    entries = {entry["address"]: entry for entry in found["aggregate_entries"]}
    assert set(entries) == {"night", "day", "both"}
    assert (entries["night"]["names"], entries["night"]["executions"]) == (1, 80)
    assert len(found["aggregates"]) == 3


def test_a_capture_goes_before_an_aggregate(documents):
    assert decode_report(documents.report("both")).name == "both"
    assert json.loads(documents.report("night"))["chat"]["total_execs"] == 80
    with pytest.raises(UnknownReport, match='no capture "never"'):
        documents.report("never")


def test_an_aggregate_can_be_meant_whatever_else_has_its_name(documents):
    assert json.loads(documents.report("both", agg=True))["chat"]["total_execs"] == 40
    diff = decode_aggregate_diff(documents.diff("both", "day", agg=True))
    assert (diff.name, diff.verdict) == ("both-day", "improvement")
    for tag in ("main", "never"):
        with pytest.raises(UnknownReport, match="no aggregate"):
            documents.report(tag, agg=True)
        with pytest.raises(UnknownReport, match="no aggregate"):
            documents.diff("both", tag, agg=True)


def test_a_diff_takes_two_of_a_kind(documents):
    diff = decode_aggregate_diff(documents.diff("night", "day"))
    assert (diff.name, diff.verdict) == ("night-day", "regression")
    assert decode_diff(documents.diff("main", "both")).name == "main-both"
    for base, head in (("main", "night"), ("night", "main"), ("both", "day")):
        with pytest.raises(BadRequest, match="is an aggregate and"):
            documents.diff(base, head)
    for base, head in (("main", "never"), ("never", "night"), ("never", "nowhere")):
        with pytest.raises(UnknownReport):
            documents.diff(base, head)


def test_a_stored_diff_is_a_report_too(documents, tmp_path):
    for base, head in (("main", "both"), ("night", "day")):
        data = documents.diff(base, head)
        with open_directory(tmp_path, given=True) as directory:
            Reports(directory).write_diff(base, head, data)
        assert documents.report(f"{base}-{head}") == data
