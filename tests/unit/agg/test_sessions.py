"""Which session a start belongs to."""

import os
from datetime import UTC, datetime

import pytest

from skope.agg.folder import Folder
from skope.agg.session import Accounting, write_accounting
from skope.agg.sessions import choose
from skope.errors import ForeignReport

NOW = datetime(2026, 11, 23, 7, 31, 10, tzinfo=UTC)
NAME = "2026-11-23T07-31-10"


def session(root, stem, *, closed, name=None, at=1):
    with Folder(root / stem) as folder:
        write_accounting(folder, Accounting(session=name or stem, closed=closed), durable=False)
    os.utime(root / stem / "session.json", (at, at))


def test_the_first_one_is_named_by_its_moment(tmp_path):
    assert choose(tmp_path / "agg", None, None, NOW) == (NAME, NAME, False, ())


def test_two_in_one_second_are_two(tmp_path):
    session(tmp_path, NAME, closed=True)
    session(tmp_path, f"{NAME}.2", closed=True)
    assert choose(tmp_path, None, None, NOW).name == f"{NAME}.3"


def test_the_newest_unfinished_one_is_continued(tmp_path):
    session(tmp_path, "old", closed=False, at=10)
    session(tmp_path, "newer~12345678", closed=False, name="newer/1", at=20)
    session(tmp_path, "newest", closed=True, at=30)
    assert choose(tmp_path, None, None, NOW) == ("newer/1", "newer~12345678", True, ())


@pytest.mark.parametrize("closed", [True, False])
def test_a_tag_says_which(tmp_path, closed):
    session(tmp_path, "t", closed=closed)
    session(tmp_path, "other", closed=False)
    assert choose(tmp_path, "t", "t", NOW) == ("t", "t", True, ())
    assert choose(tmp_path, "u", "u", NOW) == ("u", "u", False, ())


def test_a_rotten_one_is_passed_over_and_told(tmp_path):
    session(tmp_path, "good", closed=False)
    for stem, text in (("rotten", b"{"), ("strange", b'{"session": 1}')):
        (tmp_path / stem).mkdir()
        (tmp_path / stem / "session.json").write_bytes(text)
    assert choose(tmp_path, None, None, NOW) == ("good", "good", True, ("rotten", "strange"))
    with pytest.raises(ForeignReport, match=r"rotten/session\.json"):
        choose(tmp_path, "rotten", "rotten", NOW)


def test_what_is_no_session_is_none(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    session(tmp_path, "real", closed=False)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert choose(tmp_path, None, None, NOW).stem == "real"
