"""Reports under their tags: nothing is lost, nothing takes another's place."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skope.diff.compare import compare
from skope.errors import ForeignReport, UnknownReport
from skope.schema.codec import encode_diff, encode_report
from skope.store.addresses import at_path, nearest
from skope.store.names import hashed_stem, report_name
from tests.unit.schema.reports import AT, a_report, an_original

AWKWARD = [
    "../../x",
    "/etc/passwd",
    "./x",
    "a/b",
    "a b",
    "😀" * 200,
    "report_agg",
    "LOCK",
    "history",
    "x.json",
    "x.failed",
    "x.agg",
    "-",
    "~",
    ".gitignore",
    "test1@1",
]


def saved(reports, name, **more):
    return reports.write(name, encode_report(a_report(name, **more))).file


def a_diff(base, head):
    return encode_diff(compare(a_report(base), a_report(head)))


@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_is_a_file_inside_with_the_true_name_in_it(reports, name):
    file = saved(reports, name)
    assert [*reports.directory.path.parent.iterdir()] == [reports.directory.path]
    assert (reports.directory.path / file).is_file()
    assert json.loads((reports.directory.path / file).read_bytes())["name"] == name
    assert reports.read(name).name == name
    assert reports.current(name).name == name


def test_all_of_them_live_side_by_side(reports):
    files = {saved(reports, name) for name in AWKWARD}
    assert len(files) == len(AWKWARD)
    assert {entry.address for entry in reports.listing().captures} == set(AWKWARD)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(names=st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), unique=True))
def test_every_name_reads_back_its_own_report(reports, names):
    for position, name in enumerate(names):
        saved(reports, name, at=AT + position)
    for position, name in enumerate(names):
        assert reports.read(name).timestamp == AT + position


def test_a_path_is_only_a_path_when_asked(reports, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_bytes(an_original("elsewhere"))
    assert at_path(str(outside)).identity.name == "elsewhere"
    with pytest.raises(UnknownReport):
        reports.read(str(outside))
    with pytest.raises(UnknownReport, match="no file"):
        at_path(str(tmp_path / "none.json"))
    with pytest.raises(ForeignReport, match="no regular file"):
        at_path(f"{tmp_path}/")
    with pytest.raises(ForeignReport):
        at_path("./a\0b")


def test_a_diff_does_not_replace_a_capture(reports):
    assert saved(reports, "a-b") == "a-b.json"
    file = reports.write_diff("a", "b", a_diff("a", "b"))
    assert file == f"{hashed_stem('a-b')}.json"
    assert reports.read("a-b").name == "a-b"
    assert reports.write_diff("a", "b", a_diff("a", "b")) == file


def test_a_capture_does_not_replace_a_diff(reports):
    assert reports.write_diff("a", "b", a_diff("a", "b")) == "a-b.json"
    file = saved(reports, "a-b")
    assert file != report_name("a-b")
    assert saved(reports, "a-b") == file
    assert reports.read("a-b").name == "a-b"
    assert len(reports.listing().diffs) == 1


def test_two_pairs_that_make_one_name_keep_their_own_diffs(reports):
    one = reports.write_diff("a-b", "c", a_diff("a-b", "c"))
    other = reports.write_diff("a", "b-c", a_diff("a", "b-c"))
    assert one != other
    assert {(d.base, d.head) for d in reports.listing().diffs} == {("a-b", "c"), ("a", "b-c")}


def test_what_is_not_ours_is_not_replaced(reports):
    for content in (b"", b"{}", b"not json", b'{"name": "test1"}', an_original("someone")):
        reports.directory.replace("test1.json", content)
        assert saved(reports, "test1") == f"{hashed_stem('test1')}.json"
        assert reports.directory.read("test1.json") == content
        assert reports.read("test1").name == "test1"


def test_tags_that_differ_in_case_survive_a_file_system_that_cannot_tell(reports):
    saved(reports, "Test1")
    reports.directory.rename("Test1.json", "test1.json")  # as such a file system would have it
    assert saved(reports, "test1") != "test1.json"
    assert reports.directory.read("test1.json").count(b'"Test1"') == 1


def test_a_copy_answers_to_its_file_name(reports):
    saved(reports, "test1")
    reports.directory.replace("baseline.json", reports.directory.read("test1.json"))
    assert reports.read("baseline").name == "test1"
    assert {e.address for e in reports.listing().captures} == {"test1", "baseline"}
    assert saved(reports, "baseline") != "baseline.json"
    assert reports.read("baseline").name == "baseline"


def test_a_damaged_report_is_named(reports):
    reports.directory.replace("test1.json", b'{"name": "test1", ')
    with pytest.raises(ForeignReport, match=r"test1\.json is not a Skope report"):
        reports.read("test1")


def test_a_diff_is_no_capture(reports):
    reports.write_diff("a", "b", a_diff("a", "b"))
    with pytest.raises(ForeignReport, match="is a diff"):
        reports.read("a-b")


def test_a_failed_report_stands_beside_the_good_one(reports):
    saved(reports, "test1")
    failed = encode_report(a_report("test1", [{"ok": False}]))
    assert reports.write_failed("test1", failed) == "test1.failed.json"
    assert reports.read("test1").good_runs()
    assert not reports.read("test1.failed").good_runs()
    assert [entry.address for entry in reports.listing().failed] == ["test1.failed"]


def test_a_failed_report_does_not_replace_a_capture_called_so(reports):
    saved(reports, "test1.failed")
    file = reports.write_failed("test1", encode_report(a_report("test1", [{"ok": False}])))
    assert file != "test1.failed.json"
    assert reports.read("test1.failed").name == "test1.failed"


def test_the_series_lies_beside_under_the_same_stem(reports):
    assert reports.write_series("a/b", b"{}") == f"series/{report_name('a/b')}"


def test_the_newest_two(reports):
    with pytest.raises(UnknownReport, match="no capture"):
        reports.newest(2)
    saved(reports, "old", at=AT)
    with pytest.raises(UnknownReport, match="only one capture"):
        reports.newest(2)
    saved(reports, "new", at=AT + 60)
    saved(reports, "broken", at=AT + 90, runs=[{"ok": False}])
    assert [entry.address for entry in reports.newest(2)] == ["new", "old"]


def test_the_nearest_word():
    assert nearest("feature/pol", ["main", "feature/pool", "test1"]) == "feature/pool"
    assert nearest("TEST1", ["test1"]) == "test1"
    assert nearest("zzz", ["test1"]) is None


def test_a_report_withdrawn_is_gone_and_nothing_else_is(reports):
    saved(reports, "test1")
    reports.directory.replace("other.json", b"not ours")
    for name in ("test1", "other", "never"):
        reports.withdraw(name)
    assert reports.current("test1") is None
    assert reports.directory.read("other.json") == b"not ours"
