"""Where `--html` is to write: known before anything is measured, and left as it is until then."""

import os

import pytest

from skope.cli.main import main
from skope.cli.page import check_writable


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("absent/page.html", "No such file or directory"),
        (".", "Is a directory"),
        ("page.html/page.html", "Not a directory"),
        (f"{'p' * 300}.html", "File name too long"),
    ],
)
def test_ab_measures_nothing_for_a_page_it_could_not_write(folder, capsys, target, why):
    (folder / "page.html").write_text("the page of last night")
    sides = ("touch measured", "touch measured")
    assert main(["ab", *sides, "--pairs", "1", "--dir", "kept", "--html", target]) == 5
    said = " ".join(capsys.readouterr().err.split())
    assert f"skope: cannot write {target}: {why} --html takes the path of a file" in said
    assert [found.name for found in folder.iterdir()] == ["page.html"]
    assert (folder / "page.html").read_text() == "the page of last night"


def test_to_look_leaves_neither_a_file_nor_a_change(folder):
    kept, absent = folder / "kept.html", folder / "absent.html"
    kept.write_text("the page of last night")
    (folder / "link.html").symlink_to(absent)
    for target in ("kept.html", "absent.html", "link.html", "/dev/stderr"):
        check_writable(target)
    assert kept.read_text() == "the page of last night"
    assert not absent.exists()


def test_a_pipe_is_opened_once_to_be_written(folder):
    os.mkfifo(folder / "pipe")
    check_writable("pipe")  # to open it would wait for a reader, and be an end for that
    reader, writer = os.pipe()
    check_writable(f"/dev/fd/{writer}")
    os.close(writer)
    os.close(reader)
