"""What the sentence of a verdict adds of the runs behind it."""

import pytest
from msgspec.structs import replace

from skope.diff.compare import compare
from skope.schema.report import OF_ANOTHER
from tests.unit.diff.sides import side


def test_runs_that_count_for_nothing_are_told_in_the_sentence():
    """Of a head that fails mostly, the few runs that did not are no fair sample."""
    base, head = side(exec_time=[1.0] * 5), side("head", exec_time=[2.0] * 5)
    bad = [replace(run, ok=ok) for run, ok in zip(head.runs, (False, None), strict=False)]
    failing = replace(head, runs=[*bad, *head.runs[2:]])
    said = "2 of 5 runs of head did not end well"
    assert compare(base, failing).summary.endswith(f"; {said}")
    assert "did not end" not in compare(base, head).summary
    both = compare(failing, failing).summary
    assert f"{said.replace('head', 'base')} and {said}" in both


@pytest.mark.parametrize(
    ("notes", "good", "mixed"),
    [
        ([None] * 4, "yyyy", False),
        ([None, None, OF_ANOTHER, None], "yyyy", True),
        ([None, None, f"{OF_ANOTHER}; interrupted", None], "yyny", True),
        ([None, None, OF_ANOTHER, None], "nnyy", False),
        ([None, None, OF_ANOTHER, None], "yynn", False),
        ([OF_ANOTHER, None, None, None], "yyyy", False),
        ([None, "something else", None, None], "yyyy", False),
    ],
)
def test_a_side_of_two_commands_is_told_in_the_sentence(notes, good, mixed):
    base, head = side(exec_time=[1.0] * 4), side("head", exec_time=[1.0] * 4)
    runs = [
        replace(run, note=note, ok=ok == "y")
        for run, note, ok in zip(head.runs, notes, good, strict=True)
    ]
    diff = compare(base, replace(head, runs=runs))
    assert (diff.base.mixed, diff.head.mixed) == (False, mixed)
    assert diff.summary.endswith("the runs of head are of more than one command or script") == mixed
