"""Failures to exit codes, and verdicts to exit codes when gating was asked for."""

import pytest

from skope import errors
from skope.cli.exits import exit_code_of
from skope.cli.judging import gate
from skope.schema.diff import EnvironmentDifference
from tests.unit.view.diffs import a_change, a_diff, a_side


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("x"), 2),
        (errors.UnknownReport("x"), 2),
        (errors.ForeignReport("x"), 2),
        (errors.UnsafeDirectory("x"), 2),
        (errors.BadRequest("x"), 2),
        (errors.ScriptFailed("x"), 4),
        (errors.CannotBind("x"), 5),
        (errors.LockHeld("x"), 5),
        (errors.StorageFault("x"), 5),
        (errors.StartFault("x"), 5),
        (errors.Unsupported("x"), 5),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
        (errors.EmptySample("x"), 70),
        (ZeroDivisionError(), 70),
    ],
)
def test_the_code_of_a_failure(error, code):
    assert exit_code_of(error) == code


def judged(verdict, *, gated=True, blocked=False):
    blocking = [EnvironmentDifference(fact="cpus", base="1", head="2", blocking=True)]
    return a_diff(
        [a_change("exec_time", 1.0, 1.1, verdict, gated=gated)],
        base=a_side("a"),
        head=a_side("b"),
        verdict=verdict,
        environment=blocking if blocked else [],
    )


@pytest.mark.parametrize(
    ("verdict", "free", "regression", "inconclusive"),
    [
        ("regression", 0, 1, 1),
        ("improvement", 0, 0, 0),
        ("equivalent", 0, 0, 0),
        ("small-change", 0, 0, 0),
        ("inconclusive", 0, 0, 3),
    ],
)
def test_the_gate(verdict, free, regression, inconclusive):
    diff = judged(verdict)
    assert gate(diff, None) == free
    assert gate(diff, "regression") == regression
    assert gate(diff, "inconclusive") == inconclusive


@pytest.mark.parametrize("how", [{"blocked": True}, {"gated": False}])
@pytest.mark.parametrize("fail_on", ["regression", "inconclusive"])
def test_where_nothing_could_be_gated_no_gate_passes(how, fail_on):
    assert gate(judged("inconclusive", **how), fail_on) == 3
    assert gate(judged("inconclusive", **how), None) == 0
