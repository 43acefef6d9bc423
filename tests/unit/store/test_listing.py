"""What a list is made of: few fields of many files, and no file stops it."""

import os

from skope.diff.compare import compare
from skope.schema.codec import encode_diff, encode_report
from tests.unit.schema.reports import AT, a_report, an_original


def saved(reports, name, *runs, **more):
    reports.write(name, encode_report(a_report(name, runs or [{}], **more)))


def test_an_entry_says_what_a_list_shows(reports):
    saved(reports, "test1", {}, {"ok": False}, {}, subject="script", grade="B")
    (entry,) = reports.listing().captures
    assert (entry.address, entry.file, entry.runs, entry.failed) == ("test1", "test1.json", 2, 1)
    assert (entry.subject, entry.trust, entry.timestamp) == ("script", "B", AT)
    assert entry.metrics["cpu_time"] == 3.912
    assert entry.metrics["machine.cpu_time"] is None


def test_newest_first_and_by_file_time_within_a_second(reports):
    for name, at in (("b", AT), ("c", AT), ("a", AT - 60), ("d", AT + 60)):
        saved(reports, name, at=at)
    os.utime(reports.directory.path / "b.json", ns=(10, 10))
    os.utime(reports.directory.path / "c.json", ns=(20, 20))
    assert [entry.address for entry in reports.listing().captures] == ["d", "c", "b", "a"]


def test_the_originals_files_are_listed(reports):
    reports.directory.replace("test1.json", an_original("test1"))
    (entry,) = reports.listing().captures
    assert (entry.runs, entry.trust, entry.exec_time) == (1, None, 10.127969)


def test_every_kind_in_its_place(reports):
    saved(reports, "a")
    saved(reports, "b")
    reports.write_diff("a", "b", encode_diff(compare(a_report("a"), a_report("b"))))
    reports.write_failed("a", encode_report(a_report("a", [{"ok": False}])))
    for name in ("report_agg.json", "report_apps.json", "night.agg.json"):
        reports.directory.replace(name, b"{}")
    listing = reports.listing()
    assert {entry.address for entry in listing.captures} == {"a", "b"}
    assert [(d.name, d.base, d.head, d.verdict) for d in listing.diffs] == [
        ("a-b", "a", "b", "inconclusive")
    ]
    assert [entry.address for entry in listing.failed] == ["a.failed"]
    assert listing.aggregates == ["night.agg.json", "report_agg.json"]
    assert listing.unreadable == []


def test_damage_is_named_and_stops_nothing(reports):
    saved(reports, "good")
    for name, content in {
        "empty": b"",
        "half": encode_report(a_report())[:500],
        "array": b"[]",
        "deep": b"[" * 50_000,
        "other": b'{"name": "x", "timestamp": 1, "exec_time": 1, "schema": "else/1"}',
        "types": b'{"name": 3, "timestamp": 1, "exec_time": 1}',
        "binary": b"\xff\xfe\x00",
        "diff": b'{"name":"x","timestamp":1,"exec_time":1,"schema":"skope.diff/1"}',
    }.items():
        reports.directory.replace(f"{name}.json", content)
    (reports.directory.path / "folder.json").mkdir()
    (reports.directory.path / "link.json").symlink_to("good.json")
    os.mkfifo(reports.directory.path / "pipe.json")
    listing = reports.listing()
    assert [entry.address for entry in listing.captures] == ["good"]
    assert len(listing.unreadable) == 11


def test_other_files_are_nobodys_business(reports):
    for name in ("notes.txt", "server.lock", "logs/a.log"):
        reports.directory.replace(name, b"x")
    listing = reports.listing()
    assert (listing.captures, listing.unreadable) == ([], [])


def test_hundreds_of_files_are_read_once_each(reports, monkeypatch):
    for number in range(300):
        saved(reports, f"t{number}", *[{}] * 3)
    read = []
    original = type(reports.directory).read
    monkeypatch.setattr(
        type(reports.directory),
        "read",
        lambda self, name: read.append(name) or original(self, name),
    )
    assert len(reports.listing().captures) == 300
    assert len(read) == len(set(read)) == 300
