"""File names: readable where they can be, harmless always, never two tags' at once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.store.names import (
    RESERVED,
    aggregate_name,
    file_stem,
    hashed_stem,
    history_name,
    is_path,
    report_name,
    split_earlier,
    split_history,
    stems,
)

HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,130}")


@pytest.mark.parametrize("tag", ["test1", "a", "A.b_c-d", "0", "x" * 100, "v1.2.3", "x.json"])
def test_a_plain_tag_is_its_own_file_name(tag):
    assert report_name(tag) == f"{tag}.json"


@pytest.mark.parametrize(
    ("tag", "slug"),
    [
        ("feature/pool", "feature-pool"),
        ("../../x", "x"),
        ("..", "x"),
        (".", "x"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("a b", "a-b"),
        ("x" * 101, "x" * 60),
        ("😀" * 200, "x"),
        ("", "x"),
        ("a\0b", "a-b"),
        ("C:\\x", "C-x"),
        ("test1~1", "test1-1"),
        ("\ud800", "x"),
        ("test1\n", "test1"),
    ],
)
def test_any_other_is_a_slug_and_a_hash(tag, slug):
    assert re.fullmatch(re.escape(slug) + "~[0-9a-f]{8}", file_stem(tag))


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_no_tag_takes_a_reserved_name_in_any_case(word):
    for tag in (word, word.upper(), word.title()):
        assert file_stem(tag).lower() != word
        assert file_stem(tag).startswith(f"{tag}~")


@given(st.text(max_size=200))
def test_whatever_the_tag_the_name_is_harmless(tag):
    assert HARMLESS.fullmatch(file_stem(tag))
    assert len(f"{file_stem(tag)}.json") <= 255


@given(st.text(max_size=40), st.text(max_size=40))
def test_two_tags_have_two_stems(one, other):
    if one != other:
        assert file_stem(one) != file_stem(other)


def test_two_names_with_one_slug_are_two_files():
    assert len({file_stem(tag) for tag in ("a b", "a/b", "a\tb", "a-b", "a?b")}) == 5


def test_later_stems_are_for_when_the_first_is_taken():
    assert [*stems("a-b", "a\0b")] == [
        "a-b",
        hashed_stem("a-b"),
        hashed_stem("a-b", "a\0b"),
        hashed_stem("a-b", "a\0b", digits=64),
    ]
    assert len(set(stems("a/b"))) == 2


@given(st.text(min_size=1, max_size=30), st.integers(1, 999_999_999))
def test_history_names_read_back(tag, number):
    stem = file_stem(tag)
    assert split_history(history_name(stem, number).removeprefix("history/")) == (stem, number)


@pytest.mark.parametrize(
    "name", ["x.json", "x~0.json", "x~a.json", "~1.json", "x~1.txt", "x~01.json"]
)
def test_what_is_no_history_file(name):
    assert split_history(name) is None


def test_earlier_addresses():
    assert split_earlier("main@2") == ("main", 2)
    assert split_earlier("user@host@1") == ("user@host", 1)
    assert split_earlier("main") is None
    assert split_earlier("main@0") is None
    assert split_earlier("@1") is None


def test_paths_and_tags():
    assert all(map(is_path, ["/x", "./x", "../x", "x.json", "a/b.json"]))
    assert not any(map(is_path, ["x", "a/b", "feature/pool", "..x", "x.json2", ".x"]))


def test_a_capture_never_has_the_file_of_an_aggregate():
    assert aggregate_name("x") == "x.agg.json"
    assert report_name("x.agg") != aggregate_name("x")
    assert report_name("X.AGG").lower() != aggregate_name("x")
