"""Replaced reports: kept, addressed, brought back, and at most twenty."""

import pytest

from skope.errors import UnknownReport
from skope.schema.codec import encode_report
from skope.store.reports import Reports
from tests.unit.schema.reports import AT, a_report


def saved(reports, name, number=0):
    return reports.write(name, encode_report(a_report(name, at=AT + number))).file


def number_of(reports, address):
    return reports.read(address).timestamp - AT


def test_there_is_nothing_to_keep_at_first(reports):
    assert reports.rotate("test1") is None
    assert not reports.unrotate("test1")


@pytest.mark.parametrize("name", ["test1", "feature/pool", "a@1"])
def test_at_one_is_the_latest(reports, name):
    for number in range(4):
        reports.rotate(name)
        saved(reports, name, number)
    assert [number_of(reports, f"{name}@{back}") for back in (1, 2, 3)] == [2, 1, 0]
    assert number_of(reports, name) == 3
    assert [entry.address for entry in reports.history(name)] == [f"{name}@{n}" for n in (1, 2, 3)]
    with pytest.raises(UnknownReport):
        reports.read(f"{name}@4")


def test_the_report_stays_until_it_is_replaced(reports):
    saved(reports, "test1", 7)
    assert reports.rotate("test1") == 1
    assert number_of(reports, "test1") == 7
    assert number_of(reports, "test1@1") == 7


def test_undone_before_and_after_the_new_report(reports):
    saved(reports, "test1", 1)
    reports.rotate("test1")
    assert reports.unrotate("test1")
    assert number_of(reports, "test1") == 1
    assert reports.history("test1") == []
    reports.rotate("test1")
    saved(reports, "test1", 2)
    assert reports.unrotate("test1")
    assert number_of(reports, "test1") == 1
    assert reports.history("test1") == []


def test_undone_it_leaves_no_empty_folder(reports):
    folder = reports.directory.path / "history"
    for name in ("test1", "test2"):
        saved(reports, name, 1)
        reports.rotate(name)
    reports.unrotate("test1")
    assert [file.name for file in folder.iterdir()] == ["test2~1.json"]
    reports.unrotate("test2")
    assert not folder.exists()


def test_a_crash_between_keep_and_write_keeps_once(reports):
    saved(reports, "test1", 1)
    assert reports.rotate("test1") == 1
    assert Reports(reports.directory).rotate("test1") == 1
    assert len(reports.history("test1")) == 1


def test_twenty_are_kept_and_undoing_loses_none(reports):
    for number in range(25):
        reports.rotate("test1")
        saved(reports, "test1", number)
    assert len(reports.history("test1")) == 20
    assert number_of(reports, "test1@20") == 4
    reports.rotate("test1")
    reports.unrotate("test1")
    assert number_of(reports, "test1@20") == 4
    assert len([*(reports.directory.path / "history").iterdir()]) == 20


def test_a_tag_that_looks_like_an_address_is_itself_first(reports):
    saved(reports, "main", 1)
    reports.rotate("main")
    saved(reports, "main", 2)
    assert number_of(reports, "main@1") == 1
    saved(reports, "main@1", 9)
    assert number_of(reports, "main@1") == 9


def test_one_tags_history_is_not_anothers(reports):
    for name in ("a/b", "a b"):
        saved(reports, name)
        reports.rotate(name)
        saved(reports, name, 1)
    assert reports.read("a/b@1").name == "a/b"
    assert reports.read("a b@1").name == "a b"
    assert reports.listing().earlier == 2
    assert {entry.address for entry in reports.history()} == {"a/b@1", "a b@1"}
