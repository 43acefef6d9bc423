"""What the terminal shows of stored reports is judged as `skope diff` judges it there."""

import asyncio

import pytest

from skope.schema.codec import encode_report
from skope.schema.policy import Policy
from skope.store.directory import open_directory
from skope.store.reports import Reports
from skope.tui.app import Screen
from skope.tui.stored import Stored, StoredFeed
from tests.unit.diff.sides import side


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [(None, "inconclusive"), (Policy(budgets={"exec_time": 1.05}), "regression")],
)
def test_a_budget_of_the_configuration_holds_in_the_terminal_too(tmp_path, policy, verdict):
    with open_directory(tmp_path, given=True) as directory:
        for name, seconds in (("old", [1.0]), ("new", [1.1])):
            Reports(directory).write(name, encode_report(side(name, exec_time=seconds)))
        assert Stored(directory, policy).diff("old", "new").verdict == verdict


def test_a_defect_that_ends_the_feed_ends_the_screen_and_is_said(tmp_path, capsys):
    """It would show the reports of that moment for ever."""

    class Doomed(Stored):
        def changed_ns(self):
            raise ZeroDivisionError

    with open_directory(tmp_path, given=True) as directory:
        doomed = Doomed(directory)
        app = Screen(StoredFeed(doomed), doomed, None, where="here")
        asyncio.run(asyncio.wait_for(app.run_async(headless=True), 30))
    assert app.return_code == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
