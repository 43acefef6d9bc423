"""Names are kept verbatim or refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import BadRequest
from skope.schema.names import LONGEST, check_module, check_name


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=LONGEST))
def test_any_other_text_is_kept_verbatim(text):
    assert check_name(text) == text
    assert len(text.encode()) <= 800


@pytest.mark.parametrize("name", ["../../x", "a/b", "🦔" * 200, " ", "report_agg", "a" * 200])
def test_odd_names_are_names(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "at least one"),
        ("x" * 201, "at most 200 characters, this one 201"),
        ("a\nb", r"U\+000A \(a control"),
        ("\x7f", r"U\+007F \(a control"),
        ("a\x85", r"U\+0085 \(a control"),
        ("\ud83e", r"U\+D83E \(half of a surrogate"),
    ],
)
def test_what_is_no_name_is_told_why(name, reason):
    with pytest.raises(BadRequest, match=reason):
        check_name(name)


def test_a_module_may_be_empty():
    assert check_module("") == ""
    with pytest.raises(BadRequest, match="a module has at most"):
        check_module("x" * 201)
